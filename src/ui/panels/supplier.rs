//! The kitchen: what is to answer, on offer, to prepare, in the oven, ready, out. And new offers.

use crate::{
    domain::{Field as _, Markup, Order, Price, Role, Status, customer_price},
    ui::{
        market::Market,
        parts::{
            form::{ActForm, Control, Field, Refused, Send},
            small::{Icon, badge, icon, name, since},
            ticket::{Ticket, due, head},
        },
        words,
    },
};
use leptos::{html, prelude::*};
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_query_map};

/// The kitchen that this screen belongs to: in the address, so that it can be kept as a bookmark.
const KITCHEN: &str = "kitchen";

type Kitchen = Memo<Option<String>>;

#[component]
pub fn Supplier() -> impl IntoView {
    let query = use_query_map();
    let kitchen: Kitchen =
        Memo::new(move |_| query.read().get(KITCHEN).filter(|name| !name.is_empty()));
    let market = Market::here();
    let waits = market.view(move |board| {
        board
            .orders()
            .filter(|order| order.status == Status::PendingSupplier && is_of(order, &kitchen.get()))
            .count()
    });
    let title = move || {
        let place = kitchen.get().unwrap_or_else(|| "Supplier".to_owned());
        words::title(waits.get().unwrap_or(0), &place)
    };
    view! {
        <Title text=title/>
        <main id="main" class="kitchen">
            <div class="page-head">
                <h1>{move || kitchen.get().map_or("All kitchens".into_any(), |kitchen| name(&kitchen).into_any())}</h1>
                <a class="button to-dock" href="#new-offer">{icon(Icon::Plus)} "New offer"</a>
                <KitchenPicker kitchen/>
            </div>
            <div class="board">
                <Column of=&[Status::PendingSupplier] kitchen waits=true ticket=to_answer empty="New pizzas of yours land here."/>
                <Column of=&[Status::SupplierAccepted] kitchen ticket=on_offer empty="What you accept is offered here."/>
                <Column of=&[Status::CustomerAccepted] kitchen waits=true ticket=to_prepare empty="What customers take lands here."/>
                <Column of=&[Status::Preparing] kitchen ticket=in_the_oven empty="The oven is empty."/>
                <Column of=&[Status::Ready] kitchen ticket=ready empty="Nothing waits for a driver."/>
                <Column of=&[Status::InTransit, Status::Dispatched] title="Out" kitchen ticket=out empty="No driver is out."/>
            </div>
        </main>
        <Dock kitchen/>
        <Jump kitchen/>
    }
}

fn is_of(order: &Order, kitchen: &Option<String>) -> bool {
    kitchen
        .as_ref()
        .is_none_or(|kitchen| **kitchen == *order.supplier_name)
}

/// Orders in some states, longest there first.
fn listed(of: &'static [Status], kitchen: Kitchen) -> Memo<Vec<crate::domain::OrderId>> {
    Market::here().list(move |board| {
        let kitchen = kitchen.get();
        let mut orders: Vec<_> = board
            .orders()
            .filter(|order| of.contains(&order.status) && is_of(order, &kitchen))
            .collect();
        orders.sort_by_key(|order| order.updated_at);
        orders.into_iter().map(|order| order.id).collect::<Vec<_>>()
    })
}

#[component]
fn Column(
    of: &'static [Status],
    #[prop(optional)] title: Option<&'static str>,
    kitchen: Kitchen,
    /// Whether what stands here calls somebody.
    #[prop(optional)]
    waits: bool,
    ticket: fn(Memo<Order>) -> AnyView,
    empty: &'static str,
) -> impl IntoView {
    let (market, ids) = (Market::here(), listed(of, kitchen));
    let status = of[0];
    let heading = format!("h-{status}");
    let title_id = heading.clone();
    let count = move || ids.with(Vec::len);
    view! {
        // Focusable, so that it can be scrolled by keyboard even where it holds nothing to press.
        <section class="column" id=status.name() aria-labelledby=heading data-status=status.name() tabindex="0">
            <header>
                {icon(Icon::Of(status))}
                <h2 id=title_id>{title.unwrap_or(words::status(status))}</h2>
                <span class="count" data-waits=move || (waits && count() > 0).then_some("")>{count}</span>
            </header>
            <ol>
                <For each=move || ids.get() key=|id| *id let:id>
                    <li>{market.order(id).map(ticket)}</li>
                </For>
            </ol>
            <Show when=move || ids.with(Vec::is_empty)>
                <p class="empty small">{empty}</p>
            </Show>
        </section>
    }
}

