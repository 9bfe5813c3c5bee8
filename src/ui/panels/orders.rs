//! The order book: every order on the board with its status, and one of them event by event.

use crate::{
    api,
    domain::{Board, Error, Event, EventType, Order, OrderId, Status},
    ui::{
        market::Market,
        parts::small::{Detail, Icon, badge, exact_moment, icon, moment, name, pizza, sum},
        words,
    },
};
use leptos::{either::Either, prelude::*};
use leptos_meta::Title;
use leptos_router::{
    components::{A, Outlet},
    hooks::{use_location, use_navigate, use_params_map, use_query_map},
};

/// Rows on one page.
const SHOWN: usize = 200;

/// What the address asks for.
#[derive(Clone, Debug, Default, PartialEq)]
struct Wanted {
    status: Option<Status>,
    text: String,
    /// A page of the past: older than this.
    below: Option<OrderId>,
}

impl Wanted {
    /// As the current address has it.
    fn here() -> Memo<Wanted> {
        let query = use_query_map();
        Memo::new(move |_| {
            let query = query.read();
            Wanted {
                status: query
                    .get("status")
                    .and_then(|name| Status::from_name(&name)),
                text: query.get("q").unwrap_or_default(),
                below: query.get("below").and_then(|id| id.parse().ok()),
            }
        })
    }

    fn address(&self) -> String {
        let status = self.status.map(|status| format!("status={status}"));
        let text = (!self.text.is_empty()).then(|| format!("q={}", words::in_address(&self.text)));
        let below = self.below.map(|id| format!("below={id}"));
        let query: Vec<_> = status.into_iter().chain(text).chain(below).collect();
        if query.is_empty() {
            String::new()
        } else {
            format!("?{}", query.join("&"))
        }
    }

    /// The list that this asks for.
    fn page(&self) -> String {
        format!("/orders{}", self.address())
    }

    fn takes(&self, order: &Order) -> bool {
        self.status.is_none_or(|status| status == order.status) && order.mentions(&self.text)
    }

    /// Whether the board holds only the newest of what is asked for.
    fn wants_finished(&self) -> bool {
        self.status.is_none_or(Status::is_final)
    }
}

/// What of the board is shown: newest first, only as far back as the board has everything, and only so many.
fn newest(board: &Board, wanted: &Wanted) -> (Vec<OrderId>, Option<OrderId>) {
    let end = board.forgotten().filter(|_| wanted.wants_finished());
    let mut found = board
        .orders()
        .rev()
        .filter(|order| Some(order.id) > end && wanted.takes(order))
        .map(|order| order.id);
    let shown: Vec<_> = found.by_ref().take(SHOWN).collect();
    let older = match found.next() {
        Some(_) => shown.last().copied(),
        // The forgotten one itself has to be found again.
        None => end.map(OrderId::after),
    };
    (shown, older)
}

#[component]
pub fn Orders() -> impl IntoView {
    let wanted = Wanted::here();
    view! {
        <Title text="Orders · Pizza Market"/>
        <main id="main">
            <div class="page-head"><h1>"Orders"</h1></div>
            <Search wanted/>
            <ByStatus wanted/>
            <div class="book">
                <section class="paper table-box" aria-labelledby="list">
                    <h2 class="unseen" id="list">"List of orders"</h2>
                    {move || match wanted.get().below {
                        None => view! { <Newest wanted/> }.into_any(),
                        Some(below) => view! { <Past wanted below/> }.into_any(),
                    }}
                </section>
                <Outlet/>
            </div>
        </main>
    }
}

#[component]
fn Search(wanted: Memo<Wanted>) -> impl IntoView {
    let (navigate, path) = (use_navigate(), use_location().pathname);
    let search = move |event| {
        let wanted = Wanted {
            text: event_target_value(&event),
            below: None,
            ..wanted.get_untracked()
        };
        let options = leptos_router::NavigateOptions {
            replace: true,
            scroll: false,
            ..Default::default()
        };
        navigate(
            &format!("{}{}", path.get_untracked(), wanted.address()),
            options,
        );
    };
    view! {
        <form class="filters" role="search" action="/orders">
            <div class="field">
                <label for="q">"Search all text"</label>
                <div class="affix">
                    <span>{icon(Icon::Search)}</span>
                    <input class="input searching" id="q" type="search" name="q" autocomplete="off"
                        value=wanted.get_untracked().text prop:value=move || wanted.get().text on:input=search/>
                </div>
            </div>
            {move || wanted.get().status.map(|status| view! { <input type="hidden" name="status" value=status.name()/> })}
        </form>
    }
}

