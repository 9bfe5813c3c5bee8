//! The kitchen's tickets, column by column: each with its one next step.

use super::Bell;
use crate::{
    api,
    domain::{Order, Status},
    ui::{
        device,
        locale::{Text, say, t},
        market::Market,
        parts::{
            form::{Act, Control, Form, beside, refused},
            list,
            small::{Icon, badge, changing, icon, mark, moment, name, text},
            ticket::{
                Level, due, folded, hang, head, level, level_waiting, ticket, to_go, waiting, which,
            },
        },
        place::{Here, Place, focus_if_lost_soon, when_awake},
        words,
    },
};
use leptos::{ev, html, prelude::*, server_fn::ServerFn, web_sys};

/// How long a pizza takes, where this device has promised nothing yet.
const MINUTES: &str = "25";
/// What this device has written to customers, newest first, a line each.
const NOTES: &str = "notes";
/// So many of them are offered again.
const NOTES_KEPT: usize = 8;

pub fn to_answer(order: Memo<Order>) -> AnyView {
    let (o, market) = (order.get_untracked(), Market::here());
    let level = level_waiting(&o);
    let fine = Memo::new(move |_| level.get() == Level::Fine);
    let since = o.updated_at;
    let waits = text(move || {
        if fine.get() {
            let long = words::duration(market.about_now(since) - since);
            say!("Waiting {long} · pays ", "Wartet {long} · Kunde zahlt ")
        } else {
            t(["Pays ", "Kunde zahlt "]).to_owned()
        }
    });
    let more = view! { {whose(&o, " · ")} {waits} <b>{words::money(o.total())}</b> };
    let waits = changing({
        let o = o.clone();
        move || {
            let for_what = t(["waiting for your answer", "wartet auf deine Antwort"]);
            (!fine.get()).then(|| waiting(&o, for_what))
        }
    });
    let accept = Act::new(api::Respond::PATH)
        .on(order)
        .class("accept")
        .done(remember)
        .form(|form| acceptance(form, &o));
    let reject = folded(
        view! { <summary>{icon(Icon::Down)} {t(["Reject…", "Ablehnen\u{a0}…"])} {which(&o)}</summary> }
            .into_any(),
        move || {
            Act::new(api::Respond::PATH)
                .named("reject")
                .on(order)
                .class("stack")
                .form(|form| order.with_untracked(|o| rejection(form, o)))
        },
    );
    let answer = view! { <div class="answer">{accept} {reject}</div> };
    let parts = vec![
        head(&o, more.into_any()),
        waits,
        answer.into_any(),
        refused(o.id),
    ];
    hang(&o, "ticket", level, None, parts)
}

fn acceptance(form: Form, o: &Order) -> AnyView {
    let (notes, minutes) = (form.control("notes"), form.control("estimated_time"));
    let field = view! { <input class="input" list=NOTES autocomplete="off" value=notes.value("") {..notes.ties()}/> };
    let word = view! { {t(["Accept", "Annehmen"])} {which(o)} };
    let label = t(["Note for the customer", "Notiz für den Kunden"]);
    view! {
        <input type="hidden" name="accept" value="true"/>
        <div class="two">{stepper(minutes, o)} {form.send("button primary", Some(Icon::Check), word.into_any())}</div>
        {minutes.shown_fault()}
        <details open=notes.wants_to_be_seen()>
            <summary>{icon(Icon::Down)} {t(["Note", "Notiz"])} {which(o)}</summary>
            {notes.field(label, None, field.into_any())}
        </details>
    }
    .into_any()
}

/// How many minutes: a field, with a button on each side once the page is awake. It begins with what this device has
/// promised for the kitchen last.
fn stepper(minutes: Control, o: &Order) -> AnyView {
    const STEP: i32 = 5;
    let (field, market) = (NodeRef::<html::Input>::new(), Market::here());
    let by = move |step: i32| {
        if let Some(field) = field.get_untracked() {
            let minutes: i32 = field.value().parse().unwrap_or(0);
            field.set_value(&(minutes + step).clamp(1, 1_440).to_string());
        }
    };
    let button = move |step: i32, symbol: Icon, label: Text| {
        let label = view! { <span class="unseen">{t(label)} {which(o)}</span> };
        view! { <button type="button" on:click=move |_| by(step)>{icon(symbol)} {label}</button> }
            .into_any()
    };
    if minutes.value("").is_empty() {
        let kept = minutes_of(&o.supplier_name);
        when_awake(move || {
            // Whoever was faster than the program has typed their own.
            let field = field.get().filter(|field| field.value() == MINUTES);
            if let Some((field, kept)) = field.zip(device::kept(&kept)) {
                field.set_value(&kept);
            }
        });
    }
    view! {
        <div class="minutes" data-asleep=mark(move || market.is_asleep().then_some(""))>
            {button(-STEP, Icon::Minus, ["5 minutes less", "5 Minuten weniger"])}
            <label>
                <input type="number" node_ref=field value=minutes.value(MINUTES) min="1" max="1440" inputmode="numeric" {..minutes.ties()}/>
                {t([" minutes", " Minuten"])} {which(o)}
            </label>
            {button(STEP, Icon::Plus, ["5 minutes more", "5 Minuten mehr"])}
        </div>
    }
    .into_any()
}

