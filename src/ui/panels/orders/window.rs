//! Which rows the list contains, those near the view, and the height of the others together. [`RowWindow`] is pure; the
//! page is measured at most once for each frame.

use super::{
    listed::{Listed, SHOWN},
    query::query,
};
use crate::{
    domain::OrderId,
    ui::{
        browser::dom::{focus_soon, view_height},
        components::{basics::changing, printing::Printing},
        i18n::locale::plural,
        live::{
            page_queries::PageQueries,
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
        navigation::Navigator,
    },
};
use leptos::{prelude::*, web_sys};

/// Rows above and below the view that the list contains.
const AROUND: usize = 30;
/// Rows by which the view has to move before other rows are rendered.
const STEP: usize = 10;

/// The rendered rows, and the last measurement. Heights are in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
struct RowWindow {
    first: usize,
    count: usize,
    /// 0 until it is measured.
    row_height: f64,
    /// The scroll position of the page, when the list was in view last.
    scroll: f64,
    /// The newest order, when the beginning of the list was in view last.
    newest_seen: Option<OrderId>,
}

/// The measured page, in pixels, and the list that it shows.
#[derive(Clone, Copy)]
struct Measured {
    /// The top of the list, relative to the view.
    top: f64,
    /// The height of the rendered rows together. 0 where an order is shown instead of the list.
    rows_height: f64,
    view_height: f64,
    scroll: f64,
    len: usize,
    newest: Option<OrderId>,
}

impl RowWindow {
    fn new() -> RowWindow {
        RowWindow {
            first: 0,
            count: SHOWN,
            row_height: 0.0,
            scroll: 0.0,
            newest_seen: None,
        }
    }

    /// The window around the view. `None` where the list is not shown.
    fn moved(self, page: Measured) -> Option<RowWindow> {
        let rows = page.len.saturating_sub(self.first).min(self.count);
        if rows > 0 && page.rows_height == 0.0 {
            return None;
        }
        let mut moved = self;
        if self.row_height == 0.0 && rows > 0 {
            moved.row_height = page.rows_height / rows as f64;
        }
        let (from, to) = moved.in_view(page);
        let (begin, end) = rows_around(from, to, page.len);
        if is_far(
            (begin, end),
            (self.first, self.first + self.count),
            page.len,
        ) {
            (moved.first, moved.count) = (begin, end - begin);
        }
        if from == 0 {
            moved.newest_seen = page.newest;
        }
        moved.scroll = page.scroll;
        Some(moved)
    }

    /// The rows in the view: from, and up to. (The cast makes negative numbers zero.)
    fn in_view(self, page: Measured) -> (usize, usize) {
        let row = |at: f64| match self.row_height {
            0.0 => 0,
            height => (at / height) as usize,
        };
        (row(-page.top), row(page.view_height - page.top))
    }

    fn nears_end(self, page: Measured) -> bool {
        self.in_view(page).1 + 2 * AROUND > page.len
    }

    fn height(self, rows: usize) -> String {
        ((rows as f64 * self.row_height).round() as usize).to_string()
    }
}

/// The rows to render for a view: from, and up to.
fn rows_around(from: usize, to: usize, len: usize) -> (usize, usize) {
    if len <= SHOWN {
        return (0, SHOWN);
    }
    let begin = from.saturating_sub(AROUND).min(len.saturating_sub(AROUND));
    (begin, (to + AROUND).clamp(begin, len))
}

/// Whether the rendered rows differ enough from the wanted ones to render again. At both ends of the list, any difference
/// is enough.
fn is_far(wish: (usize, usize), is: (usize, usize), len: usize) -> bool {
    let (begin, end) = (wish.0.abs_diff(is.0), wish.1.abs_diff(is.1.min(len)));
    let ends = (wish.0 == 0) != (is.0 == 0) || (wish.1 == len) != (is.1 >= len);
    begin >= STEP || end >= STEP || ends
}

/// The window of the list on this page.
#[derive(Clone, Copy)]
pub struct Window {
    pub listed: Memo<Listed>,
    navigator: Navigator,
    queries: PageQueries,
    store: LiveStore,
    printing: Printing,
    rows: RwSignal<RowWindow>,
    /// The next frame measures the page.
    due: StoredValue<bool>,
}

impl Window {
    pub fn new(listed: Memo<Listed>) -> Window {
        let window = Window {
            listed,
            navigator: Navigator::from_context(),
            queries: PageQueries::from_context(),
            store: LiveStore::from_context(),
            printing: Printing::from_context(),
            rows: RwSignal::new(RowWindow::new()),
            due: StoredValue::new(false),
        };
        when_hydrated(move || window.listen());
        when_hydrated(move || {
            listed.track();
            window.store.is_live();
            window.measure_soon();
        });
        window.follow_open();
        window
    }

    fn listen(self) {
        for event in ["scroll", "resize"] {
            let heard = window_event_listener_untyped(event, move |event| {
                if event.type_() == "resize" {
                    // The panel may be gone by now.
                    let _ = self.rows.try_update_untracked(|rows| rows.row_height = 0.0);
                }
                self.measure_soon();
            });
            on_cleanup(move || heard.remove());
        }
    }

    /// On a phone, an open order replaces the list. When it is closed, the scroll position is restored.
    fn follow_open(self) {
        let open = self.navigator.memo(|route| route.order_id());
        Effect::new(move |before: Option<Option<OrderId>>| {
            let open = open.get();
            match (before.flatten(), open) {
                (Some(_), None) => request_animation_frame(move || {
                    let scroll = self.rows.try_with_untracked(|rows| rows.scroll);
                    scroll_to(scroll.unwrap_or_default());
                }),
                (None, Some(_)) if before.is_some() => focus_soon("#order"),
                _ => {}
            }
            open
        });
    }

    /// Measures once before the next frame is drawn.
    fn measure_soon(self) {
        let due = self
            .due
            .try_update_value(|due| std::mem::replace(due, true));
        if due == Some(false) {
            request_animation_frame(move || self.measure());
        }
    }

    fn measure(self) {
        // The panel may be gone by now.
        if self.due.try_set_value(false).is_some() || untrack(|| self.printing.get()) {
            return;
        }
        let listed = self
            .listed
            .try_with_untracked(|listed| (listed.ids.len(), listed.ids.first().copied()));
        let (Some((len, newest)), Some(rows)) = (listed, self.rows.try_get_untracked()) else {
            return;
        };
        let (Some((top, _)), Some((_, rows_height))) = (bounds("above"), bounds("rows")) else {
            return;
        };
        let page = Measured {
            top,
            rows_height,
            view_height: view_height(),
            scroll: window().page_y_offset().unwrap_or_default(),
            len,
            newest,
        };
        let Some(moved) = rows.moved(page) else {
            return;
        };
        if moved != rows {
            self.rows.set(moved);
        }
        // The board of the server's page is shorter than that of a live one: what lies beyond it is still to come.
        let is_whole = || untrack(|| self.store.board_to_read()).is_none();
        if moved.nears_end(page) && self.store.is_live_untracked() && is_whole() {
            self.read_on();
        }
    }

    /// Reads the older orders that follow on the list. Returns whether there are any.
    pub fn read_on(self) -> bool {
        let route = self.navigator.get_untracked();
        let beyond = route.beyond(self.store.end_untracked());
        beyond.is_some_and(|query| self.queries.past.read_on(query))
    }

    /// The rendered rows. On paper, all.
    fn rendered(self) -> RowWindow {
        let mut rows = self.rows.get();
        if self.printing.get() {
            (rows.first, rows.count) = (0, usize::MAX);
        }
        rows
    }

    pub fn shown(self) -> Vec<OrderId> {
        let RowWindow { first, count, .. } = self.rendered();
        let rows = |ids: &[OrderId]| ids.iter().skip(first).take(count).copied().collect();
        self.listed.with(|listed| rows(&listed.ids))
    }

    /// The height of the rows above the rendered ones.
    pub fn above(self) -> String {
        let rows = self.rendered();
        rows.height(rows.first)
    }

    pub fn below(self) -> String {
        let rows = self.rendered();
        let len = self.listed.with(|listed| listed.ids.len());
        rows.height(len.saturating_sub(rows.first + rows.count))
    }

    /// The row number of an order in the whole table.
    pub fn index(self, shown: Memo<Vec<OrderId>>, id: OrderId) -> String {
        let at = shown.with(|shown| shown.iter().position(|one| *one == id));
        let first = untrack(|| self.rendered().first);
        // Rows are counted from 1, and the first is the head.
        (first + at.unwrap_or(0) + 2).to_string()
    }

    /// The number of orders that were added above, while the reader is further down.
    fn newer(self) -> usize {
        let query = query(&self.navigator.get());
        let seen = self.rows.with(|rows| rows.newest_seen);
        if query.sort.is_some() || query.below.is_some() || seen.is_none() {
            return 0;
        }
        let newer = |id: &&OrderId| Some(**id) > seen;
        self.listed
            .with(|listed| listed.ids.iter().take_while(newer).count())
    }

    /// A button with the number of new orders, which scrolls to them.
    pub fn new_orders_button(self) -> AnyView {
        let newer = memo(move |_| self.newer());
        let up = move |_| {
            scroll_to(0.0);
            focus_soon("main");
        };
        let chip = changing(move || {
            let n = newer.get();
            let what = plural(
                n,
                ["new order", "neue Bestellung"],
                ["new orders", "neue Bestellungen"],
            );
            (n > 0).then(|| {
                view! { <button class="button" type="button" translate="no" on:click=up>{what} <span aria-hidden="true">" ↑"</span></button> }
                    .into_any()
            })
        });
        view! { <div class="news" role="status">{chip}</div> }.into_any()
    }
}

/// The top of an element relative to the view, and its height.
fn bounds(id: &str) -> Option<(f64, f64)> {
    let element: web_sys::Element = document().get_element_by_id(id)?;
    let bounds = element.get_bounding_client_rect();
    Some((bounds.top(), bounds.height()))
}

fn scroll_to(down: f64) {
    window().scroll_to_with_x_and_y(0.0, down);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::id;

    const ROW: f64 = 40.0;
    const VIEW: f64 = 800.0;

    /// A page that is scrolled to a row of a list.
    fn at(row: usize, len: usize, rows: RowWindow) -> Measured {
        let count = len.saturating_sub(rows.first).min(rows.count);
        Measured {
            top: -(row as f64) * ROW,
            rows_height: count as f64 * ROW,
            view_height: VIEW,
            scroll: row as f64 * ROW,
            len,
            newest: Some(id(len as u128)),
        }
    }

    fn scrolled(rows: RowWindow, row: usize, len: usize) -> RowWindow {
        rows.moved(at(row, len, rows)).unwrap()
    }

    #[test]
    fn a_short_list_is_rendered_as_a_whole() {
        let rows = scrolled(RowWindow::new(), 10, SHOWN);
        assert_eq!((rows.first, rows.count), (0, SHOWN));
        assert_eq!(rows.row_height, ROW);
    }

    #[test]
    fn a_long_list_has_the_rows_around_the_view_and_reaches_both_ends() {
        let len = 1_000;
        let top = scrolled(RowWindow::new(), 0, len);
        assert_eq!((top.first, top.count), (0, 20 + AROUND));
        let middle = scrolled(top, 500, len);
        assert_eq!((middle.first, middle.count), (470, AROUND + 20 + AROUND));
        // A few rows do not render others.
        let near = scrolled(middle, 505, len);
        assert_eq!((near.first, near.count), (middle.first, middle.count));
        let end = scrolled(near, 980, len);
        assert_eq!(end.first + end.count, len);
        assert!(end.nears_end(at(980, len, end)));
        assert!(!middle.nears_end(at(500, len, middle)));
        assert_eq!(scrolled(end, 0, len).first, 0);
    }

    #[test]
    fn a_list_that_is_not_shown_keeps_its_rows() {
        let rows = scrolled(RowWindow::new(), 500, 1_000);
        let hidden = Measured {
            rows_height: 0.0,
            ..at(0, 1_000, rows)
        };
        assert_eq!(rows.moved(hidden), None);
    }

    #[test]
    fn the_newest_order_is_seen_at_the_beginning_alone() {
        let rows = scrolled(RowWindow::new(), 0, 300);
        assert_eq!(rows.newest_seen, Some(id(300)));
        let below = scrolled(rows, 100, 310);
        assert_eq!(below.newest_seen, Some(id(300)));
        assert_eq!(scrolled(below, 0, 310).newest_seen, Some(id(310)));
    }

    #[test]
    fn a_list_that_has_shrunk_has_rows_again() {
        let rows = scrolled(scrolled(RowWindow::new(), 0, 1_000), 900, 1_000);
        let shrunk = rows.moved(at(0, 10, rows)).unwrap();
        assert_eq!((shrunk.first, shrunk.count), (0, SHOWN));
    }
}
