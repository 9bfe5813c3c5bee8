//! The list: a table of which only the rows near the view are there. The others are two empty rows that are as
//! high as they would be.

use super::{Listed, SHOWN, address, wanted};
use crate::{
    domain::{Order, OrderId},
    ui::{
        locale::{Text, plural, say, t},
        market::Market,
        parts::{
            list,
            reading::Reading,
            small::{Icon, badge, changing, empty, icon, mark, name, refusal, text},
        },
        place::{Here, Place, Sort, Wanted, focus_soon, view_height},
        reactive::memo,
        words,
    },
};
use leptos::{prelude::*, web_sys};

/// So many rows are there above and below the view.
const AROUND: usize = 30;
/// By so many rows the view has to move before others are made.
const STEP: usize = 10;

pub fn book(listed: Memo<Listed>) -> AnyView {
    let here = Here::now();
    let below = here.memo(|place| wanted(place).below);
    let window = Window::new(listed);
    let newest = address(|wanted| wanted.below = None);
    let back = changing(move || {
        below.get()?;
        let word = t(["Newest orders", "Neueste Bestellungen"]);
        Some(view! { <p class="row"><a class="button" href=newest>{word}</a></p> }.into_any())
    });
    let note = changing(move || {
        let sorted = wanted(&here.get()).sort.is_some();
        let n = listed.with(|listed| listed.more.map(|_| listed.ids.len()))?;
        let note = say!(
            "Sorted among these {n}. Older ones are not in it yet.",
            "Sortiert sind diese {n}. Ältere sind noch nicht dabei."
        );
        sorted.then(|| view! { <p class="small soft">{note}</p> }.into_any())
    });
    view! {
        <section class="paper table-box" aria-labelledby="list">
            <h2 class="unseen" id="list">{t(["List of orders", "Liste der Bestellungen"])}</h2>
            {window.news()}
            {back}
            {note}
            {table(window)}
            {end(listed)}
        </section>
    }
    .into_any()
}

/// What stands below the rows: why there are none, or what follows.
fn end(listed: Memo<Listed>) -> AnyView {
    let (here, reading) = (Here::now(), Reading::here());
    let more = memo(move |_| listed.with(|listed| listed.more));
    let none = memo(move |_| usize::from(listed.with(|listed| listed.ids.is_empty())));
    let why = changing(move || {
        let wanted = wanted(&here.get());
        let read = match wanted.below {
            Some(_) => reading.past(&wanted, |_| ()),
            None => Some(Ok(())),
        };
        match read {
            None => {
                let word = t(["Reading…", "Wird gelesen…"]);
                Some(view! { <p class="empty small" aria-busy="true">{word}</p> }.into_any())
            }
            Some(Err(error)) => Some(refusal(words::unread(&error))),
            Some(Ok(())) if none.get() == 0 => None,
            Some(Ok(())) if more.get().is_none() => Some(nothing(&wanted)),
            Some(Ok(())) => {
                let word = t([
                    "None of these is like that. Older ones may be.",
                    "Von diesen ist keine so. Ältere vielleicht.",
                ]);
                Some(view! { <p class="empty small">{word}</p> }.into_any())
            }
        }
    });
    view! { {why} {changing(move || more.get().map(older))} }.into_any()
}

fn nothing(wanted: &Wanted) -> AnyView {
    if *wanted == Wanted::default() {
        return empty(
            Icon::Slice,
            t(["No order yet", "Noch keine Bestellung"]),
            t([
                "It begins when a kitchen offers a pizza.",
                "Es beginnt damit, dass eine Küche eine Pizza anbietet.",
            ]),
            Some((t(["To the kitchen", "Zur Küche"]), "/supplier".to_owned())),
        );
    }
    let next = t([
        "Either none has been made yet, or the filters are too narrow.",
        "Entweder gibt es noch keine, oder die Filter sind zu eng.",
    ]);
    let way_on = t(["Show all orders", "Alle Bestellungen zeigen"]);
    empty(
        Icon::Search,
        t(["No order is like that", "Keine Bestellung ist so"]),
        next,
        Some((way_on, "/orders".to_owned())),
    )
}

