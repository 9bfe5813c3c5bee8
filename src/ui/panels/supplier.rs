//! The kitchen: what is to answer, on offer, to prepare, in the oven, ready, out. And new offers.

use crate::{
    api,
    domain::{Field as _, Markup, Order, OrderId, Price, Role, Status, customer_price},
    ui::{
        market::Market,
        parts::{
            form::{Act, Control, Form, refused, typed_early},
            list,
            small::{Icon, badge, changing, count, icon, mark, name, since, text},
            ticket::{due, head, ticket, which},
        },
        place::{Here, Place, when_awake},
        words::{self, is_of},
    },
};
use leptos::{html, prelude::*, server_fn::ServerFn};

type Kitchen = Memo<Option<String>>;

/// A column, or on a phone a stop of the jump bar.
struct Column {
    of: &'static [Status],
    title: &'static str,
    short: &'static str,
    /// Whether what stands here calls somebody.
    calls: bool,
    ticket: fn(Memo<Order>) -> AnyView,
    empty: &'static str,
}

const COLUMNS: [Column; 6] = [
    Column {
        of: &[Status::PendingSupplier],
        title: "To answer",
        short: "Answer",
        calls: true,
        ticket: to_answer,
        empty: "New pizzas of yours land here.",
    },
    Column {
        of: &[Status::SupplierAccepted],
        title: "On offer",
        short: "On offer",
        calls: false,
        ticket: on_offer,
        empty: "What you accept is offered here.",
    },
    Column {
        of: &[Status::CustomerAccepted],
        title: "To prepare",
        short: "Prepare",
        calls: true,
        ticket: to_prepare,
        empty: "What customers take lands here.",
    },
    Column {
        of: &[Status::Preparing],
        title: "In the oven",
        short: "Oven",
        calls: false,
        ticket: in_the_oven,
        empty: "The oven is empty.",
    },
    Column {
        of: &[Status::Ready],
        title: "Ready",
        short: "Ready",
        calls: false,
        ticket: ready,
        empty: "Nothing waits for a driver.",
    },
    Column {
        of: &[Status::InTransit, Status::Dispatched],
        title: "Out",
        short: "Out",
        calls: false,
        ticket: out,
        empty: "No driver is out.",
    },
];

pub fn supplier() -> AnyView {
    let kitchen: Kitchen = Here::now().memo(|place| match place {
        Place::Supplier { kitchen } => kitchen.clone(),
        _ => None,
    });
    let columns: Vec<_> = COLUMNS
        .into_iter()
        .map(|column| (listed(column.of, kitchen), column))
        .collect();
    let stops: Vec<_> = columns
        .iter()
        .map(|(listed, column)| stop(column, *listed))
        .collect();
    let columns: Vec<_> = columns
        .into_iter()
        .map(|(listed, column)| rail(column, listed))
        .collect();
    let heading = text(move || kitchen.get().unwrap_or_else(|| "All kitchens".to_owned()));
    view! {
        <main id="main" class="kitchen" tabindex="-1">
            <div class="page-head">
                <h1><bdi>{heading}</bdi></h1>
                <a class="button to-dock" href="#new-offer">{icon(Icon::Plus)} "New offer"</a>
                {pick_a_kitchen(kitchen)}
            </div>
            <div class="board">{columns}</div>
        </main>
        {dock(kitchen)}
        <nav class="jump" aria-label="Columns"><ul>{stops}</ul></nav>
    }
    .into_any()
}

/// Orders in some states, longest there first.
fn listed(of: &'static [Status], kitchen: Kitchen) -> Memo<Vec<OrderId>> {
    Market::here().view(move |board| {
        let kitchen = kitchen.get();
        let here = |order: &&Order| of.contains(&order.status) && is_of(order, kitchen.as_deref());
        let orders = board.orders().filter(here);
        list::by_time(orders.map(|order| (order.updated_at, order.id)))
    })
}

fn length(listed: Memo<Vec<OrderId>>) -> Memo<usize> {
    Memo::new(move |_| listed.with(Vec::len))
}

fn rail(column: Column, listed: Memo<Vec<OrderId>>) -> AnyView {
    let status = column.of[0];
    let heading = format!("h-{status}");
    let ticket = column.ticket;
    let row = move |order| view! { <li>{ticket(order)}</li> }.into_any();
    let none = changing(move || {
        listed
            .with(Vec::is_empty)
            .then(|| view! { <p class="empty small">{column.empty}</p> }.into_any())
    });
    view! {
        // Focusable, so that it can be scrolled by keyboard even where it holds nothing to press.
        <section class="column" id=status.name() aria-labelledby=heading.clone() data-status=status.name() tabindex="0">
            <header>
                {icon(Icon::Of(status))} <h2 id=heading.clone()>{column.title}</h2> {count(length(listed), column.calls)}
            </header>
            <ol>{list::orders(listed, row)}</ol>
            {none}
        </section>
    }
    .into_any()
}