fn to_answer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let id = o.id;
    let pays = words::money(o.total());
    let more = view! { {whose(&o).map(|whose| (whose, " · "))} "waiting " {since(o.updated_at)} " · pays " <b>{pays}</b> };
    view! {
        <Ticket order>
            {head(&o, more)}
            <div class="answer">
                <ActForm act="respond" order=order class="accept"><Acceptance/></ActForm>
                <details>
                    <summary>{icon(Icon::Down)} "Reject…"</summary>
                    <ActForm act="respond" form="reject" order=order class="stack"><Rejection/></ActForm>
                </details>
            </div>
            <Refused order=id/>
        </Ticket>
    }
    .into_any()
}

#[component]
fn Acceptance() -> impl IntoView {
    let notes = Control::new("notes");
    view! {
        <input type="hidden" name="accept" value="true"/>
        <div class="two">
            <Minutes/>
            <Send icon=Icon::Check>"Accept"</Send>
        </div>
        <details open=notes.came_back()>
            <summary>{icon(Icon::Down)} "Note"</summary>
            <Field of=notes label="Note for the customer">
                <input class="input" value=notes.value("") {..notes.ties()}/>
            </Field>
        </details>
    }
}

/// How many minutes: a field, with a button on each side once the page is awake.
#[component]
fn Minutes() -> impl IntoView {
    const STEP: i32 = 5;
    let control = Control::new("estimated_time");
    let field = NodeRef::<html::Input>::new();
    let by = move |step: i32| {
        if let Some(field) = field.get_untracked() {
            let minutes: i32 = field.value().parse().unwrap_or(0);
            field.set_value(&(minutes + step).clamp(1, 1_440).to_string());
        }
    };
    let asleep = move || Market::here().is_asleep().then_some("");
    view! {
        <div class="minutes" data-asleep=asleep>
            <button type="button" aria-label="5 minutes less" on:click=move |_| by(-STEP)>{icon(Icon::Minus)}</button>
            <label>
                <input type="number" node_ref=field value=control.value("25") min="1" max="1440" inputmode="numeric" {..control.ties()}/>
                " minutes"
            </label>
            <button type="button" aria-label="5 minutes more" on:click=move |_| by(STEP)>{icon(Icon::Plus)}</button>
        </div>
        {move || control.sentence().map(|sentence| view! { <p class="error">{sentence}</p> })}
    }
}

#[component]
fn Rejection() -> impl IntoView {
    let notes = Control::new("notes");
    view! {
        <input type="hidden" name="accept" value="false"/>
        <fieldset class="chips">
            <legend>"Why? The market sees this."</legend>
            {["Sold out", "Oven full", "Closing soon"].map(|reason| view! {
                <label><input type="radio" name="reason" value=reason/> {reason}</label>
            })}
        </fieldset>
        <Field of=notes label="Or in your own words">
            <input class="input" value=notes.value("") {..notes.ties()}/>
        </Field>
        <Send icon=Icon::Of(Status::SupplierRejected) class="button danger wide">"Reject this pizza"</Send>
    }
}

fn on_offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let minutes = o
        .estimated_delivery_time
        .map(|minutes| format!(" · {} min", minutes.get()));
    let (id, which) = (o.id, which(&o));
    view! {
        <Ticket order slim=true>
            {head(&o, whose(&o))}
            <p class="meta">{words::money(o.total())} {minutes}</p>
            <ActForm act="cancel" order=order>
                <input type="hidden" name="by" value=Role::Supplier.name()/>
                <Send class="button quiet wide">"Withdraw" <span class="unseen">{which}</span></Send>
            </ActForm>
            <Refused order=id/>
        </Ticket>
    }
    .into_any()
}

fn to_prepare(order: Memo<Order>) -> AnyView {
    step(order, "prepare", Icon::Of(Status::Preparing), "Start")
}

fn in_the_oven(order: Memo<Order>) -> AnyView {
    step(order, "mark-ready", Icon::Of(Status::Ready), "Ready")
}

/// A ticket with one next step.
fn step(order: Memo<Order>, act: &'static str, symbol: Icon, word: &'static str) -> AnyView {
    let o = order.get_untracked();
    let (id, which) = (o.id, which(&o));
    view! {
        <Ticket order>
            {head(&o, customer(&o))}
            {due(&o)}
            {note(&o)}
            <ActForm act order=order class="actions">
                <Send icon=symbol>{word} <span class="unseen">{which}</span></Send>
            </ActForm>
            <Refused order=id/>
            <Cancel order/>
        </Ticket>
    }
    .into_any()
}

