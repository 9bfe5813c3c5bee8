//! The tickets of new orders: accept with minutes and a note, or reject with a reason. The minutes start as the kitchen
//! usually takes; before that is known, and for notes, the device offers again what it answered last.

use super::{
    Bell,
    cancel::{NOTES, reasons},
    direct::{promised, to_read},
    sold_out::sold_out,
    tickets::kitchen_name,
    usual::{MINUTES, first_minutes, range},
};
use crate::{
    api,
    domain::{Order, Status, Time, usual_minutes},
    ui::{
        browser::storage,
        components::{
            basics::{Icon, icon, or_on_paper, short_moment, text},
            before_hydration::not_hydrated,
            form::{ActionForm, FieldState, Form, refused},
            list,
            ticket::{ALMOST, Level, folded, head, level_waiting, seldom, ticket_at_level, which},
        },
        i18n::{
            format,
            locale::{Text, say, t},
        },
        live::{reactive::when_hydrated, store::LiveStore},
    },
};
use leptos::{html, prelude::*, server_fn::ServerFn};

/// The limits of a promise, as of [`crate::domain::Minutes`].
const MIN: i32 = 1;
const MAX: i32 = 1_440;
/// Minutes that a press of a button adds or takes.
const STEP: i32 = 5;
/// At most this many earlier notes are offered again.
const NOTES_KEPT: usize = 8;

pub fn to_answer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let level = level_waiting(&o);
    let more = view! { {kitchen_name(&o, " · ")} {prices(&o)} " · " {waits(&o, level)} };
    let Some(basket) = &o.basket else {
        let parts = vec![head(&o, more.into_any()), accept(order), refused(o.id)];
        return ticket_at_level(&o, "ticket", level, None, parts);
    };
    // A customer waits for the answer, so it rings.
    let bell = Bell::from_context();
    let rings = bell.rings(order);
    let parts = vec![
        bell.why(order, rings),
        head(&o, more.into_any()),
        promised(basket),
        to_read(&o),
        accept(order),
        refused(o.id),
    ];
    ticket_at_level(&o, "ticket", level, Some(rings), parts)
}

/// `€9.50 (€12.35)`: the kitchen's own price first, the customer's beside it.
fn prices(o: &Order) -> AnyView {
    let (yours, theirs) = (
        format::money(o.supplier_price.cents()),
        format::money(o.total()),
    );
    let pays = t(["customer pays ", "Kunde zahlt "]);
    view! { <b>{yours}</b> " (" <span class="unseen">{pays}</span> {theirs} ")" }.into_any()
}

/// `waits 2 min`, and the word where that is too long.
fn waits(o: &Order, level: Signal<Level>) -> AnyView {
    let (store, since) = (LiveStore::from_context(), o.updated_at);
    let words = text(move || {
        let long = format::duration(store.about_now(since) - since);
        match level.get() {
            Level::Late => say!("waits {long}, too long", "wartet {long}, zu lange"),
            _ => say!("waits {long}", "wartet {long}"),
        }
    });
    let at = view! { {t(["waits since ", "wartet seit "])} {short_moment(since)} };
    or_on_paper(
        view! { <span class="waits" translate="no">{words}</span> }.into_any(),
        at.into_any(),
    )
}

/// The acceptance in one line, and behind "…" what is seldom needed: the note that goes with it, a rejection.
fn accept(order: Memo<Order>) -> AnyView {
    let action = ActionForm::new(api::Respond::PATH)
        .on(order)
        .class("accept")
        .on_success(encode_record);
    let more = StoredValue::new(None);
    let form = action.form(|form| {
        more.set_value(Some(form));
        order.with_untracked(|o| acceptance(form, o))
    });
    let more = more.get_value().map(|form| more_answers(form, order));
    view! { <div class="usual answer">{form} {more}</div> }.into_any()
}

fn acceptance(form: Form, o: &Order) -> AnyView {
    let word = view! { {t(["Accept", "Annehmen"])} {which(o)} };
    // It is for a time that the customer chose.
    if o.basket.as_ref().is_some_and(|basket| !basket.promise.asap) {
        return view! {
            <input type="hidden" name="accept" value="true"/>
            {form.submit_button("button primary wide", Some(Icon::Check), word.into_any())}
        }
        .into_any();
    }
    let minutes = form.field("estimated_time");
    view! {
        <input type="hidden" name="accept" value="true"/>
        <div class="two">{stepper(minutes, o)} {form.submit_button("button primary", Some(Icon::Check), word.into_any())}</div>
        {minutes.error_message()}
    }
    .into_any()
}

fn more_answers(form: Form, order: Memo<Order>) -> AnyView {
    let notes = form.field(NOTES);
    let label = t(["Note for the customer", "Notiz für den Kunden"]);
    let what = move || {
        let field = view! {
            <input class="input" form=form.id() list=NOTES autocomplete="off" value=notes.value("") {..notes.attributes()}/>
        };
        let note = notes.labelled(label, None, field.into_any());
        view! { <div class="stack">{note} {reject(order)} {sold_out(order)}</div> }.into_any()
    };
    let named = match order.with_untracked(|order| order.basket.is_some()) {
        true => ["note, reject, sold out", "Notiz, ablehnen, ausverkauft"],
        false => ["note, reject", "Notiz, ablehnen"],
    };
    seldom(order, named, notes.needs_attention(), what)
}

