//! Navigation without a new document: the current route as a signal, links and the history, and where the focus goes.

use super::{
    browser::{
        dom::{
            focus, focus_if_lost_soon, focus_soon, fragment_target, is_in_view, on_click,
            scroll_to_fragment,
        },
        url::{path_and_query, push, reload, replace},
    },
    live::reactive::memo,
    route::Route,
};
use futures::future::LocalBoxFuture;
use leptos::{prelude::*, task::spawn_local, wasm_bindgen::JsCast, web_sys};

/// Fetches what another panel needs, and returns whether its part of the program is here.
type Prepare = Box<dyn Fn(&Route) -> LocalBoxFuture<'static, bool> + Send + Sync>;

/// The route of this page, as it changes.
#[derive(Clone, Copy)]
pub struct Navigator {
    route: RwSignal<Route>,
    prepare: StoredValue<Option<Prepare>>,
}

impl Navigator {
    /// At the route that the server provides for this request, else at the one of `address`.
    pub fn new(address: &str) -> Navigator {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let route = use_context().unwrap_or_else(|| Route::read(path, query));
        Navigator {
            route: RwSignal::new(route),
            prepare: StoredValue::default(),
        }
    }

    /// Another panel is shown when `prepare` has fetched what it needs.
    pub fn prepare_with(
        self,
        prepare: impl Fn(&Route) -> LocalBoxFuture<'static, bool> + Send + Sync + 'static,
    ) {
        self.prepare.set_value(Some(Box::new(prepare)));
    }

    /// The navigator of this page.
    pub fn from_context() -> Navigator {
        expect_context()
    }

    pub fn get(self) -> Route {
        self.route.get()
    }

    pub fn get_untracked(self) -> Route {
        self.route.get_untracked()
    }

    /// A property of the route; it notifies only when that property changes.
    pub fn memo<T: PartialEq + Send + Sync + 'static>(self, read: fn(&Route) -> T) -> Memo<T> {
        memo(move |_| self.route.with(read))
    }

    /// Goes to a route, as a link would. Another panel begins at its top; going back restores the scroll position.
    pub fn go(self, route: Route) {
        if push(&route.address()) {
            self.arrive(route, 0.0);
        }
    }

    /// Replaces the route, without an entry in the history.
    pub fn correct(self, route: Route) {
        if replace(&route.address()) {
            self.route.set(route);
        }
    }

    /// As [`Navigator::go`], except that going back leads to `before` instead of the current route.
    pub fn leave(self, before: &Route, route: Route) {
        // Where the entry cannot be replaced, going back leads to the current route.
        replace(&before.address());
        self.go(route);
    }

    fn arrive(self, route: Route, scroll: f64) {
        if self.route.with_untracked(Route::panel) == route.panel() {
            return self.show(route, None);
        }
        let prepared = self
            .prepare
            .with_value(|prepare| prepare.as_ref().map(|prepare| prepare(&route)));
        let Some(prepared) = prepared else { return };
        spawn_local(async move {
            if prepared.await {
                self.show(route, Some(scroll));
            } else {
                // There may be a newer release; a browser without a connection shows its own page.
                reload();
            }
        });
    }

    /// Shows a route and moves the focus. `scroll` is the position on another panel than before.
    fn show(self, route: Route, scroll: Option<f64>) {
        let opens_checkout = matches!(
            route,
            Route::Customer {
                taking: Some(_),
                ..
            }
        );
        let deselected = self.route.with_untracked(Route::selected);
        self.route.set(route);
        if opens_checkout {
            // The form is at the top, wherever the offer was in the list.
            focus_soon(".open input:not([type=hidden])");
        } else if let Some(scroll) = scroll {
            request_animation_frame(move || {
                // Keyboards and screen readers begin at the main part.
                focus("main");
                window().scroll_to_with_x_and_y(0.0, scroll);
            });
        } else if let Some(deselected) = deselected {
            // Back to the link that opened it.
            focus_if_lost_soon(format!("main [href*='{deselected}']"));
        }
    }

    /// Handles links and the history from now on. The address may have changed before the page was hydrated.
    pub fn follow(self) {
        let current = address_bar();
        if current != self.get_untracked() {
            self.route.set(current);
        }
        if fragment_target().is_some_and(|target| is_in_view(&target)) {
            scroll_to_fragment();
        }
        window_event_listener_untyped("hashchange", |_| scroll_to_fragment());
        window_event_listener_untyped("popstate", move |event| match address_bar() {
            route if route.is_static() => reload(),
            route => {
                let scroll = js_sys::Reflect::get(&event, &"state".into());
                let scroll = scroll.ok().and_then(|scroll| scroll.as_f64());
                self.arrive(route, scroll.unwrap_or_default());
            }
        });
        on_click(Box::new(move |event| {
            if let Some(route) = destination(&event) {
                event.prevent_default();
                self.go(route);
            }
        }));
    }
}

/// The route in the address bar.
pub fn address_bar() -> Route {
    let (path, query) = path_and_query();
    Route::read(&path, &query)
}

/// The route of the link that a click follows, unless the browser has to follow it: in a new tab, to another site, to a
/// part of this page, to a file or to a static page.
fn destination(event: &web_sys::MouseEvent) -> Option<Route> {
    let special = event.ctrl_key()
        || event.meta_key()
        || event.shift_key()
        || event.alt_key()
        || event.button() != 0;
    if special || event.default_prevented() {
        return None;
    }
    let target: web_sys::Element = event.target()?.dyn_into().ok()?;
    let link: web_sys::HtmlAnchorElement = target.closest("a[href]").ok()??.dyn_into().ok()?;
    let elsewhere = link.origin() != location().origin().ok()?
        || !link.target().is_empty()
        || link.has_attribute("download");
    let within = !link.hash().is_empty() && link.pathname() == location().pathname().ok()?;
    if elsewhere || within || link.rel() == "external" {
        return None;
    }
    Some(Route::read(&link.pathname(), &link.search())).filter(|route| !route.is_static())
}
