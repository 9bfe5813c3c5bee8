//! Who waits for a driver, what breaks first on top; and who is out with what.

use crate::{
    api,
    domain::{Board, Driver, OUT, Order, OrderId, Status, Time, drivers, turn},
    ui::{
        locale::{plural, say, t},
        market::Market,
        parts::{
            form::{Act, Form, Forms, SEVERAL, refused, typed_early},
            list,
            small::{
                Icon, badge, changing, count, digits, empty, icon, icon_of, mark, name, since, text,
            },
            ticket::{due, folded, head, just_now, ticket, which},
        },
        place::{focus_soon, when_awake},
        words,
    },
};
use js_sys::{Array, Function, Reflect};
use leptos::{ev, prelude::*, server_fn::ServerFn, wasm_bindgen::JsCast, web_sys};

/// So many of those who are free have a lane: who came back last.
const FREE_LANES: usize = 6;
/// The form that gives several pizzas to one driver.
const SEVERAL_FORM: &str = "dispatch-several";
/// Of a longer name only the beginning stands in a list, so that the load beside it is to be seen.
const LONG_NAME: usize = 20;
/// What is picked for somebody who is not known yet. No name is blank.
const NEW: &str = " ";

/// What the parts of this panel share.
#[derive(Clone, Copy)]
struct Desk {
    waiting: Memo<Vec<OrderId>>,
    /// Each driver's name, and after a line's end what they carry.
    drivers: Memo<Vec<String>>,
    /// To whom a pizza goes, unless somebody knows better.
    suggested: Memo<Option<String>>,
    selected: RwSignal<Vec<OrderId>>,
    /// What is being dragged, and over whose lane.
    dragged: RwSignal<Vec<OrderId>>,
    over: RwSignal<String>,
}

pub fn dispatch() -> AnyView {
    let market = Market::here();
    let desk = Desk {
        waiting: market.view(move |board| waiting(board, market.now())),
        drivers: market.view(|board| {
            let line = |driver: Driver| format!("{}\n{}", driver.name, load(&driver));
            drivers(board).into_iter().map(line).collect()
        }),
        suggested: suggested(),
        selected: RwSignal::default(),
        dragged: RwSignal::default(),
        over: RwSignal::default(),
    };
    let lanes = market.view(lanes);
    let out = market.view(|board| drivers(board).iter().map(|driver| driver.out).sum());
    let free = market.view(|board| drivers(board).iter().filter(|d| d.out == 0).count());
    let waits = Memo::new(move |_| desk.waiting.with(Vec::len));
    let shown = Memo::new(move |_| lanes.with(Vec::len));
    let free = text(move || {
        plural(
            free.get(),
            ["driver free", "Fahrer frei"],
            ["drivers free", "Fahrer frei"],
        )
    });
    let nowhere = move |_| desk.over.set(String::new());
    view! {
        <main id="main" tabindex="-1">
            <div class="page-head">
                <h1>{t(["Dispatch", "Auslieferung"])}</h1>
                <ul class="row" aria-label=t(["At a glance", "Auf einen Blick"])>
                    <li><b>{digits(waits)}</b> {t([" waiting for a driver", " warten auf einen Fahrer"])}</li>
                    <li class="soft" aria-hidden="true">"·"</li>
                    <li><b>{digits(out)}</b> {t([" out", " unterwegs"])}</li>
                    <li class="soft" aria-hidden="true">"·"</li>
                    <li>{free}</li>
                </ul>
            </div>
            <div class="desk" on:dragover=nowhere>{queue(desk, waits)} {out_and_about(desk, lanes)}</div>
        </main>
        <nav class="jump" aria-label=t(["Parts of this page", "Teile dieser Seite"])>
            <ul>
                <li><a href="#waiting">{icon(Icon::Of(Status::Ready))} {t(["Waiting ", "Warten "])} {count(waits, true)}</a></li>
                <li><a href="#drivers">{icon(Icon::Of(Status::InTransit))} {t(["Drivers ", "Fahrer "])} {count(shown, false)}</a></li>
            </ul>
        </nav>
    }
    .into_any()
}

fn waiting(board: &Board, now: Time) -> Vec<OrderId> {
    let ready = board.orders().filter(|order| order.status == Status::Ready);
    let turns = ready.map(|order| {
        let turn = turn(order.promised(), order.since(), now);
        (turn, order.id)
    });
    let sorted = list::sorted(turns);
    sorted.into_iter().map(|(_, id)| id).collect()
}