/// A number field with a button on each side. The buttons need a hydrated page; the field works without. It starts with
/// what is usual as the ticket arrives: it does not change under the hand.
fn stepper(minutes: FieldState, o: &Order) -> AnyView {
    let field = NodeRef::<html::Input>::new();
    let promise = o.basket.as_ref().map(|basket| &basket.promise);
    let usual = untrack(|| {
        let store = LiveStore::from_context();
        store.with(|board| usual_minutes(board?.orders(), &o.supplier_name, &o.pizza_name))
    });
    let usual = usual.filter(|_| promise.is_none());
    let first = match promise {
        // Nothing typed leaves the promise as it is.
        Some(_) => String::new(),
        None => first_minutes(usual),
    };
    if promise.is_none() && usual.is_none() && minutes.value("").is_empty() {
        recall_minutes(field, minutes_key(&o.supplier_name));
    }
    let proposed = promise.map(|promise| minutes_to(promise.to));
    let why = usual.map(|usual| {
        let range = range(usual);
        let words = say!("lately {range}", "zuletzt {range}");
        view! { <p id=minutes.hint_id()>{words}</p> }.into_any()
    });
    view! {
        <div class="minutes" data-not-hydrated=not_hydrated()>
            {step_button(field, minutes, -STEP, Icon::Minus, ["5 minutes less", "5 Minuten weniger"], o)}
            <label>
                <input type="number" node_ref=field value=minutes.value(&first) placeholder=proposed min=MIN.to_string() max=MAX.to_string() inputmode="numeric" {..minutes.attributes()}/>
                {t([" min to the door", " min bis zur Tür"])} {which(o)}
            </label>
            {why}
            {step_button(field, minutes, STEP, Icon::Plus, ["5 minutes more", "5 Minuten mehr"], o)}
        </div>
    }
    .into_any()
}

/// How many minutes are left to a promise, as the clock ticks.
fn minutes_to(promised: Time) -> Signal<String> {
    let store = LiveStore::from_context();
    text(move || {
        let left = promised - store.about_now(promised) + ALMOST;
        left.num_minutes().clamp(MIN.into(), MAX.into()).to_string()
    })
}

fn step_button(
    field: NodeRef<html::Input>,
    minutes: FieldState,
    step: i32,
    symbol: Icon,
    label: Text,
    o: &Order,
) -> AnyView {
    let press = move |_| {
        if let Some(field) = field.get_untracked() {
            let typed = Some(field.value()).filter(|typed| !typed.is_empty());
            let now = typed.unwrap_or_else(|| field.placeholder());
            let now: i32 = now.parse().unwrap_or(0);
            let then = (now + step).clamp(MIN, MAX).to_string();
            field.set_value(&then);
            minutes.keep(&then);
        }
    };
    let label = view! { <span class="unseen">{t(label)} {which(o)}</span> };
    view! { <button type="button" on:click=press>{icon(symbol)} {label}</button> }.into_any()
}

/// Starts the field with what this device last promised for the kitchen, unless other minutes were typed before the
/// page was hydrated.
fn recall_minutes(field: NodeRef<html::Input>, key: String) {
    when_hydrated(move || {
        let field = field.get().filter(|field| field.value() == MINUTES);
        if let Some((field, kept)) = field.zip(storage::kept(&key)) {
            field.set_value(&kept);
        }
    });
}

/// The name under which the device stores the minutes that it last promised for a kitchen.
fn minutes_key(kitchen: &str) -> String {
    format!("minutes {kitchen}")
}

/// Stores the minutes and the note of an acceptance for the next one.
fn encode_record(order: &Order) {
    if let Some(minutes) = order
        .estimated_delivery_time
        .filter(|_| order.basket.is_none())
    {
        let minutes = minutes.get().to_string();
        storage::keep(&minutes_key(&order.supplier_name), &minutes);
    }
    if let Some(note) = &order.supplier_notes {
        let note = note.replace('\n', " ");
        let kept = storage::kept(NOTES).unwrap_or_default();
        let others = kept.lines().filter(|other| *other != note);
        let all: Vec<_> = std::iter::once(&*note)
            .chain(others)
            .take(NOTES_KEPT)
            .collect();
        storage::keep(NOTES, &all.join("\n"));
    }
}

/// The notes that this device wrote before, newest first, for the field to suggest. It reads them again with each
/// change of the board, which may be an acceptance.
pub fn earlier_notes() -> AnyView {
    let store = LiveStore::from_context();
    let notes = store.view(move |_| match !store.is_hydrated() {
        true => Vec::new(),
        false => storage::kept(NOTES)
            .unwrap_or_default()
            .lines()
            .map(str::to_owned)
            .collect(),
    });
    let option = |note: String| view! { <option>{note}</option> }.into_any();
    view! { <datalist id=NOTES>{list::names(notes, option)}</datalist> }.into_any()
}

fn reject(order: Memo<Order>) -> AnyView {
    let which = order.with_untracked(which);
    let summary =
        view! { <summary>{icon(Icon::Down)} {t(["Reject…", "Ablehnen\u{a0}…"])} {which}</summary> };
    folded(summary.into_any(), move || {
        ActionForm::new(api::Reject::PATH)
            .on(order)
            .class("stack")
            .form(|form| order.with_untracked(|o| rejection(form, o)))
    })
}

fn rejection(form: Form, o: &Order) -> AnyView {
    const REASONS: [Text; 3] = [
        ["Sold out", "Ausverkauft"],
        ["Oven full", "Ofen voll"],
        ["Closing soon", "Schließt bald"],
    ];
    let word = view! { {t(["Reject this pizza", "Diese Pizza ablehnen"])} {which(o)} };
    view! {
        {reasons(form, o, &REASONS)}
        {form.submit_button("button danger wide", Some(Icon::Of(Status::SupplierRejected)), word.into_any())}
    }
    .into_any()
}