/// Where this device keeps how many minutes it has promised for a kitchen last.
fn minutes_of(kitchen: &str) -> String {
    format!("minutes {kitchen}")
}

/// Keeps how an offer was accepted for the next one.
fn remember(order: &Order) {
    if let Some(minutes) = order.estimated_delivery_time {
        let minutes = minutes.get().to_string();
        device::keep(&minutes_of(&order.supplier_name), &minutes);
    }
    if let Some(note) = &order.supplier_notes {
        let note = note.replace('\n', " ");
        let kept = device::kept(NOTES).unwrap_or_default();
        let others = kept.lines().filter(|other| *other != note);
        let all: Vec<_> = std::iter::once(&*note)
            .chain(others)
            .take(NOTES_KEPT)
            .collect();
        device::keep(NOTES, &all.join("\n"));
    }
}

/// What was written to customers before, to be picked again.
pub fn earlier_notes() -> AnyView {
    let market = Market::here();
    let notes = market.view(move |_| match market.is_asleep() {
        true => Vec::new(),
        // As they are after the last change of the board, which may have been an acceptance.
        false => device::kept(NOTES)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
    });
    let option = |note: String| view! { <option>{note}</option> }.into_any();
    view! { <datalist id=NOTES>{list::names(notes, option)}</datalist> }.into_any()
}

fn rejection(form: Form, o: &Order) -> AnyView {
    const REASONS: [Text; 3] = [
        ["Sold out", "Ausverkauft"],
        ["Oven full", "Ofen voll"],
        ["Closing soon", "Schließt bald"],
    ];
    let why = t(["Why? The market sees this.", "Warum? Der Markt sieht das."]);
    let word = view! { {t(["Reject this pizza", "Diese Pizza ablehnen"])} {which(o)} };
    view! {
        <input type="hidden" name="accept" value="false"/>
        {reasons(form, why, &REASONS)}
        {form.send("button danger wide", Some(Icon::Of(Status::SupplierRejected)), word.into_any())}
    }
    .into_any()
}

/// Reasons to pick, and words of one's own.
fn reasons(form: Form, why: &'static str, reasons: &[Text]) -> AnyView {
    let notes = form.control("notes");
    let field =
        view! { <input class="input" autocomplete="off" value=notes.value("") {..notes.ties()}/> };
    let chip = |reason: &Text| {
        let reason = t(*reason);
        view! { <label><input type="radio" name="reason" value=reason/> {reason}</label> }
            .into_any()
    };
    let chips: Vec<_> = reasons.iter().map(chip).collect();
    let own = t(["Or in your own words", "Oder mit eigenen Worten"]);
    view! {
        <fieldset class="chips"><legend>{why}</legend> {chips}</fieldset>
        {notes.field(own, None, field.into_any())}
    }
    .into_any()
}

pub fn on_offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let minutes = o
        .estimated_delivery_time
        .map(|minutes| format!(" · {} min", minutes.get()));
    let offer = format!("{}{}", words::money(o.total()), minutes.unwrap_or_default());
    let withdraw = folded(
        view! { <summary>{icon(Icon::Down)} {t(["Withdraw…", "Zurückziehen\u{a0}…"])} {which(&o)}</summary> }
            .into_any(),
        move || withdrawal(order),
    );
    let offer = view! { <p class="meta">{offer}</p> }.into_any();
    ticket(
        &o,
        "ticket slim",
        [head(&o, whose(&o, "")), offer, withdraw, refused(o.id)],
    )
}