/// Those who are free and came back last, by name; then all who are out.
fn lanes(board: &Board) -> Vec<String> {
    let (out, free): (Vec<_>, Vec<_>) = drivers(board).into_iter().partition(|d| d.out > 0);
    let last = list::sorted(free.into_iter().map(|d| (-d.since.millis(), d.name)));
    let free = last.into_iter().take(FREE_LANES).map(|(_, name)| name);
    let mut lanes = list::sorted(free);
    lanes.extend(out.into_iter().map(|driver| driver.name));
    lanes
}

/// Who is free for longest, and stays it as long as they are. Where nobody is, somebody has to choose.
fn suggested() -> Memo<Option<String>> {
    let market = Market::here();
    let free = market.view(|board| {
        let free = drivers(board).into_iter().filter(|driver| driver.out == 0);
        let sorted = list::sorted(free.map(|driver| (driver.since.millis(), driver.name)));
        sorted.into_iter().map(|(_, name)| name).collect::<Vec<_>>()
    });
    let nobody = market.view(|board| drivers(board).is_empty());
    Memo::new(move |before: Option<&Option<String>>| {
        let before = before.cloned().flatten();
        free.with(|free| match before {
            Some(before) if free.contains(&before) => Some(before),
            _ if nobody.get() => Some(NEW.to_owned()),
            _ => free.first().cloned(),
        })
    })
}

/// `free`, `2 out`
fn load(driver: &Driver) -> String {
    match driver.out {
        0 => t(["free", "frei"]).to_owned(),
        out => say!("{out} out", "{out} unterwegs"),
    }
}

fn queue(desk: Desk, waits: Memo<usize>) -> AnyView {
    let market = Market::here();
    let none = changing(move || {
        (waits.get() == 0).then(|| {
            empty(
                Icon::Of(Status::InTransit),
                t(["Everybody is served", "Alle sind versorgt"]),
                t([
                    "When a kitchen calls a pizza ready, it shows up here by itself.",
                    "Sobald eine Küche eine Pizza fertig meldet, erscheint sie hier von selbst.",
                ]),
                None,
            )
        })
    });
    let crowded = list::is_crowded(desk.waiting);
    let row = move |order: Memo<Order>| {
        let id = order.with_untracked(|order| order.id);
        let draggable = mark(move || (!market.is_asleep()).then_some("true"));
        let drag = move |event: ev::DragEvent| {
            carry(&event, id);
            let selected = desk.picked();
            let all = selected.contains(&id);
            desk.dragged.set(if all { selected } else { vec![id] });
        };
        let drop = move |_| {
            desk.dragged.set(Vec::new());
            desk.over.set(String::new());
        };
        let sight = list::Sight::of(order, crowded);
        let look = move |event: web_sys::Event| sight.look(&event);
        view! {
            <li
                node_ref=sight.entry
                id=sight.id
                draggable=draggable
                on:dragstart=drag
                on:dragend=drop
                on:contentvisibilityautostatechange=look
                on:click=move |_| sight.touch()
                on:input=move |_| sight.touch()
            >
                {sight.hold(move || waits_for_a_driver(order, desk))}
            </li>
        }
        .into_any()
    };
    let picked = Memo::new(move |_| !desk.picked().is_empty());
    let picked = mark(move || (!market.is_asleep()).then(|| if picked.get() { "1" } else { "0" }));
    view! {
        <section class="column" id="waiting" aria-labelledby="h-waiting" data-status=Status::Ready.name() data-picked=picked>
            <header>
                {icon(Icon::Of(Status::Ready))} <h2 id="h-waiting">{t(["Waiting for a driver", "Warten auf einen Fahrer"])}</h2> {count(waits, true)}
            </header>
            <ol>{list::orders(desk.waiting, row)}</ol>
            {none}
            {several(desk)}
        </section>
    }
    .into_any()
}

/// Some browsers drag only what says what it is.
fn carry(event: &ev::DragEvent, id: OrderId) -> Option<()> {
    let data = Reflect::get(event, &"dataTransfer".into()).ok()?;
    let set: Function = Reflect::get(&data, &"setData".into())
        .ok()?
        .dyn_into()
        .ok()?;
    let what = Array::of2(&"text/plain".into(), &id.number().into());
    set.apply(&data, &what).ok().map(drop)
}

impl Desk {
    /// What is selected and still waits.
    fn picked(self) -> Vec<OrderId> {
        let mut picked = self.waiting.get();
        self.selected
            .with(|selected| picked.retain(|id| selected.contains(id)));
        picked
    }

