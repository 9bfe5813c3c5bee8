//! What is hot right now, and the form that takes it.

use crate::{
    api,
    domain::{Address, Board, Field, Name, Order, OrderId, Status},
    ui::{
        device::{keep, kept},
        locale::{plural, say, t},
        market::Market,
        mine,
        parts::{
            calm::{Calm, calm},
            form::{Act, Control, Form, Forms, refused, typed_early},
            list,
            small::{Detail, Icon, changing, empty, icon, mark, name, pizza, sum, text},
        },
        place::{Here, Place, Shelf, ShelfSort, focus_if_lost_soon, when_awake},
        words,
    },
};
use chrono::TimeDelta;
use leptos::{ev, prelude::*, server_fn::ServerFn};

type Taking = Memo<Option<OrderId>>;

pub fn customer() -> AnyView {
    let taking: Taking = Here::now().memo(|place| match place {
        Place::Customer { taking, .. } => *taking,
        _ => None,
    });
    let calm = calm(offers(taking));
    let none =
        changing(move || (calm.shown.with(Vec::is_empty) && taking.get().is_none()).then(nothing));
    let whereto = Whereto::new();
    let taken = changing(move || taking.get().map(|id| take_or_gone(id, whereto)));
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head">
                <h1>{t(["Hot right now", "Jetzt zu haben"])}</h1>
                {how_many()}
            </div>
            {own_orders()}
            {tools()}
            <section aria-labelledby="offers">
                <h2 class="unseen" id="offers">{t(["Offers", "Angebote"])}</h2>
                <p class="unseen" role="status">{gone_last(calm)}</p>
                <ul class="shelf">{taken} {list::orders(calm.shown, offer)}</ul>
                {none}
            </section>
        </main>
    }
    .into_any()
}

fn shelf(place: &Place) -> Shelf {
    match place {
        Place::Customer { shelf, .. } => shelf.clone(),
        _ => Shelf::default(),
    }
}

/// The address of this page with another offer in hand, or none.
fn address(taking: Option<OrderId>) -> Signal<String> {
    let here = Here::now();
    text(move || {
        let shelf = shelf(&here.get());
        Place::Customer { taking, shelf }.address()
    })
}

/// What can be taken of what is looked for, in the order that is asked for; what is being taken stands before it.
fn offers(taking: Taking) -> Memo<Vec<OrderId>> {
    let wanted = Here::now().memo(shelf);
    Market::here().view(move |board| {
        let (taking, wanted) = (taking.get(), wanted.get());
        let found = hot(board)
            .filter(|order| Some(order.id) != taking && order.mentions(&wanted.text, words::lower));
        let by = |key: fn(&Order) -> u32, found: &mut dyn Iterator<Item = &Order>| {
            let sorted = list::sorted(found.map(|order| (key(order), order.id)));
            sorted.into_iter().map(|(_, id)| id).collect()
        };
        let mut found = found.rev();
        match wanted.sort {
            None => found.map(|order| order.id).collect(),
            Some(ShelfSort::Price) => by(|order| order.total().get(), &mut found),
            Some(ShelfSort::Time) => by(minutes, &mut found),
        }
    })
}

fn hot(board: &Board) -> impl DoubleEndedIterator<Item = &Order> {
    let hot = |order: &&Order| order.status == Status::SupplierAccepted;
    board.orders().filter(hot)
}

/// Where no kitchen says how long it takes, it is not what somebody in a hurry looks for.
fn minutes(order: &Order) -> u32 {
    let minutes = order.estimated_delivery_time;
    minutes.map_or(u32::MAX, |minutes| minutes.get().into())
}

/// `12 pizzas`, or `3 of 12 pizzas`, from `7 kitchens`. Nothing where there are none.
fn how_many() -> AnyView {
    fn kitchens(board: &Board) -> Vec<String> {
        let hot = hot(board).map(|order| order.supplier_name.to_string());
        hot.collect()
    }
    let market = Market::here();
    let wanted = Here::now().memo(|place| shelf(place).text);
    let found = market.view(move |board| {
        let wanted = wanted.get();
        let found = hot(board).filter(|order| order.mentions(&wanted, words::lower));
        found.count()
    });
    let pizzas = market.view(|board| kitchens(board).len());
    let kitchens = market.view(|board| list::sorted(kitchens(board).into_iter()).len());
    let some = Memo::new(move |_| pizzas.get() > 0);
    let pizzas = text(move || {
        let all = plural(pizzas.get(), ["pizza", "Pizza"], ["pizzas", "Pizzen"]);
        match found.get() {
            found if found == pizzas.get() => all,
            found => say!("{found} of {all}", "{found} von {all}"),
        }
    });
    let kitchens =
        text(move || plural(kitchens.get(), ["kitchen", "Küche"], ["kitchens", "Küchen"]));
    changing(move || {
        let (from, ready) = (
            t([" from ", " aus "]),
            t([
                ", all of them accepted and ready to start.",
                ", alle zugesagt und gleich im Ofen.",
            ]),
        );
        some.get().then(|| {
            view! { <p><output>{pizzas}</output> {from} {kitchens} {ready}</p> }.into_any()
        })
    })
}

