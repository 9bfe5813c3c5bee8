//! Work by keyboard: from ticket to ticket, open one, take its next step. `?` tells how.

use super::{
    components::list,
    i18n::locale::{Text, t},
    place::on_key,
};
use leptos::{
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{Element, HtmlElement},
};

/// What one can stand on.
const STOPS: &str = "main article, main li[id]:empty, main tbody:not([aria-hidden]) tr";
/// What stands for a ticket that is made when it comes into sight.
const STANDS_IN: &str = "li:empty";
/// After so many frames it is there.
const FRAMES: u8 = 10;
const NEXT_STEP: &str = ".primary, form > button:not(.danger)";
const OPENS: &str = "summary, a[href]";
/// What may stand over the page: the keys are not for what is under it.
const COVERS: &str = "[popover]:popover-open";
/// Where keys are text.
const WRITES: &str = "input, textarea, select";

#[derive(Clone, Copy, Debug, PartialEq)]
enum Way {
    Up,
    Down,
    Left,
    Right,
}

/// Where something is on the screen: its middle, in pixels.
type Spot = (f64, f64);

/// Listens, from when the page is awake.
pub fn listen() {
    let stood = StoredValue::new((0.0, 0.0));
    on_key(Box::new(move |event| {
        let other = event.ctrl_key() || event.meta_key() || event.alt_key();
        let covered = document()
            .query_selector(COVERS)
            .is_ok_and(|open| open.is_some());
        if other || covered {
            return;
        }
        let target = event.target().and_then(|target| target.dyn_into().ok());
        if target
            .as_ref()
            .is_some_and(|on: &Element| on.matches(WRITES).unwrap_or(false))
        {
            return;
        }
        if press(&event.key(), target, stood) {
            event.prevent_default();
        }
    }));
}

/// Whether the key meant something.
fn press(key: &str, target: Option<Element>, stood: StoredValue<Spot>) -> bool {
    let stop = target
        .as_ref()
        .and_then(|target| target.closest(STOPS).ok()?);
    let way = match key {
        "ArrowUp" | "k" => Way::Up,
        "ArrowDown" | "j" => Way::Down,
        "ArrowLeft" | "h" => Way::Left,
        "ArrowRight" | "l" => Way::Right,
        "n" => return click(stop, NEXT_STEP),
        "o" => return click(stop, OPENS),
        // Where it opens by itself, it is left to do so.
        "Enter" if target.is_some() && target == stop => return click(stop, OPENS),
        "?" => {
            return click(
                Some(document().body().map(Into::into)).flatten(),
                "[popovertarget=keys]",
            );
        }
        _ => return false,
    };
    // Whoever stands nowhere goes on from where they stood last: the ticket there may just have left.
    let from = stop.as_ref().map_or_else(|| stood.get_value(), spot);
    let stops = stops();
    let spots: Vec<_> = stops.iter().map(spot).collect();
    let Some(at) = nearest(from, &spots, way, stop.is_some()) else {
        return false;
    };
    stood.set_value(spots[at]);
    stand(&stops[at]);
    true
}

fn stops() -> Vec<Element> {
    let Ok(found) = document().query_selector_all(STOPS) else {
        return Vec::new();
    };
    let all = (0..found.length()).filter_map(|at| found.item(at)?.dyn_into().ok());
    all.collect()
}

fn spot(stop: &Element) -> Spot {
    let bounds = list::bounds(stop);
    (
        bounds.x() + bounds.width() / 2.0,
        bounds.y() + bounds.height() / 2.0,
    )
}

/// The stop that a step leads to: the nearest that lies more in this direction than in any other. Whoever did not
/// stand on one (`stood` false) gets to the nearest of all.
fn nearest(from: Spot, spots: &[Spot], way: Way, stood: bool) -> Option<usize> {
    let mut best = None;
    for (at, spot) in spots.iter().enumerate() {
        let (x, y) = (spot.0 - from.0, spot.1 - from.1);
        let (along, aside) = match way {
            Way::Up => (-y, x),
            Way::Down => (y, x),
            Way::Left => (-x, y),
            Way::Right => (x, y),
        };
        let ahead = match way {
            Way::Up | Way::Down => along > 1.0 && aside.abs() <= along,
            // Columns may begin at very different heights.
            Way::Left | Way::Right => along > 1.0,
        };
        if stood && !ahead {
            continue;
        }
        let far = along.abs() + 2.0 * aside.abs();
        if best.is_none_or(|(_, least)| far < least) {
            best = Some((at, far));
        }
    }
    best.map(|(at, _)| at)
}

/// Puts the focus on a stop: on itself where it takes it, else on its link.
fn stand(stop: &Element) {
    if stop.matches(STANDS_IN).unwrap_or(false) {
        stop.scroll_into_view();
        return arrive(format!("article[id='{}']", stop.id()), FRAMES);
    }
    let own = stop.has_attribute("tabindex").then(|| stop.clone());
    let on = own.or_else(|| stop.query_selector("a[href]").ok()?);
    if let Some(on) = on.and_then(|on| on.dyn_into::<HtmlElement>().ok()) {
        // It may not want it.
        let _ = on.focus();
    }
}

/// Stands on a ticket as soon as it is there.
fn arrive(ticket: String, frames: u8) {
    request_animation_frame(move || match document().query_selector(&ticket) {
        Ok(Some(found)) => stand(&found),
        _ if frames > 0 => arrive(ticket, frames - 1),
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

/// What the keys do, behind `?`. It stands beside the page: only the server renders it.
pub fn help() -> AnyView {
    let title = t(["Work by keyboard", "Mit der Tastatur arbeiten"]);
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

const KEYS: [(&[&str], Text); 5] = [
    (
        &["↑", "↓", "←", "→"],
        ["To the next ticket", "Zum nächsten Zettel"],
    ),
    (&["N"], ["Take its next step", "Den nächsten Schritt tun"]),
    (&["O"], ["Open what unfolds", "Aufklappen"]),
    (
        &["Tab"],
        [
            "Through all there is to press",
            "Durch alles, was sich drücken lässt",
        ],
    ),
    (&["?"], ["This help", "Diese Hilfe"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_lead_to_the_neighbour() {
        // Two columns: 0 1 2 in the first, 3 4 in the second.
        let spots = [
            (100.0, 100.0),
            (100.0, 300.0),
            (100.0, 500.0),
            (300.0, 150.0),
            (300.0, 420.0),
        ];
        let step = |at: usize, way| nearest(spots[at], &spots, way, true);
        assert_eq!(step(0, Way::Down), Some(1));
        assert_eq!(step(2, Way::Up), Some(1));
        assert_eq!(step(0, Way::Right), Some(3));
        assert_eq!(step(2, Way::Right), Some(4));
        assert_eq!(step(4, Way::Left), Some(2));
        assert_eq!((step(0, Way::Up), step(3, Way::Right)), (None, None));
        // From nowhere, and from where a ticket has just left.
        assert_eq!(nearest((0.0, 0.0), &spots, Way::Down, false), Some(0));
        assert_eq!(nearest((100.0, 310.0), &spots, Way::Down, false), Some(1));
    }
}
