//! The keyboard shortcuts: move from ticket to ticket, open one, take its next step. `?` shows the help.

use super::{
    browser::dom::{bounds, on_key},
    i18n::locale::{Text, t},
};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

/// The elements that the arrow keys move between.
const STOPS: &str = "main article, main li[id]:empty, main tbody:not([aria-hidden]) tr";
/// The empty list item of a ticket that is rendered when it comes into view.
const PLACEHOLDER: &str = "li:empty";
/// Such a ticket is rendered within this number of frames.
const RENDER_FRAMES: u8 = 10;
const NEXT_STEP: &str = ".primary, form:not(.undo form) > button:not(.danger)";
/// Closes the order that is open beside the table.
const CLOSE: &str = "#order .close";
const OPENS: &str = "summary, a[href]";
/// An open popover covers the page: the keys do not act on the tickets below it.
const POPOVER: &str = "[popover]:popover-open";
/// The elements in which keys are text.
const TEXT_FIELDS: &str = "input:not([type=checkbox]), textarea, select";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Direction {
    Up,
    Down,
    Left,
    Right,
}

/// The centre of an element on the screen, in pixels.
type Point = (f64, f64);

/// Listens to the keys of a hydrated page.
pub fn listen() {
    let last_point = StoredValue::new((0.0, 0.0));
    on_key(Box::new(move |event| {
        let other = event.ctrl_key() || event.meta_key() || event.alt_key();
        let covered = document()
            .query_selector(POPOVER)
            .is_ok_and(|open| open.is_some());
        if other || covered {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if target
            .as_ref()
            .is_some_and(|on: &Element| on.matches(TEXT_FIELDS).unwrap_or(false))
        {
            return;
        }
        if press(&event.key(), target, last_point) {
            event.prevent_default();
        }
    }));
}

/// Returns whether the key is a shortcut that did something.
fn press(key: &str, target: Option<Element>, last_point: StoredValue<Point>) -> bool {
    let stop = target
        .as_ref()
        .and_then(|target| target.closest(STOPS).ok()?);
    let direction = match key {
        "ArrowUp" | "k" => Direction::Up,
        "ArrowDown" | "j" => Direction::Down,
        "ArrowLeft" | "h" => Direction::Left,
        "ArrowRight" | "l" => Direction::Right,
        "n" => return click(stop, NEXT_STEP),
        "o" => return click(stop, OPENS),
        // An element that opens by itself handles the key.
        "Enter" if target.is_some() && target == stop => return click(stop, OPENS),
        "Escape" => return click(document().body().map(Into::into), CLOSE),
        "?" => {
            return click(
                Some(document().body().map(Into::into)).flatten(),
                "[popovertarget=keys]",
            );
        }
        _ => return false,
    };
    // Without a focused ticket it continues from the last one, which may just have left.
    let from = stop.as_ref().map_or_else(|| last_point.get_value(), point);
    let stops = stops();
    let points: Vec<_> = stops.iter().map(point).collect();
    let Some(at) = nearest(from, &points, direction, stop.is_some()) else {
        return false;
    };
    last_point.set_value(points[at]);
    focus_stop(&stops[at]);
    true
}

fn stops() -> Vec<Element> {
    let Ok(found) = document().query_selector_all(STOPS) else {
        return Vec::new();
    };
    let all = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok());
    // What is in a folded strip has no place on the screen.
    all.filter(|stop| bounds(stop).width() > 0.0).collect()
}

fn point(stop: &Element) -> Point {
    let bounds = bounds(stop);
    (
        bounds.x() + bounds.width() / 2.0,
        bounds.y() + bounds.height() / 2.0,
    )
}

