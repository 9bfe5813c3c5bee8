//! The counter of the kitchen's pizzeria: busy, a pause, what is sold out. It shows what holds now, as it changes. One form
//! has all buttons, those on the tickets included.

use super::kitchen::KitchenFilter;
use crate::{
    api::{self, form::COUNTER},
    domain::{
        Time,
        shop::{
            basket::RestaurantId,
            counter::{Counter, MenuPart, SoldOut},
            counter_button::CounterButton,
            kitchen_shop::KitchenShop,
        },
    },
    ui::{
        browser::dom::focus_if_lost_soon,
        components::{
            basics::{Icon, changing, icon, mark, moment, name, text},
            form::{ActionForm, Form},
            list,
        },
        i18n::locale::{Text, say, t},
        live::{reactive::memo, store::LiveStore},
        route::{Kitchen, Route, paths::menu_of},
    },
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// More minutes with one tap, and how long a pause is.
const BUSY: [u16; 2] = [15, 30];
const PAUSE: u16 = 30;

/// A button of the counter, wherever it stands.
pub fn press(class: &'static str, button: &CounterButton, word: AnyView) -> AnyView {
    view! { <button class=class form=COUNTER name="button" value=button.to_string()>{word}</button> }
        .into_any()
}

pub fn bar(kitchen: KitchenFilter) -> AnyView {
    let store = LiveStore::from_context();
    let shop = memo(move |_| {
        let kitchen = kitchen.get();
        let named = |shop: &KitchenShop| (shop.id(), shop.slug.to_string(), shop.name.to_string());
        store.with_shop(kitchen.as_deref(), named)
    });
    changing(move || {
        let (id, slug, name) = shop.get()?;
        Some(counter(kitchen, id, &slug, name))
    })
}

/// What `read` takes of the counter and of the time, as they change.
fn follow<T: Clone + Default + PartialEq + Send + Sync + 'static>(
    kitchen: KitchenFilter,
    read: fn(&KitchenShop, Time) -> T,
) -> Memo<T> {
    let store = LiveStore::from_context();
    memo(move |_| {
        let (kitchen, now) = (kitchen.get(), store.about_now(Time::default()));
        let shop = store.with_shop(kitchen.as_deref(), |shop| read(shop, now));
        shop.unwrap_or_default()
    })
}

fn counter(kitchen: KitchenFilter, id: RestaurantId, slug: &str, name: String) -> AnyView {
    let store = LiveStore::from_context();
    let form = ActionForm::new(api::PressCounter::PATH)
        .named(COUNTER)
        .overlapping()
        .on_answer(move || {
            spawn_local(async move {
                store.renew_shop().await;
                focus_if_lost_soon("#at-the-counter :is(button, summary)".to_owned());
            });
        });
    let sent = StoredValue::new(None);
    let form = form.form(|form| {
        sent.set_value(Some(form));
        view! { <input type="hidden" name="shop" value=id.to_string()/> {faults(form)} }.into_any()
    });
    let pause = sent.get_value().map(|form| pause(form, kitchen));
    view! {
        <section id="at-the-counter" class="at-the-counter" aria-label=t(["Counter", "Theke"])>
            {busy(kitchen)} {pause} {sold_out(kitchen)} {renamed(kitchen, name)}
            <a class="button quiet" href=menu_of(slug) rel="external">{t(["Menu", "Karte"])}</a>
            {form}
        </section>
    }
    .into_any()
}

/// What can be wrong with a button: what it names has left the menu meanwhile.
fn faults(form: Form) -> AnyView {
    let fields = ["item", "group", "option", "sold_out", "shop", "button"];
    let faults: Vec<_> = fields
        .into_iter()
        .map(|name| form.field(name).error_message())
        .collect();
    faults.into_any()
}

fn busy(kitchen: KitchenFilter) -> AnyView {
    let busy = follow(kitchen, |shop, now| {
        let busy = shop.counter.busy_at(now);
        busy.map(|busy| (busy.extra_minutes, busy.until))
    });
    let buttons: Vec<_> = BUSY
        .into_iter()
        .enumerate()
        .map(|(n, minutes)| {
            let is_so = move || busy.get().is_some_and(|(extra, _)| extra == minutes);
            let pressed = text(move || is_so().to_string());
            let button = CounterButton::Busy(minutes).to_string();
            // The word stands on the first.
            let class = if n == 0 { "" } else { "unseen" };
            let word = view! { <span class=class>{t(["Busy", "Viel los"])}</span> " +" {minutes} };
            view! { <button class="button" form=COUNTER name="button" value=button aria-pressed=pressed>{word}</button> }
                .into_any()
        })
        .collect();
    let over = changing(move || {
        let (minutes, until) = busy.get()?;
        let words = say!("{minutes} min more until ", "{minutes} min mehr bis ");
        let over = t(["Back to normal", "Wieder normal"]).into_any();
        let over = press("button", &CounterButton::Busy(0), over);
        Some(
            view! { <p class="state" translate="no">{words} {moment(until)}</p> {over} }.into_any(),
        )
    });
    let tone = mark(move || busy.get().map(|_| "soon"));
    view! { <div class="group" data-tone=tone>{buttons} {over}</div> }.into_any()
}