/// What this device has taken and still waits for.
fn own_orders() -> AnyView {
    let market = Market::here();
    let own = RwSignal::new(Vec::new());
    when_awake(move || {
        mine::tidy(market, market.now_untracked());
        own.set(mine::orders());
    });
    let own = Memo::new(move |_| own.get());
    changing(move || {
        let listed = list::orders(own, own_order);
        let title = t(["Your orders", "Deine Bestellungen"]);
        own.with(|own| !own.is_empty()).then(|| {
            view! { <nav aria-label=title><ul class="row own">{listed}</ul></nav> }.into_any()
        })
    })
}

/// `Diavola · In the oven`. When it comes, its own page says.
fn own_order(order: Memo<Order>) -> AnyView {
    let id = order.get_untracked().id;
    let stands = text(move || format!(" · {}", words::customer_status(order.get().status)));
    let symbol = icon(Icon::Slice);
    let pizza = order.with_untracked(|order| name(&order.pizza_name));
    view! { <li><a class="button" href=Place::Track(id).address()>{symbol} <span>{pizza} {stands}</span></a></li> }.into_any()
}

/// Search and sort: live as one types, a plain form before that.
fn tools() -> AnyView {
    let (here, market) = (Here::now(), Market::here());
    let look = move |change: Box<dyn FnOnce(&mut Shelf)>| {
        let place = here.get_untracked();
        let mut shelf = shelf(&place);
        change(&mut shelf);
        if let Place::Customer { taking, .. } = place {
            here.correct(Place::Customer { taking, shelf });
        }
    };
    let search = move |text| look(Box::new(move |shelf: &mut Shelf| shelf.text = text));
    let typed = text(move || shelf(&here.get()).text);
    let early = typed_early("q").filter(|early| *early != typed.get_untracked());
    if let Some(early) = early {
        when_awake(move || search(early.clone()));
    }
    let sorted = here.memo(|place| shelf(place).sort);
    let by = move |sort: Option<ShelfSort>, word: &'static str| {
        let chosen = move || sorted.get() == sort;
        let choose = move |_| look(Box::new(move |shelf: &mut Shelf| shelf.sort = sort));
        view! {
            <label>
                <input type="radio" name="sort" value=sort.map_or("", ShelfSort::name) checked=chosen() prop:checked=chosen on:change=choose/> {word}
            </label>
        }
        .into_any()
    };
    let show = changing(move || {
        let show = t(["Show", "Zeigen"]);
        market
            .is_asleep()
            .then(|| view! { <button class="button">{show}</button> }.into_any())
    });
    let done = move |event: ev::SubmitEvent| event.prevent_default();
    view! {
        <form class="shelf-tools" role="search" action="/customer" on:submit=done>
            <div class="field">
                <label for="q">{t(["Search pizzas and kitchens", "Pizzen und Küchen suchen"])}</label>
                <div class="affix">
                    <span>{icon(Icon::Search)}</span>
                    <input class="input searching" id="q" type="search" name="q" autocomplete="off" enterkeyhint="search"
                        value=typed prop:value=typed on:input=move |event| search(event_target_value(&event))/>
                    {show}
                </div>
            </div>
            <fieldset class="chips">
                <legend>{t(["Sort by", "Sortiert nach"])}</legend>
                {by(None, t(["Newest", "Neuesten"]))}
                {by(Some(ShelfSort::Price), t(["Price", "Preis"]))}
                {by(Some(ShelfSort::Time), t(["Time", "Zeit"]))}
            </fieldset>
        </form>
    }
    .into_any()
}

fn nothing() -> AnyView {
    let here = Here::now();
    let looked = here.memo(|place| !shelf(place).text.trim().is_empty());
    let hot = Market::here().view(|board| hot(board).count());
    changing(move || {
        Some(if looked.get() && hot.get() > 0 {
            let all = t(["Show all offers", "Alle Angebote zeigen"]);
            empty(
                Icon::Search,
                t(["No offer is like that", "So ein Angebot gibt es nicht"]),
                t([
                    "Something else is hot, though. Or wait: new offers show up here by themselves.",
                    "Aber anderes. Oder warte: Neue Angebote erscheinen hier von selbst.",
                ]),
                Some((all, Place::offers().address())),
            )
        } else {
            nothing_hot()
        })
    })
}