/// On a phone the columns stand below each other; the thumb goes to one of them.
fn stop(column: &Column, listed: Memo<Vec<OrderId>>) -> AnyView {
    let status = column.of[0];
    view! {
        <li>
            <a href=format!("#{status}")>
                {icon(Icon::Of(status))} {column.short} " " {count(length(listed), column.calls)}
            </a>
        </li>
    }
    .into_any()
}

fn to_answer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let pays = words::money(o.total());
    let more =
        view! { {whose(&o, " · ")} "waiting " {since(o.updated_at)} " · pays " <b>{pays}</b> };
    let accept = Act::new(api::Respond::PATH)
        .on(order)
        .class("accept")
        .form(acceptance);
    let reject = Act::new(api::Respond::PATH)
        .named("reject")
        .on(order)
        .class("stack")
        .form(rejection);
    let answer = view! {
        <div class="answer">
            {accept}
            <details><summary>{icon(Icon::Down)} "Reject…"</summary> {reject}</details>
        </div>
    };
    ticket(
        &o,
        "ticket",
        [head(&o, more.into_any()), answer.into_any(), refused(o.id)],
    )
}

fn acceptance(form: Form) -> AnyView {
    let (notes, minutes) = (form.control("notes"), form.control("estimated_time"));
    let field = view! { <input class="input" value=notes.value("") {..notes.ties()}/> }.into_any();
    view! {
        <input type="hidden" name="accept" value="true"/>
        <div class="two">{stepper(minutes)} {form.send("button primary", Some(Icon::Check), "Accept".into_any())}</div>
        {minutes.shown_fault()}
        <details open=notes.wants_to_be_seen()>
            <summary>{icon(Icon::Down)} "Note"</summary>
            {notes.field("Note for the customer", None, field)}
        </details>
    }
    .into_any()
}

/// How many minutes: a field, with a button on each side once the page is awake.
fn stepper(minutes: Control) -> AnyView {
    const STEP: i32 = 5;
    let (field, market) = (NodeRef::<html::Input>::new(), Market::here());
    let by = move |step: i32| {
        if let Some(field) = field.get_untracked() {
            let minutes: i32 = field.value().parse().unwrap_or(0);
            field.set_value(&(minutes + step).clamp(1, 1_440).to_string());
        }
    };
    let button = move |step: i32, symbol: Icon, label: &'static str| {
        view! { <button type="button" aria-label=label on:click=move |_| by(step)>{icon(symbol)}</button> }.into_any()
    };
    view! {
        <div class="minutes" data-asleep=mark(move || market.is_asleep().then_some(""))>
            {button(-STEP, Icon::Minus, "5 minutes less")}
            <label>
                <input type="number" node_ref=field value=minutes.value("25") min="1" max="1440" inputmode="numeric" {..minutes.ties()}/>
                " minutes"
            </label>
            {button(STEP, Icon::Plus, "5 minutes more")}
        </div>
    }
    .into_any()
}

fn rejection(form: Form) -> AnyView {
    let notes = form.control("notes");
    let field = view! { <input class="input" value=notes.value("") {..notes.ties()}/> }.into_any();
    let chip = |reason: &'static str| {
        view! { <label><input type="radio" name="reason" value=reason/> {reason}</label> }
            .into_any()
    };
    view! {
        <input type="hidden" name="accept" value="false"/>
        <fieldset class="chips">
            <legend>"Why? The market sees this."</legend>
            {["Sold out", "Oven full", "Closing soon"].map(chip)}
        </fieldset>
        {notes.field("Or in your own words", None, field)}
        {form.send("button danger wide", Some(Icon::Of(Status::SupplierRejected)), "Reject this pizza".into_any())}
    }
    .into_any()
}

fn on_offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let minutes = o
        .estimated_delivery_time
        .map(|minutes| format!(" · {} min", minutes.get()));
    let offer = format!("{}{}", words::money(o.total()), minutes.unwrap_or_default());
    let word = view! { "Withdraw this pizza" {which(&o)} }.into_any();
    let form = Act::new(api::Cancel::PATH)
        .on(order)
        .class("stack")
        .form(|form| {
            view! {
                {by_supplier()}
                <p>"Nobody can take it any more. " <strong>"This cannot be undone."</strong></p>
                {form.send("button danger wide", None, word)}
            }
            .into_any()
        });
    let withdraw =
        view! { <details><summary>{icon(Icon::Down)} "Withdraw…"</summary> {form}</details> }
            .into_any();
    let offer = view! { <p class="meta">{offer}</p> }.into_any();
    ticket(
        &o,
        "ticket slim",
        [head(&o, whose(&o, "")), offer, withdraw, refused(o.id)],
    )
}