fn withdrawal(order: Memo<Order>) -> AnyView {
    let which = order.with_untracked(which);
    let word = view! { {t(["Withdraw this pizza", "Diese Pizza zurückziehen"])} {which} };
    Act::new(api::SupplierCancel::PATH)
        .on(order)
        .class("stack")
        .form(|form| {
            view! {
                <p>
                    {t(["Nobody can take it any more. ", "Niemand kann sie mehr bestellen. "])}
                    <strong>{t(["This cannot be undone.", "Das lässt sich nicht zurücknehmen."])}</strong>
                </p>
                {form.send("button danger wide", None, word.into_any())}
            }
            .into_any()
        })
}

pub fn to_prepare(order: Memo<Order>) -> AnyView {
    let bell = Bell::here();
    let rings = bell.rings(order);
    let why = bell.why(order, rings);
    step(
        order,
        Some((rings, why)),
        api::Prepare::PATH,
        Icon::Of(Status::Preparing),
        t(["Start", "Anfangen"]),
    )
}

pub fn in_the_oven(order: Memo<Order>) -> AnyView {
    step(
        order,
        None,
        api::MarkReady::PATH,
        Icon::Of(Status::Ready),
        t(["Ready", "Fertig"]),
    )
}

/// A ticket with one next step.
fn step(
    order: Memo<Order>,
    rings: Option<(Signal<bool>, AnyView)>,
    path: &'static str,
    symbol: Icon,
    word: &'static str,
) -> AnyView {
    let o = order.get_untracked();
    let word = view! { {word} {which(&o)} }.into_any();
    let next = Act::new(path).on(order);
    let next = next.form(|form| form.send("button primary wide", Some(symbol), word));
    let (rings, why) = rings.unzip();
    let parts = vec![
        why.into_any(),
        head(&o, people(&o)),
        due(&o),
        note(&o),
        steps(next, order),
        refused(o.id),
        on_paper(&o),
    ];
    hang(&o, "ticket", level(&o), rings, parts)
}

pub fn ready(order: Memo<Order>) -> AnyView {
    let (o, market) = (order.get_untracked(), Market::here());
    let for_what = t(["waiting for a driver", "wartet auf einen Fahrer"]);
    let promised = o.promised().map(|promised| {
        let left = text(move || to_go(promised, market.about_now(promised)));
        view! { {t(["Promised ", "Zugesagt "])} {moment(promised)} ". " {left} }.into_any()
    });
    let promised = view! { <p class="meta soft">{promised}</p> };
    let parts = vec![
        head(&o, people(&o)),
        waiting(&o, for_what),
        steps(promised.into_any(), order),
        refused(o.id),
        on_paper(&o),
    ];
    hang(&o, "ticket", level_waiting(&o), None, parts)
}

pub fn out(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let driver = o.driver_name.as_ref().map(|driver| name(driver));
    let state = changing(move || {
        let order = order.get();
        let status = order.status;
        Some(
            view! {
                <p class="meta">{t(["since ", "seit "])} {moment(order.updated_at)}</p>
                {badge(status, words::status(status))}
            }
            .into_any(),
        )
    });
    ticket(
        &o,
        "ticket slim",
        [
            head(&o, view! { {whose(&o, " · ")} {driver} }.into_any()),
            state,
        ],
    )
}

/// What was cancelled hangs on, struck through, until somebody here knows.
pub fn gone(order: Memo<Order>) -> AnyView {
    let (o, market, bell) = (order.get_untracked(), Market::here(), Bell::here());
    let take_down = changing({
        let o = o.clone();
        move || {
            let o = o.clone();
            let word = view! { {t(["Take it down", "Abhängen"])} {which(&o)} };
            let take_down = move |event: ev::MouseEvent| {
                let beside = beside(&event);
                bell.hear(&o);
                if let Some(beside) = beside {
                    focus_if_lost_soon(beside);
                }
            };
            (!market.is_asleep()).then(|| {
                view! { <button class="button" type="button" on:click=take_down>{icon(Icon::Check)} {word}</button> }.into_any()
            })
        }
    });
    let said = t(["Cancelled at ", "Storniert um "]);
    view! {
        <article class="ticket" id=format!("o{}", o.id) tabindex="-1" data-gone="">
            {head(&o, people(&o))}
            // As high as what stood here before, so that the tickets below stay under the finger.
            <p class="due">{icon(Icon::Of(Status::Cancelled))} <span><b>{said} {moment(o.updated_at)}</b></span></p>
            {note(&o)}
            <div class="actions">{take_down}</div>
        </article>
    }
    .into_any()
}