fn pause(form: Form, kitchen: KitchenFilter) -> AnyView {
    let paused = follow(kitchen, |shop, now| {
        let pause = shop.counter.paused_at(now)?;
        let is_by_misses = shop.counter.is_paused_by_misses();
        let reason = pause.reason.as_ref().map(ToString::to_string);
        Some((pause.until, reason.filter(|_| !is_by_misses), is_by_misses))
    });
    let tone = mark(move || paused.with(Option::is_some).then_some("late"));
    let view = changing(move || {
        let Some((until, reason, is_by_misses)) = paused.get() else {
            return Some(begin_pause(form));
        };
        let words = match (is_by_misses, until) {
            (true, _) => unanswered().into_any(),
            (false, Some(until)) => {
                view! { {t(["Paused until ", "Pause bis "])} {moment(until)} }.into_any()
            }
            (false, None) => {
                t(["Paused until you resume", "Pause, bis du weitermachst"]).into_any()
            }
        };
        let reason = reason.map(|reason| view! { " · " {name(&reason)} }.into_any());
        let again = t(["Take orders again", "Wieder Bestellungen annehmen"]).into_any();
        let again = press("button primary", &CounterButton::Resume, again);
        Some(
            view! { <p class="state" translate="no" role="status">{icon(Icon::Alert)} <b>{words}</b> {reason}</p> {again} }
                .into_any(),
        )
    });
    view! { <div class="group" data-tone=tone>{view}</div> }.into_any()
}

/// `3 unanswered: paused.`
fn unanswered() -> String {
    let missed = Counter::MAX_MISSED;
    say!(
        "{missed} unanswered: paused.",
        "{missed} unbeantwortet: Pause."
    )
}

fn begin_pause(form: Form) -> AnyView {
    let reason = form.field("reason");
    let field = view! {
        <input class="input" form=COUNTER maxlength="140" autocomplete="off" value=reason.value("") {..reason.attributes()}/>
    };
    let label = t(["Why (customers read it)", "Warum (Kunden lesen es)"]);
    let field = reason.labelled(label, None, field.into_any());
    let lasts = |minutes: Option<u16>, word: AnyView| {
        press("button wide", &CounterButton::Pause(minutes), word)
    };
    let some = lasts(
        Some(PAUSE),
        say!("Pause {PAUSE} min", "{PAUSE} min Pause").into_any(),
    );
    let open_end = t(["Pause until I resume", "Pause, bis ich weitermache"]);
    let open_end = lasts(None, open_end.into_any());
    let open = reason.needs_attention();
    view! {
        <details class="unfolds" open=open>
            <summary class="button">{t(["Pause…", "Pause\u{a0}…"])}</summary>
            <div>{field} {some} {open_end}</div>
        </details>
    }
    .into_any()
}

/// What is sold out, by name, each with the button that puts it back.
fn sold_out(kitchen: KitchenFilter) -> AnyView {
    let all = follow(kitchen, |shop, now| {
        let parts = shop.counter.sold_out_at(now);
        parts.map(|part| part.what.to_string()).collect::<Vec<_>>()
    });
    let number = memo(move |_| all.with(Vec::len));
    let title = text(move || {
        let n = number.get();
        say!("{n} sold out", "{n} ausverkauft")
    });
    let is_any = memo(move |_| number.get() > 0);
    changing(move || {
        let items = list::names(all, move |part| one_sold_out(kitchen, &part));
        is_any.get().then(|| {
            view! {
                <details class="unfolds">
                    <summary class="button">{icon(Icon::Down)} {title}</summary>
                    <div><ul class="stack">{items}</ul></div>
                </details>
            }
            .into_any()
        })
    })
}

fn one_sold_out(kitchen: KitchenFilter, part: &str) -> AnyView {
    let Ok(what) = part.parse::<MenuPart>() else {
        return ().into_any();
    };
    let store = LiveStore::from_context();
    let back = CounterButton::PutBack(what.clone());
    let part = part.to_owned();
    let named = text(move || {
        let kitchen = kitchen.get();
        let named = |shop: &KitchenShop| shop.name_of(&what).map(str::to_owned);
        let known = store.with_shop(kitchen.as_deref(), named).flatten();
        let on_board = || store.with(|board| name_on(board?, &what));
        known.or_else(on_board).unwrap_or_else(|| part.clone())
    });
    let word = view! { {t(["Put back", "Wieder da"])} <span class="unseen">": " {named}</span> };
    view! { <li class="row"><b><bdi translate="no">{named}</bdi></b> {press("button", &back, word.into_any())}</li> }
        .into_any()
}

/// What an order on the board calls a part of the menu.
fn name_on(board: &crate::domain::Board, what: &MenuPart) -> Option<String> {
    let parts = board.orders().rev().flat_map(|order| order.menu_parts());
    let mut named = parts.filter(|(part, _)| part == what);
    named.next().map(|(_, name)| name)
}

/// Until when a part of the menu of a pizzeria is sold out, if it is.
pub fn sold_out_until(pizzeria: RestaurantId, what: MenuPart) -> Memo<Option<Option<Time>>> {
    let store = LiveStore::from_context();
    memo(move |_| {
        let now = store.about_now(Time::default());
        store.shop_of(pizzeria, |shop| {
            let mut all = shop.counter.sold_out_at(now);
            let is_it = |part: &&SoldOut| part.what == what;
            all.find(is_it).map(|part| part.until)
        })?
    })
}

/// The pizzeria is called otherwise by now: its page is another one.
fn renamed(kitchen: KitchenFilter, name: String) -> AnyView {
    changing(move || {
        let is_other = kitchen.get().is_some_and(|kitchen| kitchen != name);
        let to = Route::supplier(Kitchen::One(name.clone())).address();
        is_other.then(|| {
            let named = crate::ui::components::basics::name(&name);
            const CALLED: Text = ["Called now: ", "Heißt jetzt: "];
            view! { <p class="state">{t(CALLED)} <a href=to>{named}</a></p> }.into_any()
        })
    })
}