fn older(below: OrderId) -> AnyView {
    let to = address(move |wanted| wanted.below = Some(below));
    let word = t(["Older orders", "Ältere Bestellungen"]);
    view! { <p class="row"><a class="button" href=to>{word} {icon(Icon::Next)}</a></p> }.into_any()
}

fn table(window: Window) -> AnyView {
    let (market, listed) = (Market::here(), window.listed);
    let today = memo(move |_| words::day(market.now(), market));
    let shown = memo(move |_| window.shown());
    let all = text(move || {
        listed.with(|listed| match listed.more {
            // Not known.
            Some(_) => "-1".to_owned(),
            None => (listed.ids.len() + 1).to_string(),
        })
    });
    let reading = Reading::here();
    let make = move |id| {
        let order = match market.order(id) {
            Some(order) => order.into(),
            // What is there does not change any more.
            None => Signal::stored(reading.past_order(id)?),
        };
        Some(row(order, today, text(move || window.place(shown, id))))
    };
    view! {
        <table class="table" aria-rowcount=all>
            {head()}
            <tbody aria-hidden="true" id="above">{spacer(text(move || window.above()))}</tbody>
            <tbody id="rows">{list::ids(shown, make)}</tbody>
            <tbody aria-hidden="true">{spacer(text(move || window.below()))}</tbody>
        </table>
    }
    .into_any()
}

/// An attribute, and not a style: the page's policy allows no other.
fn spacer(height: Signal<String>) -> AnyView {
    view! { <tr class="spacer"><td colspan="6"><svg width="1" height=height></svg></td></tr> }
        .into_any()
}

fn head() -> AnyView {
    let plain = |word: Text| view! { <th scope="col">{t(word)}</th> }.into_any();
    view! {
        <thead>
            <tr aria-rowindex="1">
                {sorting(["Made", "Gemacht"], [None, Some(Sort::Oldest)], ["descending", "ascending"], "")}
                {sorting(["Status", "Status"], [Some(Sort::Status), None], ["ascending", ""], "")}
                {plain(["Pizza", "Pizza"])}
                {plain(["Supplier", "Küche"])}
                {plain(["Customer", "Kunde"])}
                {sorting(["Price", "Preis"], [Some(Sort::Price), None], ["descending", ""], "num")}
            </tr>
        </thead>
    }
    .into_any()
}