fn nothing_hot() -> AnyView {
    view! {
        <div class="empty">
            {pizza("Margherita", Detail::Card)}
            <h3>{t(["Nothing is on offer right now", "Gerade ist nichts im Angebot"])}</h3>
            <p>{t(["When a kitchen accepts a pizza, it shows up here by itself.", "Sobald eine Küche eine Pizza zusagt, erscheint sie hier von selbst."])}</p>
        </div>
    }
    .into_any()
}

fn offer(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let (pizza, kitchen) = (o.pizza_name.to_string(), o.supplier_name.to_string());
    let which = say!(": {pizza} by {kitchen}", ": {pizza} von {kitchen}");
    let take = address(Some(o.id));
    let hot = Memo::new(move |_| order.get().status == Status::SupplierAccepted);
    let gone = mark(move || (!hot.get()).then_some(""));
    let next = changing(move || {
        let word = t(["Take this offer", "Dieses nehmen"]);
        Some(if hot.get() {
            view! { <a class="button primary" href=take>{word} <span class="unseen">{which.clone()}</span></a> }.into_any()
        } else {
            view! { <p class="gone"><strong>{order.with(|order| why_gone(order.status))}</strong></p> }.into_any()
        })
    });
    view! {
        <li>
            <article class="offer" id=format!("o{}", o.id) tabindex="-1" data-gone=gone>
                {top(&o)}
                <div class="bottom">{sum(&o, "Pizza", t(["You pay", "Du zahlst"]))} {next}</div>
            </article>
        </li>
    }
    .into_any()
}

/// Why an offer is none any more.
fn why_gone(status: Status) -> &'static str {
    t(match status {
        Status::PendingSupplier | Status::SupplierAccepted => [
            "The kitchen has not accepted this one yet.",
            "Die Küche hat sie noch nicht zugesagt.",
        ],
        Status::SupplierRejected | Status::Cancelled => [
            "The kitchen has taken this one back.",
            "Die Küche hat sie zurückgezogen.",
        ],
        _ => [
            "Somebody else took this one.",
            "Jemand anders hat sie genommen.",
        ],
    })
}

/// The same for those who do not see it: the offer that has gone last.
fn gone_last(calm: Calm) -> Signal<String> {
    let market = Market::here();
    text(move || {
        let order = calm.gone.get().and_then(|id| market.order(id));
        order.map_or_else(String::new, |order| {
            let order = order.get_untracked();
            format!("{}: {}", order.pizza_name, why_gone(order.status))
        })
    })
}

/// Name, kitchen, minutes, drawing, and the kitchen's words.
fn top(o: &Order) -> AnyView {
    let wait = o.estimated_delivery_time.map(|minutes| {
        let minutes = minutes.get();
        view! {
            <p class="wait">
                {icon(Icon::Clock)} {t(["about ", "etwa "])} <time datetime=format!("PT{minutes}M")>{words::duration(TimeDelta::minutes(minutes.into()))}</time>
            </p>
        }
        .into_any()
    });
    let notes = o
        .supplier_notes
        .as_ref()
        .map(|notes| view! { <p class="words">{name(notes)}</p> }.into_any());
    view! {
        <div class="top">
            <div><h3>{name(&o.pizza_name)}</h3> <p class="from">{name(&o.supplier_name)}</p> {wait}</div>
            {pizza(&o.pizza_name, Detail::Card)}
            {notes}
        </div>
    }
    .into_any()
}

/// The offer that somebody is about to take, or what has become of it.
fn take_or_gone(id: OrderId, whereto: Whereto) -> AnyView {
    let (order, forms) = (Market::here().order(id), Forms::here());
    let hot = Memo::new(move |was: Option<&bool>| {
        let hot = order.is_some_and(|order| order.get().status == Status::SupplierAccepted);
        // While one's own answer is out, it may well be oneself who has taken it.
        if forms.is_sending(id) {
            was.copied().unwrap_or(hot)
        } else {
            hot
        }
    });
    let missing = t([
        "This offer is no longer here.",
        "Dieses Angebot gibt es nicht mehr.",
    ]);
    let what = changing(move || {
        Some(match order {
            Some(order) if hot.get() => take(order, whereto),
            Some(order) => gone(order),
            None => view! { <p class="empty small">{missing}</p> }.into_any(),
        })
    });
    view! { <li class="open">{what}</li> }.into_any()
}

fn take(order: Memo<Order>, whereto: Whereto) -> AnyView {
    let (o, here) = (order.get_untracked(), Here::now());
    let act = Act::new(api::Take::PATH).on(order).then(move |order| {
        mine::add(order.id);
        whereto.remember();
        let shelf = shelf(&here.get_untracked());
        let offers = Place::Customer {
            taking: None,
            shelf,
        };
        here.leave(&offers, Place::Track(order.id));
    });
    let form = act.form(|form| whereto.fields(form, &o));
    view! {
        <article class="offer" id=format!("o{}", o.id) tabindex="-1">
            <div class="stack">{top(&o)} <div class="bottom">{sum(&o, &o.supplier_name, t(["You pay", "Du zahlst"]))}</div></div>
            {form}
        </article>
    }
    .into_any()
}