    fn select(self, id: OrderId, on: bool) {
        self.selected.update(|selected| {
            selected.retain(|one| *one != id);
            if on {
                selected.push(id);
            }
        });
    }

    /// The pizza that waits after this one.
    fn next(self, id: OrderId) -> Option<OrderId> {
        self.waiting.with_untracked(|waiting| {
            let mut others = waiting.iter().skip_while(|one| **one != id).skip(1);
            let first = waiting.first().filter(|one| **one != id);
            others.next().or(first).copied()
        })
    }
}

/// A pizza that waits, and the form that gives it to somebody.
fn waits_for_a_driver(order: Memo<Order>, desk: Desk) -> AnyView {
    let o = order.get_untracked();
    let more = view! { {name(&o.supplier_name)} {t([" · ready ", " · fertig seit "])} {since(o.updated_at)} {t([" ago", ""])} };
    let (id, number) = (o.id, o.id.number());
    let assign = Act::new(api::Dispatch::PATH)
        .on(order)
        .class("actions to")
        .onward(move || Some(format!("#o{} select", desk.next(id)?)))
        .form(|form| {
            let label = say!("Driver for {number}", "Fahrer für {number}");
            let word = view! { {t(["Assign", "Zuteilen"])} {which(&o)} };
            view! {
                {select(order, desk)}
                <label class="unseen" for=form.control("driver_name").id()>{label}</label>
                {who(form, desk)}
                {form.send("button primary", None, word.into_any())}
            }
            .into_any()
        });
    ticket(
        &o,
        "ticket",
        [
            head(&o, more.into_any()),
            due(&o),
            address(&o),
            assign,
            cancel(order),
            refused(o.id),
        ],
    )
}

/// Ticks it for the form below, which gives several to one driver.
fn select(order: Memo<Order>, desk: Desk) -> AnyView {
    let o = order.get_untracked();
    let id = o.id;
    let value = text(move || order.with(|order| format!("{}.{}", order.id, order.version)));
    let on = move || desk.selected.with(|selected| selected.contains(&id));
    let tick = move |event| desk.select(id, event_target_checked(&event));
    let ticked = Forms::here().came_back(SEVERAL_FORM, "order");
    let ticked = ticked.is_some_and(|ticked| ticked.contains(&id.to_string()));
    if ticked {
        when_awake(move || untrack(|| desk.select(id, true)));
    }
    view! {
        <label class="check square">
            <input type="checkbox" form=SEVERAL_FORM name=SEVERAL value=value checked=ticked prop:checked=on on:change=tick/>
            <span class="unseen">{t(["Select", "Auswählen"])} {which(&o)}</span>
        </label>
    }
    .into_any()
}

/// All who have driven an order of the board, with what they carry, or somebody new.
fn who(form: Form, desk: Desk) -> AnyView {
    let (driver, new) = (form.control("driver_name"), form.control("new_driver"));
    let came_back = driver.value("");
    let known = Memo::new(move |_| {
        let name = |line: &String| driver_of(line).0.to_owned();
        desk.drivers
            .with(|drivers| drivers.iter().map(name).collect::<Vec<_>>())
    });
    let is_known = known.with_untracked(|known| known.contains(&came_back));
    let first = match &*came_back {
        "" => None,
        _ if is_known => Some(came_back.clone()),
        _ => Some(NEW.to_owned()),
    };
    let early = typed_early(&driver.id())
        .filter(|early| Some(early) != desk.suggested.get_untracked().as_ref());
    let picked = RwSignal::new(early.or(first));
    let chosen = Memo::new(move |_| picked.get().or_else(|| desk.suggested.get()));
    let option = move |value: String, word: Signal<String>| {
        let is = Memo::new({
            let value = value.clone();
            move |_| chosen.with(|chosen| chosen.as_deref().unwrap_or_default() == value)
        });
        view! { <option value=value selected=is.get_untracked() prop:selected=is>{word}</option> }
            .into_any()
    };
    let driver_option = move |name: String| {
        let of = name.clone();
        let word = text(move || {
            desk.drivers.with(|drivers| {
                let line = drivers
                    .iter()
                    .map(|line| driver_of(line))
                    .find(|line| line.0 == of);
                let load = line.map_or("", |line| line.1);
                format!("{} ({load})", words::clipped(&of, LONG_NAME))
            })
        });
        option(name, word)
    };
    let nobody = text(|| t(["Who drives?", "Wer fährt?"]).to_owned());
    let somebody = text(|| t(["Somebody new…", "Jemand Neues\u{a0}…"]).to_owned());
    let new_name = new.value(if is_known { "" } else { &came_back });
    let new_id = new.id();
    let field = format!("[id='{new_id}']");
    let pick = move |event| {
        let name = event_target_value(&event);
        if name == NEW {
            focus_soon(field.clone());
        }
        picked.set(Some(name));
    };
    let is_new = Memo::new(move |_| chosen.with(|chosen| chosen.as_deref() == Some(NEW)));
    let market = Market::here();
    let wanted = mark(move || (!market.is_asleep()).then(|| if is_new.get() { "1" } else { "0" }));
    view! {
        <select class="input" on:change=pick autocomplete="off" {..driver.ties()}>
            {option(String::new(), nobody)} {list::names(known, driver_option)} {option(NEW.to_owned(), somebody)}
        </select>
        <div class="field new-driver" data-wanted=wanted>
            <label for=new_id>{t(["Name of somebody new", "Name von jemand Neuem"])}</label>
            <input class="input" value=new_name autocomplete="off" autocapitalize="words" enterkeyhint="done" {..new.ties()}/>
        </div>
        {driver.shown_fault()}
    }
    .into_any()
}