fn ready(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let id = o.id;
    view! {
        <Ticket order>
            {head(&o, customer(&o))}
            {due(&o)}
            <p class="meta">"Waits for a driver, " {since(o.updated_at)}</p>
            <Refused order=id/>
            <Cancel order/>
        </Ticket>
    }
    .into_any()
}

fn out(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let driver = o.driver_name.as_ref().map(|driver| name(driver));
    view! {
        <Ticket order slim=true>
            {head(&o, whose(&o))}
            <p class="meta">{driver} " · " {since(o.updated_at)}</p>
            {move || { let status = order.get().status; badge(status, words::status(status)) }}
        </Ticket>
    }
    .into_any()
}

/// A cancellation costs somebody a pizza: its consequence first, then its button.
#[component]
fn Cancel(order: Memo<Order>) -> impl IntoView {
    let o = order.get_untracked();
    let customer = o
        .customer_name
        .map(|customer| customer.to_string())
        .unwrap_or_default();
    view! {
        <details>
            <summary>{icon(Icon::Down)} "Cancel…"</summary>
            <ActForm act="cancel" order=order class="stack">
                <input type="hidden" name="by" value=Role::Supplier.name()/>
                <p><strong><bdi>{customer}</bdi> " has ordered this and is waiting."</strong> " This cannot be undone."</p>
                <Send icon=Icon::Of(Status::Cancelled) class="button danger wide">"Cancel this pizza"</Send>
            </ActForm>
        </details>
    }
}

/// Whose ticket it is, where tickets of several kitchens hang together.
fn whose(order: &Order) -> Option<impl IntoView + use<>> {
    let query = use_query_map();
    let all = query
        .read_untracked()
        .get(KITCHEN)
        .is_none_or(|kitchen| kitchen.is_empty());
    all.then(|| name(&order.supplier_name))
}

fn customer(order: &Order) -> impl IntoView + use<> {
    let customer = order.customer_name.as_ref().map(|customer| name(customer));
    (whose(order).map(|whose| (whose, " · ")), customer)
}

/// Tells one button from the next, for those who do not see where it stands.
fn which(order: &Order) -> String {
    format!(": {} {}", order.pizza_name, order.id.number())
}

fn note(order: &Order) -> impl IntoView + use<> {
    order
        .supplier_notes
        .as_ref()
        .map(|notes| view! { <p class="note">{notes.to_string()}</p> })
}

/// Which kitchen this screen belongs to.
#[component]
fn KitchenPicker(kitchen: Kitchen) -> impl IntoView {
    let market = Market::here();
    let kitchens = market.view(move |board| {
        let mut names: Vec<String> = board
            .orders()
            .map(|order| order.supplier_name.to_string())
            .collect();
        names.extend(kitchen.get());
        names.sort();
        names.dedup();
        names
    });
    let navigate = use_navigate();
    let choose = move |event| {
        let name = event_target_value(&event);
        let query = if name.is_empty() {
            String::new()
        } else {
            format!("?{KITCHEN}={}", words::in_address(&name))
        };
        navigate(&format!("/supplier{query}"), Default::default());
    };
    view! {
        <form class="row" action="/supplier">
            <label for="kitchen" class="soft">"Kitchen"</label>
            <select class="input narrow" id="kitchen" name=KITCHEN on:change=choose prop:value=move || kitchen.get().unwrap_or_default()>
                <option value="">"All kitchens"</option>
                <For each=move || kitchens.get().unwrap_or_default() key=String::clone let:name>
                    {
                        let (value, wanted) = (name.clone(), name.clone());
                        let chosen = Memo::new(move |_| kitchen.get().as_ref() == Some(&wanted));
                        view! { <option value=value selected=move || chosen.get()>{name}</option> }
                    }
                </For>
            </select>
            <Show when=move || market.is_asleep()><button class="button">"Show"</button></Show>
        </form>
    }
}