fn by_supplier() -> AnyView {
    view! { <input type="hidden" name="by" value=Role::Supplier.name()/> }.into_any()
}

fn to_prepare(order: Memo<Order>) -> AnyView {
    step(
        order,
        api::Prepare::PATH,
        Icon::Of(Status::Preparing),
        "Start",
    )
}

fn in_the_oven(order: Memo<Order>) -> AnyView {
    step(
        order,
        api::MarkReady::PATH,
        Icon::Of(Status::Ready),
        "Ready",
    )
}

/// A ticket with one next step.
fn step(order: Memo<Order>, path: &'static str, symbol: Icon, word: &'static str) -> AnyView {
    let o = order.get_untracked();
    let word = view! { {word} {which(&o)} }.into_any();
    let next = Act::new(path).on(order).class("actions");
    let next = next.form(|form| form.send("button primary", Some(symbol), word));
    let note = o
        .supplier_notes
        .as_ref()
        .map(|notes| view! { <p class="note">{notes.to_string()}</p> }.into_any());
    ticket(
        &o,
        "ticket",
        [
            head(&o, people(&o)),
            due(&o),
            note.into_any(),
            next,
            refused(o.id),
            cancel(order),
        ],
    )
}

fn ready(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let waits = view! { <p class="meta">"Waits for a driver, " {since(o.updated_at)}</p> };
    ticket(
        &o,
        "ticket",
        [
            head(&o, people(&o)),
            due(&o),
            waits.into_any(),
            refused(o.id),
            cancel(order),
        ],
    )
}

fn out(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let driver = o.driver_name.as_ref().map(|driver| name(driver));
    let since = view! { <p class="meta">{driver} " · " {since(o.updated_at)}</p> };
    let state = changing(move || {
        let status = order.get().status;
        Some(badge(status, words::status(status)))
    });
    ticket(
        &o,
        "ticket slim",
        [head(&o, whose(&o, "")), since.into_any(), state],
    )
}

/// A cancellation costs somebody a pizza: its consequence first, then its button.
fn cancel(order: Memo<Order>) -> AnyView {
    let customer =
        order.with_untracked(|order| order.customer_name.as_ref().map(|customer| name(customer)));
    let form = Act::new(api::Cancel::PATH).on(order).class("stack").form(|form| {
        view! {
            {by_supplier()}
            <p><strong>{customer} " has ordered this and is waiting."</strong> " This cannot be undone."</p>
            {form.send("button danger wide", Some(Icon::Of(Status::Cancelled)), "Cancel this pizza".into_any())}
        }
        .into_any()
    });
    view! { <details><summary>{icon(Icon::Down)} "Cancel…"</summary> {form}</details> }.into_any()
}

/// Whose ticket it is, where tickets of several kitchens hang together.
fn whose(order: &Order, then: &'static str) -> AnyView {
    let all = matches!(
        Here::now().get_untracked(),
        Place::Supplier { kitchen: None }
    );
    all.then(|| view! { {name(&order.supplier_name)} {then} }.into_any())
        .into_any()
}

fn people(order: &Order) -> AnyView {
    let customer = order.customer_name.as_ref().map(|customer| name(customer));
    view! { {whose(order, " · ")} {customer} }.into_any()
}

/// Which kitchen this screen belongs to.
fn pick_a_kitchen(kitchen: Kitchen) -> AnyView {
    let (here, market) = (Here::now(), Market::here());
    let kitchens = market.view(move |board| {
        let names = board.orders().map(|order| order.supplier_name.to_string());
        list::sorted(names.chain(kitchen.get()))
    });
    let option = move |name: String| {
        let chosen = kitchen.get_untracked().as_ref() == Some(&name);
        view! { <option value=name.clone() selected=chosen>{name.clone()}</option> }.into_any()
    };
    let go = move |name: String| {
        let kitchen = Some(name).filter(|name| !name.is_empty());
        here.go(Place::Supplier { kitchen });
    };
    let chosen = kitchen.get_untracked().unwrap_or_default();
    let early = typed_early("kitchen").filter(|early| *early != chosen);
    if let Some(early) = early {
        when_awake(move || go(early.clone()));
    }
    let choose = move |event| go(event_target_value(&event));
    let chosen = text(move || kitchen.get().unwrap_or_default());
    let show = changing(move || {
        market
            .is_asleep()
            .then(|| view! { <button class="button">"Show"</button> }.into_any())
    });
    view! {
        <form class="row" action="/supplier">
            <label for="kitchen" class="soft">"Kitchen"</label>
            <select class="input narrow" id="kitchen" name="kitchen" prop:value=chosen on:input=choose>
                <option value="">"All kitchens"</option>
                {list::names(kitchens, option)}
            </select>
            {show}
        </form>
    }
    .into_any()
}