/// The stop that a step leads to: the nearest one that is more in this direction than in any other. If no stop was
/// focused (`is_on_stop` is false), it is the nearest of all.
fn nearest(from: Point, points: &[Point], direction: Direction, is_on_stop: bool) -> Option<usize> {
    let mut best = None;
    for (at, point) in points.iter().enumerate() {
        let (x, y) = (point.0 - from.0, point.1 - from.1);
        let (along, aside) = match direction {
            Direction::Up => (-y, x),
            Direction::Down => (y, x),
            Direction::Left => (-x, y),
            Direction::Right => (x, y),
        };
        let ahead = match direction {
            Direction::Up | Direction::Down => along > 1.0 && aside.abs() <= along,
            // Columns may begin at very different heights.
            Direction::Left | Direction::Right => along > 1.0,
        };
        if is_on_stop && !ahead {
            continue;
        }
        let far = along.abs() + 2.0 * aside.abs();
        if best.is_none_or(|(_, least)| far < least) {
            best = Some((at, far));
        }
    }
    best.map(|(at, _)| at)
}

/// Focuses a stop if it can have the focus, else its link.
fn focus_stop(stop: &Element) {
    if stop.matches(PLACEHOLDER).unwrap_or(false) {
        stop.scroll_into_view();
        return focus_when_rendered(format!("article[id='{}']", stop.id()), RENDER_FRAMES);
    }
    let own = stop.has_attribute("tabindex").then(|| stop.clone());
    let on = own.or_else(|| stop.query_selector("a[href]").ok()?);
    if let Some(on) = on.and_then(|on| on.dyn_into::<HtmlElement>().ok()) {
        // Not every element can have the focus.
        let _ = on.focus();
    }
}

/// Focuses a ticket as soon as it is rendered.
fn focus_when_rendered(ticket: String, frames: u8) {
    request_animation_frame(move || match document().query_selector(&ticket) {
        Ok(Some(found)) => focus_stop(&found),
        _ if frames > 0 => focus_when_rendered(ticket, frames - 1),
        _ => {}
    });
}

fn click(within: Option<Element>, what: &str) -> bool {
    let found = within.and_then(|within| within.query_selector(what).ok()?);
    let Some(found) = found.and_then(|found| found.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    found.click();
    true
}

/// The list of shortcuts, which `?` shows. Only the server renders it, beside the page that is hydrated.
pub fn help() -> AnyView {
    let title = t(["Keyboard shortcuts", "Mit der Tastatur arbeiten"]);
    let keys: Vec<_> = KEYS
        .iter()
        .map(|&(keys, does)| {
            let keys: Vec<_> = keys
                .iter()
                .map(|&key| view! { <kbd>{key}</kbd> }.into_any())
                .collect();
            view! { <div><dt>{keys}</dt><dd>{t(does)}</dd></div> }.into_any()
        })
        .collect();
    view! {
        <aside class="look" id="keys" popover="auto" aria-label=title>
            <h2>{title}</h2>
            <dl>{keys}</dl>
        </aside>
    }
    .into_any()
}

const KEYS: [(&[&str], Text); 6] = [
    (
        &["↑", "↓", "←", "→"],
        ["To the next ticket", "Zum nächsten Zettel"],
    ),
    (&["N"], ["Take its next step", "Den nächsten Schritt tun"]),
    (&["O"], ["Open what unfolds", "Aufklappen"]),
    (
        &["Esc"],
        ["Close the open order", "Die offene Bestellung schließen"],
    ),
    (&["Tab"], ["All controls", "Alle Bedienelemente"]),
    (&["?"], ["This help", "Diese Hilfe"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_the_neighbour() {
        // Two columns: 0 1 2 in the first, 3 4 in the second.
        let points = [
            (100.0, 100.0),
            (100.0, 300.0),
            (100.0, 500.0),
            (300.0, 150.0),
            (300.0, 420.0),
        ];
        let step = |at: usize, direction| nearest(points[at], &points, direction, true);
        assert_eq!(step(0, Direction::Down), Some(1));
        assert_eq!(step(2, Direction::Up), Some(1));
        assert_eq!(step(0, Direction::Right), Some(3));
        assert_eq!(step(2, Direction::Right), Some(4));
        assert_eq!(step(4, Direction::Left), Some(2));
        assert_eq!(
            (step(0, Direction::Up), step(3, Direction::Right)),
            (None, None)
        );
        // From no ticket, and from where a ticket has just left.
        assert_eq!(
            nearest((0.0, 0.0), &points, Direction::Down, false),
            Some(0)
        );
        assert_eq!(
            nearest((100.0, 310.0), &points, Direction::Down, false),
            Some(1)
        );
    }
}