/// The form for a new offer, under the thumb or at the end.
#[component]
fn Dock(kitchen: Kitchen) -> impl IntoView {
    let (pizza, price) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    // Kitchen and markup stay for the next pizza.
    let then = Callback::new(move |_| {
        pizza.set(String::new());
        price.set(String::new());
    });
    view! {
        <section class="dock" id="new-offer" aria-labelledby="h-new">
            <details open>
                <summary>{icon(Icon::Plus)} <span id="h-new">"New offer"</span> {icon(Icon::Down)}</summary>
                <ActForm act="offer" then><NewOffer kitchen pizza price/></ActForm>
            </details>
        </section>
    }
}

#[component]
fn NewOffer(kitchen: Kitchen, pizza: RwSignal<String>, price: RwSignal<String>) -> impl IntoView {
    let [pizza_name, supplier_price, markup] =
        ["pizza_name", "supplier_price", "markup_percentage"].map(Control::new);
    for (control, text) in [(pizza_name, pizza), (supplier_price, price)] {
        text.set(control.value(""));
    }
    let percent = RwSignal::new(markup.value("30"));
    view! {
        <WhichKitchen kitchen/>
        <Field of=pizza_name label="Pizza">
            <input class="input" autocomplete="off" required value=pizza.get_untracked() {..pizza_name.ties()} bind:value=pizza/>
        </Field>
        <Field of=supplier_price label="Your price">
            <div class="affix">
                <span aria-hidden="true">"€"</span>
                <input class="input" inputmode="decimal" autocomplete="off" required value=price.get_untracked() {..supplier_price.ties()} bind:value=price/>
            </div>
        </Field>
        <Field of=markup label="Markup">
            <div class="affix">
                <input class="input" inputmode="decimal" autocomplete="off" value=percent.get_untracked() {..markup.ties()} bind:value=percent/>
                <span class="after" aria-hidden="true">"%"</span>
            </div>
        </Field>
        <Margin price=price.read_only() markup=percent.read_only()/>
        <Send icon=Icon::Of(Status::SupplierAccepted)>"Offer it"</Send>
    }
}

/// Asked for only where the screen belongs to no kitchen.
#[component]
fn WhichKitchen(kitchen: Kitchen) -> impl IntoView {
    let supplier = Control::new("supplier_name");
    move || {
        match kitchen.get() {
        Some(kitchen) => view! { <input type="hidden" name="supplier_name" value=kitchen/> }.into_any(),
        None => view! {
            <Field of=supplier label="Kitchen">
                <input class="input" autocomplete="organization" required value=supplier.value("") {..supplier.ties()}/>
            </Field>
        }
        .into_any(),
    }
    }
}

/// What the customer pays, as one types.
#[component]
fn Margin(price: ReadSignal<String>, markup: ReadSignal<String>) -> impl IntoView {
    let parts = Memo::new(move |_| {
        let price = Price::parse(&price.read()).ok()?;
        let markup = Markup::parse(&markup.read()).ok()?;
        let total = customer_price(price, markup);
        Some((total, price.cents(), total - price.cents()))
    });
    let total = move || {
        parts
            .get()
            .map_or("–".to_owned(), |(total, ..)| words::money(total))
    };
    let split = move || match parts.get() {
        Some((_, yours, ours)) => format!(
            "{} for you + {} for the market",
            words::money(yours),
            words::money(ours)
        ),
        None => "your price and the market’s part".to_owned(),
    };
    view! {
        <div class="margin">
            <output aria-label="Customer pays">{total}</output>
            <p>"customer pays:" <br/> {split}</p>
        </div>
    }
}

/// On a phone the columns stand below each other; the thumb goes to one of them.
#[component]
fn Jump(kitchen: Kitchen) -> impl IntoView {
    const COLUMNS: [(&[Status], &str, bool); 6] = [
        (&[Status::PendingSupplier], "Answer", true),
        (&[Status::SupplierAccepted], "On offer", false),
        (&[Status::CustomerAccepted], "Prepare", true),
        (&[Status::Preparing], "Oven", false),
        (&[Status::Ready], "Ready", false),
        (&[Status::InTransit, Status::Dispatched], "Out", false),
    ];
    view! {
        <nav class="jump" aria-label="Columns">
            <ul>
                {COLUMNS.map(|(of, word, waits)| {
                    let ids = listed(of, kitchen);
                    let count = move || ids.with(Vec::len);
                    view! {
                        <li><a href=format!("#{}", of[0])>
                            {icon(Icon::Of(of[0]))} {word} " "
                            <span class="count" data-waits=move || (waits && count() > 0).then_some("")>{count}</span>
                        </a></li>
                    }
                })}
            </ul>
        </nav>
    }
}
