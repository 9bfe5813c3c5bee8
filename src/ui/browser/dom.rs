//! The document: listeners for the whole page, what is in view, and the focus.

use leptos::{
    ev,
    prelude::*,
    wasm_bindgen::JsCast,
    web_sys::{self, DomRect, Element, HtmlElement},
};
use std::{cell::Cell, rc::Rc};

/// An element that comes into view has its own height after this number of frames.
const SETTLING_FRAMES: u8 = 10;

/// Listens to every click on the page, after all other listeners.
pub fn on_click(listener: Box<dyn Fn(web_sys::MouseEvent)>) {
    window_event_listener(ev::click, listener);
}

/// Listens to every key that is pressed.
pub fn on_key(listener: Box<dyn Fn(web_sys::KeyboardEvent)>) {
    window_event_listener(ev::keydown, listener);
}

/// Whether the page is shown. The timers of a hidden page are slow: nothing there may wait for one.
pub fn is_page_visible() -> bool {
    !document().hidden()
}

/// The height of the window, in pixels.
pub fn view_height() -> f64 {
    let height = window().inner_height();
    height
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default()
}

/// The bounds of an element on the screen. Inside a list these are the bounds of the list item: a ticket that is out of
/// view has no layout, and reading its own bounds would lay it out.
pub fn bounds(element: &Element) -> DomRect {
    let item = element.closest("li").ok().flatten();
    item.as_ref().unwrap_or(element).get_bounding_client_rect()
}

pub fn is_in_view(element: &Element) -> bool {
    let bounds = bounds(element);
    bounds.bottom() > 0.0 && bounds.top() < view_height()
}

/// What the reader of a scrolled page looks at. Not every browser keeps it in its place when the page grows above it, and
/// those that do lose it at times.
pub struct ScrollAnchor {
    item: Element,
    top: f64,
}

impl ScrollAnchor {
    /// The item in the middle of the window. None where the page itself is not scrolled.
    pub fn find() -> Option<ScrollAnchor> {
        let is_scrolled = window().scroll_y().is_ok_and(|y| y > 0.0);
        let width = document().document_element()?.client_width();
        let middle = (width as f32 / 2.0, view_height() as f32 / 2.0);
        let found = is_scrolled.then(|| document().element_from_point(middle.0, middle.1));
        let item = found??.closest("li").ok()??;
        let top = item.get_bounding_client_rect().top();
        Some(ScrollAnchor { item, top })
    }

    /// Scrolls it back to where it was. What is gone cannot be kept.
    pub fn keep(self) {
        let moved = self.item.get_bounding_client_rect().top() - self.top;
        if self.item.is_connected() && moved.abs() >= 1.0 {
            window().scroll_by_with_x_and_y(0.0, moved);
        }
    }
}

/// The element that the fragment of the address names.
pub fn fragment_target() -> Option<Element> {
    let fragment = location().hash().ok()?;
    document().get_element_by_id(fragment.strip_prefix('#')?)
}

/// Scrolls to the target of the fragment. It repeats that for some frames, while the reader does nothing: elements above
/// the target get their own height when they come near the view, and move it.
pub fn scroll_to_fragment() {
    let acts = Rc::new(Cell::new(false));
    let listeners = ["pointerdown", "wheel", "keydown"].map(|event| {
        let acts = acts.clone();
        window_event_listener_untyped(event, move |_| acts.set(true))
    });
    scroll_for(SETTLING_FRAMES, acts, listeners);
}

fn scroll_for(frames: u8, acts: Rc<Cell<bool>>, listeners: [WindowListenerHandle; 3]) {
    if frames == 0 || acts.get() {
        return listeners.into_iter().for_each(WindowListenerHandle::remove);
    }
    if let Some(target) = fragment_target() {
        target.scroll_into_view();
    }
    request_animation_frame(move || scroll_for(frames - 1, acts, listeners));
}

/// In the next frame, focuses the first element that `selector` finds, if there is one.
pub fn focus_soon(selector: impl Into<String>) {
    let selector = selector.into();
    request_animation_frame(move || {
        focus(&selector);
    });
}

/// As [`focus_soon`], if the element that had the focus is gone. The page gets the focus if there is no such element.
pub fn focus_if_lost_soon(selector: String) {
    request_animation_frame(move || {
        let body = document().body().map(Element::from);
        let focused = document().active_element();
        if (focused.is_none() || focused == body) && !focus(&selector) {
            focus("main");
        }
    });
}

/// Returns whether there was an element to focus.
pub fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) else {
        return false;
    };
    let scrolled = window().scroll_y();
    // Not every element can have the focus.
    let _ = element.focus();
    if let Some(scrolled) = scrolled.ok().filter(|_| element.id() == "main") {
        // The focus must not scroll the page to the edge of its main part.
        window().scroll_to_with_x_and_y(0.0, scrolled);
    }
    true
}