#[component]
fn ByStatus(wanted: Memo<Wanted>) -> impl IntoView {
    let counts = Market::here().counts();
    let address = move |status| {
        Wanted {
            status,
            below: None,
            ..wanted.get()
        }
        .page()
    };
    let current = move |status| (wanted.get().status == status).then_some("true");
    view! {
        <nav aria-label="Status">
            <ul class="by-status">
                <li><a href=move || address(None) aria-current=move || current(None) data-noscroll="">"All " <b>{move || counts.get().all()}</b></a></li>
                {Status::ALL.iter().map(|&status| view! {
                    <li>
                        <a href=move || address(Some(status)) aria-current=move || current(Some(status)) data-status=status.name() data-noscroll="">
                            {icon(Icon::Of(status))} {words::status(status)} " " <b>{move || counts.get().of(status)}</b>
                        </a>
                    </li>
                }).collect_view()}
            </ul>
        </nav>
    }
}

/// The live end of the list.
#[component]
fn Newest(wanted: Memo<Wanted>) -> impl IntoView {
    let market = Market::here();
    let found = market.view(move |board| newest(board, &wanted.get()));
    let ids = Memo::new(move |_| found.get().unwrap_or_default().0);
    let older = Memo::new(move |_| found.get().unwrap_or_default().1);
    view! {
        <Table>
            <For each=move || ids.get() key=|id| *id let:id>
                {market.order(id).map(|order| view! { <Row order=order.into() wanted/> })}
            </For>
        </Table>
        <Show when=move || ids.with(Vec::is_empty) && older.get().is_none()>
            <div class="empty">
                {icon(Icon::Search)}
                <h3>"No order is like that"</h3>
                <p>"Either none has been made yet, or the search is too narrow."</p>
                <A href="/orders" attr:class="button">"Show all orders"</A>
            </div>
        </Show>
        {move || older.get().map(|below| view! { <Older wanted below/> })}
    }
}

/// A page of the past, as it is in the store. What is there does not change any more, or is on the live page, too.
#[component]
fn Past(wanted: Memo<Wanted>, below: OrderId) -> impl IntoView {
    let Wanted { status, text, .. } = wanted.get_untracked();
    let found = OnceResource::new(api::search(status, text, below));
    view! {
        <p class="row"><a class="button" href=move || Wanted { below: None, ..wanted.get() }.page()>"Newest orders"</a></p>
        <Transition>
            {move || Suspend::new(async move {
                match found.await {
                    Ok(found) => Either::Left(view! {
                        <Table>
                            {found.orders.into_iter().map(|order| view! { <Row order=Signal::stored(order) wanted/> }).collect_view()}
                        </Table>
                        {found.next.map(|below| view! { <Older wanted below/> })}
                    }),
                    Err(error) => Either::Right(view! {
                        <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{words::refusal(&error)}</span></p>
                    }),
                }
            })}
        </Transition>
    }
}

#[component]
fn Older(wanted: Memo<Wanted>, below: OrderId) -> impl IntoView {
    view! {
        <p class="row">
            <a class="button" href=move || Wanted { below: Some(below), ..wanted.get() }.page()>"Older orders" {icon(Icon::Next)}</a>
        </p>
    }
}

#[component]
fn Table(children: Children) -> impl IntoView {
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Made"</th>
                    <th scope="col">"Status"</th>
                    <th scope="col">"Pizza"</th>
                    <th scope="col">"Supplier"</th>
                    <th scope="col">"Customer"</th>
                    <th scope="col" class="num">"Price"</th>
                </tr>
            </thead>
            <tbody>{children()}</tbody>
        </table>
    }
}

#[component]
fn Row(order: Signal<Order>, wanted: Memo<Wanted>) -> impl IntoView {
    let params = use_params_map();
    let o = order.get_untracked();
    let id = o.id;
    let status = Memo::new(move |_| order.get().status);
    let current =
        move || (params.read().get("id").as_deref() == Some(&id.to_string())).then_some("true");
    let customer = move || match order.get().customer_name {
        Some(customer) => Either::Left(name(&customer)),
        None => Either::Right(view! { <span class="soft">"nobody yet"</span> }),
    };
    view! {
        <tr data-status=move || status.get().name() data-final=move || status.get().is_final().then_some("") aria-current=current>
            <td class="when">{moment(o.created_at)}</td>
            <td class="state">{move || badge(status.get(), words::status(status.get()))}</td>
            <td class="lead"><a class="name" href=move || format!("/orders/{id}{}", wanted.get().address()) data-noscroll="">{name(&o.pizza_name)}</a></td>
            <td class="sup">{name(&o.supplier_name)}</td>
            <td class="cust">{customer}</td>
            <td class="money">{words::money(o.total())}</td>
        </tr>
    }
}