/// A column by which one can sort: in the first way, and once more, in the other.
fn sorting(
    word: Text,
    [first, other]: [Option<Sort>; 2],
    said: [&'static str; 2],
    class: &'static str,
) -> AnyView {
    let here = Here::now();
    let now = move || wanted(&here.get()).sort;
    let way = mark(move || match now() {
        sort if sort == first => Some(said[0]),
        sort if sort == other => Some(said[1]).filter(|said| !said.is_empty()),
        _ => None,
    });
    let arrow = text(move || {
        match way.get() {
            Some("descending") => " ↓",
            Some(_) => " ↑",
            None => "",
        }
        .to_owned()
    });
    let to = address(move |wanted| {
        wanted.sort = if wanted.sort == first { other } else { first };
    });
    view! {
        <th scope="col" class=class aria-sort=way>
            <a href=to>{t(word)} <span aria-hidden="true">{arrow}</span></a>
        </th>
    }
    .into_any()
}

fn row(order: Signal<Order>, today: Memo<usize>, place: Signal<String>) -> AnyView {
    let (here, market) = (Here::now(), Market::here());
    let o = order.get_untracked();
    let id = o.id;
    let status = move || order.get().status;
    let current = mark(move || (here.get().story() == Some(id)).then_some("true"));
    let to = text(move || {
        let (wanted, open, at) = (wanted(&here.get()), Some(id), None);
        Place::Orders { wanted, open, at }.address()
    });
    let customer = changing(move || {
        Some(match order.get().customer_name {
            Some(customer) => name(&customer),
            None => {
                let nobody = t(match status().is_final() {
                    true => ["nobody", "niemand"],
                    false => ["nobody yet", "noch niemand"],
                });
                view! { <span class="soft">{nobody}</span> }.into_any()
            }
        })
    });
    let state = changing(move || Some(badge(status(), words::status(status()))));
    let name_of_status = mark(move || Some(status().name()));
    let ended = mark(move || status().is_final().then_some(""));
    let made = text(move || words::day_and_clock(o.created_at, today.get(), market));
    view! {
        <tr data-status=name_of_status data-final=ended aria-current=current aria-rowindex=place>
            <td class="when"><time datetime=o.created_at.to_string()>{made}</time></td>
            <td class="state">{state}</td>
            <td class="lead"><a class="name" href=to>{name(&o.pizza_name)}</a></td>
            <td class="sup">{name(&o.supplier_name)}</td>
            <td class="cust">{customer}</td>
            <td class="money">{words::money(o.total())}</td>
        </tr>
    }
    .into_any()
}

/// Which rows are there.
#[derive(Clone, Copy)]
struct Window {
    here: Here,
    reading: Reading,
    listed: Memo<Listed>,
    view: StoredValue<View>,
    moved: Trigger,
}

struct View {
    first: usize,
    many: usize,
    /// How high a row is, in pixels, as measured; 0 until then.
    row: f64,
    /// Somebody has moved, and has not been followed yet.
    due: bool,
    /// How far down the page is, while the list is seen.
    down: f64,
    /// The newest order, when the beginning of the list was seen last.
    seen: Option<OrderId>,
}

impl Window {
    fn new(listed: Memo<Listed>) -> Window {
        let window = Window {
            here: Here::now(),
            reading: Reading::here(),
            listed,
            view: StoredValue::new(View {
                first: 0,
                many: SHOWN,
                row: 0.0,
                due: false,
                down: 0.0,
                seen: None,
            }),
            moved: Trigger::new(),
        };
        Effect::new(move |_| {
            for event in ["scroll", "resize"] {
                let heard = window_event_listener_untyped(event, move |event| {
                    if event.type_() == "resize" {
                        window.view.update_value(|view| view.row = 0.0);
                    }
                    window.look_soon();
                });
                on_cleanup(move || heard.remove());
            }
        });
        Effect::new(move |_| {
            listed.track();
            window.look_soon();
        });
        let open = window.here.memo(|place| place.story());
        Effect::new(move |before: Option<Option<OrderId>>| {
            let open = open.get();
            match (before.flatten(), open) {
                // On a phone an order takes the list's place. Whoever comes back is where they were.
                (Some(_), None) => request_animation_frame(move || {
                    scroll_to(window.view.with_value(|view| view.down));
                }),
                (None, Some(_)) if before.is_some() => {
                    focus_soon("#order");
                }
                _ => {}
            }
            open
        });
        window
    }

    /// Once before the next frame is drawn.
    fn look_soon(self) {
        let due = self
            .view
            .try_update_value(|view| std::mem::replace(&mut view.due, true));
        if due == Some(false) {
            request_animation_frame(move || self.look());
        }
    }

    /// Moves to where the view is.
    fn look(self) {
        // The panel may be gone by now.
        let listed = self
            .listed
            .try_with_untracked(|listed| (listed.ids.len(), listed.ids.first().copied()));
        let view = self.view.try_update_value(|view| {
            view.due = false;
            (view.first, view.many, view.row)
        });
        let (Some((len, newest)), Some((first, many, known))) = (listed, view) else {
            return;
        };
        let (Some((top, _)), Some((_, height))) = (place_of("above"), place_of("rows")) else {
            return;
        };
        let rows = len.saturating_sub(first).min(many);
        if rows > 0 && height == 0.0 {
            // An order stands in its place.
            return;
        }
        let row = match known {
            0.0 if rows > 0 => height / rows as f64,
            known => known,
        };
        let (from, to) = in_view(top, row);
        let wish = match len > SHOWN {
            true => {
                let end = len.saturating_sub(AROUND);
                let begin = from.saturating_sub(AROUND).min(end);
                (begin, (to + AROUND).clamp(begin, len))
            }
            false => (0, SHOWN),
        };
        let down = window().page_y_offset().unwrap_or_default();
        self.view.update_value(|view| {
            (view.row, view.down) = (row, down);
            if from == 0 {
                view.seen = newest;
            }
            if is_far(wish, (first, first + many), len) {
                (view.first, view.many) = (wish.0, wish.1 - wish.0);
            }
        });
        self.moved.notify();
        if to + 2 * AROUND > len {
            self.reading.read_on(wanted(&self.here.get_untracked()));
        }
    }

    fn shown(self) -> Vec<OrderId> {
        self.moved.track();
        let (first, many) = self.view.with_value(|view| (view.first, view.many));
        self.listed.with(|listed| {
            let rows = listed.ids.iter().skip(first).take(many);
            rows.copied().collect()
        })
    }

    fn above(self) -> String {
        self.moved.track();
        self.view.with_value(|view| height(view.first, view.row))
    }

    fn below(self) -> String {
        self.moved.track();
        let len = self.listed.with(|listed| listed.ids.len());
        self.view
            .with_value(|view| height(len.saturating_sub(view.first + view.many), view.row))
    }

    /// Which row of the whole table an order has.
    fn place(self, shown: Memo<Vec<OrderId>>, id: OrderId) -> String {
        let place = shown.with(|shown| shown.iter().position(|one| *one == id));
        let first = self.view.with_value(|view| view.first);
        // Rows count from 1, and the first is the head.
        (first + place.unwrap_or(0) + 2).to_string()
    }

    /// What has come in above, while somebody reads further down.
    fn news(self) -> AnyView {
        let news = memo(move |_| {
            self.moved.track();
            let wanted = wanted(&self.here.get());
            let seen = self.view.with_value(|view| view.seen);
            if wanted.sort.is_some() || wanted.below.is_some() || seen.is_none() {
                return 0;
            }
            let newer = |id: &&OrderId| Some(**id) > seen;
            self.listed
                .with(|listed| listed.ids.iter().take_while(newer).count())
        });
        let up = move |_| {
            scroll_to(0.0);
            focus_soon("main");
        };
        let chip = changing(move || {
            let n = news.get();
            let what = plural(
                n,
                ["new order", "neue Bestellung"],
                ["new orders", "neue Bestellungen"],
            );
            (n > 0).then(|| {
                view! { <button class="button" type="button" on:click=up>{what} <span aria-hidden="true">" ↑"</span></button> }
                    .into_any()
            })
        });
        view! { <div class="news" role="status">{chip}</div> }.into_any()
    }
}

/// Which rows of the table are in the view, if it begins there: from, and up to. (A number below zero becomes zero.)
fn in_view(top: f64, row: f64) -> (usize, usize) {
    match row {
        0.0 => (0, 0),
        _ => (
            (-top / row) as usize,
            ((view_height() - top) / row) as usize,
        ),
    }
}

/// Whether so much is missing, or too much, that it is worth making other rows. Both ends of the list are exact.
fn is_far(wish: (usize, usize), is: (usize, usize), len: usize) -> bool {
    let (begin, end) = (wish.0.abs_diff(is.0), wish.1.abs_diff(is.1.min(len)));
    let ends = (wish.0 == 0) != (is.0 == 0) || (wish.1 == len) != (is.1 >= len);
    begin >= STEP || end >= STEP || ends
}

fn height(rows: usize, row: f64) -> String {
    ((rows as f64 * row).round() as usize).to_string()
}

/// Where an element begins in the view, and how high it is.
fn place_of(id: &str) -> Option<(f64, f64)> {
    let element: web_sys::Element = document().get_element_by_id(id)?;
    let place = element.get_bounding_client_rect();
    Some((place.top(), place.height()))
}

fn scroll_to(down: f64) {
    window().scroll_to_with_x_and_y(0.0, down);
}