/// A driver's name, and what they carry.
fn driver_of(line: &str) -> (&str, &str) {
    line.split_once('\n').unwrap_or((line, ""))
}

/// Gives all that is selected to one driver. It is there only while something is.
fn several(desk: Desk) -> AnyView {
    let market = Market::here();
    let number = Memo::new(move |_| desk.picked().len());
    let label = text(move || match number.get() {
        n if n == 0 || market.is_asleep() => {
            t(["Give all that is selected to", "Alles Ausgewählte geht an"]).to_owned()
        }
        n => say!("{n} selected, give to", "{n} ausgewählt, an"),
    });
    let word = text(move || {
        let assign = t(["Assign", "Zuteilen"]);
        match number.get() {
            0 => assign.to_owned(),
            n => format!("{assign} {n}"),
        }
    });
    Act::new(api::DispatchSeveral::PATH)
        .class("selected")
        .on_several(move || untrack(|| desk.picked()))
        .onward(|| Some("#waiting select".to_owned()))
        .form(move |form| {
            let (all, driver) = (form.control("order"), form.control("driver_name"));
            view! {
                <label for=driver.id()>{label}</label>
                {who(form, desk)}
                {form.send("button primary", None, word.into_any())}
                {all.shown_fault()}
            }
            .into_any()
        })
}

/// Where it cannot be delivered.
fn cancel(order: Memo<Order>) -> AnyView {
    let form = move || {
        Act::new(api::DispatchCancel::PATH).on(order).class("stack").form(|form| {
        let word = view! { {t(["Cancel this order", "Bestellung stornieren"])} {order.with_untracked(which)} };
        view! {
            <p>
                <strong>{t(["A pizza is baked, and somebody waits for it.", "Eine Pizza ist gebacken, und jemand wartet darauf."])}</strong>
                {t([" This cannot be undone.", " Das lässt sich nicht zurücknehmen."])}
            </p>
            {form.send("button danger wide", Some(Icon::Of(Status::Cancelled)), word.into_any())}
        }
        .into_any()
    })
    };
    let summary =
        view! { <summary>{icon(Icon::Down)} {t(["Cancel…", "Stornieren\u{a0}…"])}</summary> };
    folded(summary.into_any(), form)
}

fn out_and_about(desk: Desk, lanes: Memo<Vec<String>>) -> AnyView {
    let none = changing(move || {
        let nobody = t([
            "Nobody is out. Whoever you assign a pizza to gets a lane here.",
            "Niemand ist unterwegs. Wem du eine Pizza zuteilst, der bekommt hier eine Spur.",
        ]);
        lanes
            .with(Vec::is_empty)
            .then(|| view! { <p class="empty small">{nobody}</p> }.into_any())
    });
    view! {
        <section id="drivers" aria-labelledby="h-drivers">
            <h2 class="unseen" id="h-drivers">{t(["Drivers", "Fahrer"])}</h2>
            <div class="lanes">{list::names(lanes, move |driver| lane(driver, desk))}</div>
            {none}
        </section>
    }
    .into_any()
}