/// Who and where, and whether this device shall know it next time. It is not lost with an offer: whoever was too late
/// takes the next one.
#[derive(Clone, Copy)]
struct Whereto {
    who: RwSignal<String>,
    place: RwSignal<String>,
    remember: RwSignal<bool>,
}

const WHO: &str = "customer_name";
const WHERE: &str = "delivery_address";

impl Whereto {
    fn new() -> Whereto {
        Whereto {
            who: RwSignal::default(),
            place: RwSignal::default(),
            remember: RwSignal::new(false),
        }
    }

    fn remember(self) {
        if self.remember.get_untracked() {
            keep(WHO, &self.who.get_untracked());
            keep(WHERE, &self.place.get_untracked());
        }
    }

    /// What the device knows, unless somebody has written something else already.
    fn recall(self) {
        for (name, field) in [(WHO, self.who), (WHERE, self.place)] {
            let Some(kept) = kept(name) else { continue };
            self.remember.set(true);
            if field.with_untracked(String::is_empty) {
                field.set(kept);
            }
        }
    }

    fn choose(self, remember: bool) {
        self.remember.set(remember);
        self.remember();
        if !remember {
            keep(WHO, "");
            keep(WHERE, "");
        }
    }

    fn fields(self, form: Form, o: &Order) -> AnyView {
        let market = Market::here();
        let (who, place) = (form.control(WHO), form.control(WHERE));
        let filled = |control: Control, field: RwSignal<String>| {
            let found = typed_early(&control.id()).unwrap_or_else(|| control.value(""));
            if !found.is_empty() {
                field.set(found);
            }
        };
        filled(who, self.who);
        filled(place, self.place);
        when_awake(move || self.recall());
        let who_input = view! {
            <input class="input" value=self.who.get_untracked() prop:value=self.who autocomplete="name" autocapitalize="words"
                on:input=move |event| {
                    self.who.set(event_target_value(&event));
                    who.check_again(|| self.who.with_untracked(|who| Name::parse(who).err()));
                }
                on:change=move |event| {
                    self.remember();
                    who.check(Name::parse(&event_target_value(&event)).err());
                }
                {..who.ties()}/>
        };
        let place_input = view! {
            <textarea class="input" autocomplete="street-address" autocapitalize="words" rows="3" prop:value=self.place
                on:input=move |event| {
                    self.place.set(event_target_value(&event));
                    place.check_again(|| self.place.with_untracked(|place| Address::parse(place).err()));
                }
                on:change=move |event| {
                    self.remember();
                    place.check(Address::parse(&event_target_value(&event)).err());
                }
                {..place.ties()}>{self.place.get_untracked()}</textarea>
        };
        let hint = t([
            "Street, number, floor, and what is written on the bell.",
            "Straße, Hausnummer, Stock und was an der Klingel steht.",
        ]);
        let asleep = mark(move || market.is_asleep().then_some(""));
        let total = words::money(o.total());
        let order = say!("Order for {total}", "Für {total} bestellen");
        view! {
            <h4>{t(["Where shall it go?", "Wohin soll sie?"])}</h4>
            {who.field(t(["Your name", "Dein Name"]), None, who_input.into_any())}
            {place.field(t(["Delivery address", "Lieferadresse"]), Some(hint), place_input.into_any())}
            <label class="check" data-asleep=asleep>
                <input type="checkbox" prop:checked=self.remember on:change=move |event| self.choose(event_target_checked(&event))/>
                {t(["Remember this on my device", "Auf meinem Gerät merken"])}
            </label>
            <div class="buttons">
                {form.send("button primary", Some(Icon::Check), order.into_any())}
                <a class="button" href=address(None)>{t(["Back to all offers", "Zurück zu allen Angeboten"])}</a>
            </div>
            {refused(o.id)}
            <p class="small soft">{t(["You can cancel for free until the kitchen starts.", "Bis die Küche anfängt, kannst du kostenlos stornieren."])}</p>
        }
        .into_any()
    }
}

/// Somebody else was faster.
fn gone(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let why = text(move || why_gone(order.get().status).to_owned());
    if !Market::here().is_asleep_untracked() {
        // Somebody was writing in the form that has gone.
        focus_if_lost_soon(".open a".to_owned());
    }
    view! {
        <article class="offer" data-gone="" id=format!("o{}", o.id) tabindex="-1">
            {top(&o)}
            <div class="bottom" role="status">
                <p><strong>{why}</strong></p>
                <a class="button" href=address(None)>{t(["See what else is hot", "Sehen, was es noch gibt"])}</a>
            </div>
        </article>
    }
    .into_any()
}