/// The form for a new offer, under the thumb or at the end.
fn dock(kitchen: Kitchen) -> AnyView {
    let (pizza, price) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let offered = RwSignal::new(None::<(String, String)>);
    let act = Act::new(api::OfferPizza::PATH).then(move |order| {
        offered.set(Some((
            format!("#o{}", order.id),
            order.pizza_name.to_string(),
        )));
        // Kitchen and markup stay for the next pizza.
        pizza.set(String::new());
        price.set(String::new());
    });
    let form = act.form(|form| new_offer(form, kitchen, pizza, price));
    let offered = changing(move || {
        let (place, name) = offered.get()?;
        Some(
            view! { <p role="status">"Offered: " <a href=place><bdi>{name}</bdi></a></p> }
                .into_any(),
        )
    });
    view! {
        <section class="dock" id="new-offer" aria-labelledby="h-new">
            <details open>
                <summary>{icon(Icon::Plus)} <span id="h-new">"New offer"</span> {icon(Icon::Down)}</summary>
                {form}
                {offered}
            </details>
        </section>
    }
    .into_any()
}

fn new_offer(
    form: Form,
    kitchen: Kitchen,
    pizza: RwSignal<String>,
    price: RwSignal<String>,
) -> AnyView {
    let percent = RwSignal::new(String::new());
    let typed = |name: &'static str, signal: RwSignal<String>, first: &str, mode: &'static str| {
        let control = form.control(name);
        signal.set(control.value(first));
        if let Some(early) = typed_early(&control.id()) {
            when_awake(move || signal.set(early.clone()));
        }
        let input = view! {
            <input class="input" inputmode=mode autocomplete="off" value=signal.get_untracked() prop:value=signal
                on:input=move |event| signal.set(event_target_value(&event)) {..control.ties()}/>
        };
        (control, input.into_any())
    };
    let (pizza_name, pizza_input) = typed("pizza_name", pizza, "", "text");
    let (supplier_price, price_input) = typed("supplier_price", price, "", "decimal");
    let (markup, markup_input) = typed("markup_percentage", percent, "30", "decimal");
    let price_input =
        view! { <div class="affix"><span aria-hidden="true">"€"</span> {price_input}</div> }
            .into_any();
    let markup_input = view! { <div class="affix">{markup_input} <span class="after" aria-hidden="true">"%"</span></div> }.into_any();
    view! {
        {which_kitchen(form, kitchen)}
        {pizza_name.field("Pizza", None, pizza_input)}
        {supplier_price.field("Your price", None, price_input)}
        {markup.field("Markup", None, markup_input)}
        {margin(price, percent)}
        {form.send("button primary", Some(Icon::Of(Status::SupplierAccepted)), "Offer it".into_any())}
    }
    .into_any()
}

/// Asked for only where the screen belongs to no kitchen.
fn which_kitchen(form: Form, kitchen: Kitchen) -> AnyView {
    let supplier = form.control("supplier_name");
    changing(move || {
        Some(match kitchen.get() {
            Some(kitchen) => {
                view! { <input type="hidden" name="supplier_name" value=kitchen/> }.into_any()
            }
            None => {
                let value = supplier.value("");
                let input = view! { <input class="input" autocomplete="organization" value=value.clone() {..supplier.ties()}/> };
                supplier.field("Kitchen", None, input.into_any())
            }
        })
    })
}

/// What the customer pays, as one types.
fn margin(price: RwSignal<String>, markup: RwSignal<String>) -> AnyView {
    let parts = move || {
        let price = Price::parse(&price.read()).ok()?;
        let markup = match markup.get() {
            blank if blank.trim().is_empty() => Markup::default(),
            markup => Markup::parse(&markup).ok()?,
        };
        let total = customer_price(price, markup);
        Some((total, price.cents()))
    };
    let total = text(move || parts().map_or("–".to_owned(), |(total, _)| words::money(total)));
    let split = text(move || match parts() {
        Some((total, yours)) => format!(
            "{} for you + {} for the market",
            words::money(yours),
            words::money(total - yours)
        ),
        None => "your price and the market’s part".to_owned(),
    });
    view! {
        <div class="margin">
            <output aria-label="Customer pays">{total}</output>
            <p>"customer pays:" <br/> {split}</p>
        </div>
    }
    .into_any()
}