/// One order beside the list: all that has happened to it.
#[component]
pub fn OneOrder() -> impl IntoView {
    let market = Market::here();
    let params = use_params_map();
    let wanted = Wanted::here();
    let id = Memo::new(move |_| {
        params
            .read()
            .get("id")
            .and_then(|id| id.parse::<OrderId>().ok())
    });
    let seen = Memo::new(move |_| {
        let id = id.get()?;
        Some((
            id,
            market
                .view(move |board| board.get(id).map(|order| order.version))
                .get(),
        ))
    });
    let events = Resource::new(
        move || seen.get(),
        async |seen| match seen {
            Some((id, _)) => api::history(id).await,
            None => Err(Error::UnknownPath),
        },
    );
    view! {
        <aside class="paper stack" id="order" aria-label="One order">
            <Transition>
                {move || Suspend::new(async move {
                    match events.await {
                        Ok(events) => Either::Left(view! { <History events wanted/> }),
                        Err(error) => Either::Right(view! {
                            <p class="due error-line" role="alert">{icon(Icon::Alert)} <span>{words::refusal(&error)}</span></p>
                            <A href=move || wanted.get().page() attr:class="button">"Back to the list"</A>
                        }),
                    }
                })}
            </Transition>
        </aside>
    }
}

#[component]
fn History(events: Vec<Event>, wanted: Memo<Wanted>) -> impl IntoView {
    let order = events.last().map(|event| event.order.clone());
    order.map(|order| view! {
        <header class="head one">
            {pizza(&order.pizza_name, Detail::Card)}
            <div>
                <h2>{name(&order.pizza_name)}</h2>
                <p class="soft">{order.id.number()} " · " {name(&order.supplier_name)}</p>
            </div>
            <a class="button square" href=move || wanted.get().page() aria-label="Close this order" data-noscroll="">{icon(Icon::Close)}</a>
        </header>
        <div class="row spread">{badge(order.status, words::status(order.status))}</div>
        <ol class="timeline" aria-label="What happened">{events.iter().map(happened).collect_view()}</ol>
        {sum(&order, order.supplier_name.to_string(), "Customer pays")}
        {people(&order)}
    })
}

fn happened(event: &Event) -> impl IntoView + use<> {
    let order = &event.order;
    let (word, what) = match event.event_type {
        EventType::Created => {
            let price = words::money(order.supplier_price.cents());
            (
                "Offered",
                Some(format!("{price} with {} % markup", order.markup_percentage)),
            )
        }
        EventType::SupplierAccepted => ("Accepted", said(order)),
        EventType::SupplierRejected => ("Rejected", said(order)),
        EventType::CustomerAccepted => (
            "Taken",
            Some(format!("pays {}", words::money(order.total()))),
        ),
        EventType::Preparing => ("In the oven", None),
        EventType::Ready => ("Ready", None),
        EventType::Dispatched => (
            "With driver",
            order.driver_name.as_ref().map(|driver| driver.to_string()),
        ),
        EventType::InTransit => ("On the way", None),
        EventType::Delivered => ("Delivered", None),
        EventType::Cancelled => ("Cancelled", None),
    };
    view! {
        <li data-status=order.status.name()>
            {icon(Icon::Of(order.status))}
            <strong>{word}</strong>
            {exact_moment(event.timestamp)}
            {what.map(|what| view! { <p><bdi>{what}</bdi></p> })}
        </li>
    }
}

/// What the supplier has answered.
fn said(order: &Order) -> Option<String> {
    let minutes = order
        .estimated_delivery_time
        .map(|minutes| format!("{} minutes", minutes.get()));
    let notes = order
        .supplier_notes
        .as_ref()
        .map(|notes| format!("“{notes}”"));
    let parts: Vec<_> = minutes.into_iter().chain(notes).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

fn people(order: &Order) -> impl IntoView + use<> {
    let fact = |symbol, what: &'static str, text: Option<String>| {
        text.map(|text| view! {
            <div><dt>{icon(symbol)} <span class="unseen">{what}</span></dt><dd><bdi>{text}</bdi></dd></div>
        })
    };
    view! {
        <dl class="facts">
            {fact(Icon::Person, "Customer", order.customer_name.as_ref().map(|name| name.to_string()))}
            {fact(Icon::Pin, "Address", order.delivery_address.as_ref().map(|address| address.to_string()))}
            {fact(Icon::Of(Status::InTransit), "Driver", order.driver_name.as_ref().map(|driver| driver.to_string()))}
        </dl>
    }
}