/// One driver, and what they carry.
fn lane(driver: String, desk: Desk) -> AnyView {
    let (market, forms) = (Market::here(), Forms::here());
    let shown = name(&driver);
    let heading = format!("l-{}", words::in_address(&driver));
    let (of, whose, target) = (driver.clone(), driver.clone(), driver.clone());
    let carries: Memo<Vec<OrderId>> = market.view(move |board| {
        let of = |order: &&Order| {
            OUT.contains(&order.status) && order.driver_name.as_deref() == Some(&*of)
        };
        let promised = |order: &Order| order.promised().unwrap_or_default();
        let orders = board.orders().filter(of);
        list::by_time(orders.map(|order| (promised(order), order.id)))
    });
    let load = text(move || lane_load(market, &whose));
    let is_free = Memo::new(move |_| carries.with(Vec::is_empty));
    let free = mark(move || is_free.get().then_some(""));
    let over = mark({
        let driver = driver.clone();
        move || desk.over.with(|over| *over == driver).then_some("")
    });
    let symbol = icon_of(move || match is_free.get() {
        true => Icon::Person,
        false => Icon::Of(Status::InTransit),
    });
    let nothing = changing(move || {
        let next = t([
            "Pick the name beside a pizza, or drop one here.",
            "Wähl den Namen neben einer Pizza, oder zieh eine hierher.",
        ]);
        let nothing = t(["Nothing to carry", "Nichts zu tragen"]);
        is_free
            .get()
            .then(|| view! { <div class="empty small">{icon(Icon::Person)} <h4>{nothing}</h4> <p>{next}</p></div> }.into_any())
    });
    let take = move |event: ev::DragEvent| {
        if desk.dragged.with_untracked(|dragged| !dragged.is_empty()) {
            event.prevent_default();
            event.stop_propagation();
            desk.over.set(target.clone());
        }
    };
    let drop = move |event: ev::DragEvent| {
        event.prevent_default();
        desk.over.set(String::new());
        let version = |id: OrderId| Some((id, untrack(|| market.version(id))?));
        let dragged = desk.dragged.get_untracked().into_iter();
        forms.give(dragged.filter_map(version).collect(), &driver, market);
    };
    let crowded = list::is_crowded(carries);
    let row = move |order| list::entry(order, crowded, move || carried(order));
    view! {
        <section class="column lane" aria-labelledby=heading.clone() data-free=free data-over=over on:dragover=take on:drop=drop>
            <header>{symbol} <h3 id=heading.clone()>{shown}</h3> <p class="load">{load}</p></header>
            <ol>{list::orders(carries, row)}</ol>
            {nothing}
        </section>
    }
    .into_any()
}

/// `2 out, back ~19:38`; `2 out, due 19:38` when that is past; `free since 19:18`
fn lane_load(market: Market, name: &str) -> String {
    let driver = market.with(|board| {
        let mut drivers = drivers(board?).into_iter();
        drivers.find(|driver| driver.name == name)
    });
    let Some(driver) = driver else {
        return String::new();
    };
    let load = load(&driver);
    let clock = |time| words::clock(time, market);
    let is_past = driver
        .back
        .is_some_and(|back| market.about_now(back) > back);
    match (driver.out, driver.back.map(clock)) {
        (0, _) => {
            let since = clock(driver.since);
            say!("free since {since}", "frei seit {since}")
        }
        (_, Some(back)) if is_past => say!("{load}, due {back}", "{load}, fällig {back}"),
        (_, Some(back)) => say!("{load}, back ~{back}", "{load}, zurück ~{back}"),
        (_, None) => load,
    }
}

fn carried(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let status = move || order.get().status;
    let step = changing(move || match status() {
        Status::Dispatched => Some(step(order, api::SetOff::PATH, t(["Left", "Losgefahren"]))),
        Status::InTransit => {
            let step = step(order, api::Deliver::PATH, t(["Delivered", "Geliefert"]));
            let rests = just_now(&order.get_untracked()).then_some("");
            Some(view! { <div data-rests=rests>{step}</div> }.into_any())
        }
        _ => None,
    });
    let state = changing(move || Some(badge(status(), words::status(status()))));
    let head = head(&o, ().into_any());
    ticket(
        &o,
        "ticket",
        [head, due(&o), address(&o), state, step, refused(o.id)],
    )
}

fn step(order: Memo<Order>, path: &'static str, word: &'static str) -> AnyView {
    let word = view! { {word} {order.with_untracked(which)} };
    Act::new(path)
        .on(order)
        .form(|form| form.send("button wide", None, word.into_any()))
}

fn address(order: &Order) -> AnyView {
    let (place, customer) = (
        order.delivery_address.as_ref(),
        order.customer_name.as_ref(),
    );
    view! {
        <p class="address">
            <bdi>{place.map(|place| place.to_string())}</bdi> <br/>
            <bdi class="soft">{customer.map(|customer| customer.to_string())}</bdi>
        </p>
    }
    .into_any()
}