fn note(order: &Order) -> AnyView {
    let notes = order.supplier_notes.as_ref();
    notes
        .map(|notes| view! { <p class="note">{notes.to_string()}</p> }.into_any())
        .into_any()
}

/// The usual step, and what is seldom done behind a button of its own.
fn steps(usual: AnyView, order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let more = t(["More: print, cancel", "Mehr: drucken, stornieren"]);
    let more = format!("{more}: {} {}", o.pizza_name, o.id.number());
    let summary =
        view! { <summary class="button square" aria-label=more>{icon(Icon::More)}</summary> };
    let more = folded(summary.into_any(), move || {
        view! { <div class="stack">{on_a_printer(order)} {cancellation(order)}</div> }.into_any()
    });
    view! { <div class="usual">{usual} {more}</div> }.into_any()
}

fn on_a_printer(order: Memo<Order>) -> AnyView {
    let market = Market::here();
    changing(move || {
        let which = order.with_untracked(which);
        let word = view! { {t(["Print this ticket", "Zettel drucken"])} {which} };
        (!market.is_asleep()).then(|| {
            view! { <button class="button wide" type="button" on:click=print>{icon(Icon::Print)} {word}</button> }.into_any()
        })
    })
}

/// A cancellation costs somebody a pizza: its consequence first, then its button.
fn cancellation(order: Memo<Order>) -> AnyView {
    const REASONS: [Text; 3] = [
        ["Sold out", "Ausverkauft"],
        ["Oven broken", "Ofen kaputt"],
        ["Cannot be delivered", "Nicht lieferbar"],
    ];
    let (o, bell) = (order.get_untracked(), Bell::here());
    let customer = o.customer_name.as_ref().map(|customer| name(customer));
    let word = view! { {t(["Cancel this pizza", "Diese Pizza stornieren"])} {which(&o)} };
    // Whoever cancels here needs no bell to know.
    let act = Act::new(api::SupplierCancel::PATH)
        .on(order)
        .class("stack")
        .done(move |order| bell.hear(order));
    act.form(|form| {
        view! {
            <p>
                <strong>{customer} {t([" has ordered this and is waiting.", " hat sie bestellt und wartet."])}</strong> " "
                {t(["This cannot be undone.", "Das lässt sich nicht zurücknehmen."])}
            </p>
            {reasons(form, t(["Why? The market sees this.", "Warum? Der Markt sieht das."]), &REASONS)}
            {form.send("button danger wide", Some(Icon::Of(Status::Cancelled)), word.into_any())}
        }
        .into_any()
    })
}

/// What stands on the printed ticket only: whose it is, and where it goes.
fn on_paper(order: &Order) -> AnyView {
    let address = order.delivery_address.as_ref().map(ToString::to_string);
    let price = words::money(order.total());
    view! { <p class="on-paper">{name(&order.supplier_name)} " · " {price} <br/> <bdi>{address}</bdi></p> }.into_any()
}

/// What is about to be printed, instead of the page.
const PRINTED: &str = "data-print";

fn print(event: ev::MouseEvent) {
    let ticket = event_target::<web_sys::Element>(&event).closest("article");
    if let Some(ticket) = ticket.ok().flatten() {
        // Where nothing can be printed, nothing is.
        let _ = ticket.set_attribute(PRINTED, "");
        let _ = window().print();
    }
}

/// Some browsers print while the page goes on: they say when they are done.
pub fn after_printing() {
    let done = window_event_listener_untyped("afterprint", |_| {
        let printed = document().query_selector("[data-print]");
        if let Some(ticket) = printed.ok().flatten() {
            // It was there just now.
            let _ = ticket.remove_attribute(PRINTED);
        }
    });
    on_cleanup(move || done.remove());
}

/// Whose ticket it is, where tickets of several kitchens hang together.
fn whose(order: &Order, then: &'static str) -> AnyView {
    let (here, kitchen) = (Here::now(), order.supplier_name.to_string());
    changing(move || {
        let one = matches!(here.get(), Place::Supplier { kitchen } if kitchen.name().is_some());
        (!one).then(|| view! { {name(&kitchen)} {then} }.into_any())
    })
}

fn people(order: &Order) -> AnyView {
    let customer = order.customer_name.as_ref().map(|customer| name(customer));
    view! { {whose(order, " · ")} {customer} }.into_any()
}
