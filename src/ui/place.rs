//! Where one is: the address bar, typed.
//!
//! A page knows its place from its address alone, so that every place can be linked, kept as a bookmark, and
//! reached without the program. A live page goes from place to place without asking for a new document. (A
//! router for any application would be a third of what the browser's program may weigh.)

use super::{
    components::list,
    i18n::messages,
    live::reactive::{memo, unsubscribe_on_cleanup},
    panels,
};
use crate::domain::{Minute, Order, OrderFilter, OrderId, Status, named};
use leptos::{
    ev,
    prelude::*,
    task::spawn_local,
    wasm_bindgen::{JsCast, JsValue},
    web_sys,
};
use percent_encoding::percent_decode_str;

/// After so many frames what comes into the view has its own height.
const SETTLING: u8 = 10;

#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    Home,
    Supplier {
        kitchen: Kitchen,
    },
    Customer {
        /// The offer that is about to be taken.
        taking: Option<OrderId>,
        query: OffersQuery,
    },
    Track(OrderId),
    Dispatch,
    Orders {
        query: OrdersQuery,
        /// The order that stands open beside the list.
        open: Option<OrderId>,
        /// It is shown as it was at this one of its events, counted from 1; else as it is now.
        at: Option<usize>,
    },
    Nowhere,
}

/// Whose tickets hang on a kitchen's screen.
#[derive(Clone, Debug, PartialEq)]
pub enum Kitchen {
    /// Of the kitchen that this device belongs to, where one was chosen; else of all.
    Own,
    All,
    One(String),
}

impl Kitchen {
    /// `kitchen=` names all; without it nothing is said.
    fn read(value: Option<String>) -> Kitchen {
        match value {
            None => Kitchen::Own,
            Some(name) if name.is_empty() => Kitchen::All,
            Some(name) => Kitchen::One(name),
        }
    }

    /// As an address has it.
    fn value(&self) -> Option<String> {
        match self {
            Kitchen::Own => None,
            Kitchen::All => Some(String::new()),
            Kitchen::One(name) => Some(name.clone()),
        }
    }

    /// Its name, where it is one.
    pub fn name(&self) -> Option<&str> {
        match self {
            Kitchen::One(name) => Some(name),
            Kitchen::Own | Kitchen::All => None,
        }
    }
}

/// Which page a place is on: what does not change while one stays there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Panel {
    Home,
    Supplier,
    Customer,
    Track,
    Dispatch,
    Orders,
    Nowhere,
}

impl Panel {
    /// Of its part of the program, and for the style of its page.
    pub fn name(self) -> &'static str {
        match self {
            Panel::Home => "home",
            Panel::Supplier => "supplier",
            Panel::Customer => "customer",
            Panel::Track => "track",
            Panel::Dispatch => "dispatch",
            Panel::Orders => "orders",
            Panel::Nowhere => "nowhere",
        }
    }
}

/// Which orders a list shows, and in which order. Times are on the reader's own clock, as the fields show them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OrdersQuery {
    pub status: Option<Status>,
    pub text: String,
    pub supplier: Option<String>,
    pub driver: Option<String>,
    /// Made in this minute, or later.
    pub from: Option<Minute>,
    /// Made in this minute, or earlier.
    pub until: Option<Minute>,
    /// Else the newest come first.
    pub sort: Option<Sort>,
    /// A page of the past: older than this.
    pub below: Option<OrderId>,
}

named! {
    Sort {
        Oldest = "oldest",
        Price = "price",
        Status = "status",
    }
}

/// Which offers a customer looks at, and in what order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct OffersQuery {
    pub text: String,
    /// Newest first, where nothing else is asked for.
    pub sort: Option<OffersSort>,
}

named! {
    OffersSort {
        Price = "price",
        Time = "time",
    }
}

impl OrdersQuery {
    fn read(value: impl Fn(&str) -> Option<String>) -> OrdersQuery {
        let minute = |name| value(name).and_then(|time| time.parse().ok());
        OrdersQuery {
            status: value("status").and_then(|name| Status::from_name(&name)),
            text: value("q").unwrap_or_default(),
            supplier: value("supplier"),
            driver: value("driver"),
            from: minute("from"),
            until: minute("until"),
            sort: value("sort").and_then(|name| Sort::from_name(&name)),
            below: value("below").and_then(|below| below.parse().ok()),
        }
    }

    fn values(&self) -> [(&'static str, Option<String>); 8] {
        let minute = |minute: Option<Minute>| minute.map(|minute| minute.to_string());
        [
            ("status", self.status.map(|status| status.name().to_owned())),
            ("q", Some(self.text.clone()).filter(|text| !text.is_empty())),
            ("supplier", self.supplier.clone()),
            ("driver", self.driver.clone()),
            ("from", minute(self.from)),
            ("until", minute(self.until)),
            ("sort", self.sort.map(|sort| sort.name().to_owned())),
            ("below", self.below.map(|id| id.to_string())),
        ]
    }

    /// What stands in one field of its form.
    pub fn value(&self, field: &str) -> String {
        let found = self.values().into_iter().find(|(name, _)| *name == field);
        found.and_then(|(_, value)| value).unwrap_or_default()
    }

    /// What that means where clocks are so many minutes east of UTC. Where it is not known, pages show UTC.
    pub fn filter(&self, zone: Option<i32>) -> OrderFilter {
        let zone = zone.unwrap_or(0);
        OrderFilter {
            status: self.status,
            text: self.text.clone(),
            supplier: self.supplier.clone(),
            driver: self.driver.clone(),
            from: self.from.map(|minute| minute.begins(zone)),
            before: self.until.map(|minute| minute.ends(zone)),
        }
    }

    /// Where all of it can be fetched as a file.
    pub fn export(&self) -> String {
        let all = OrdersQuery {
            sort: None,
            below: None,
            ..self.clone()
        };
        with_query("/orders.csv", all.values())
    }
}

impl Route {
    pub fn read(path: &str, query: &str) -> Route {
        let given = |name: &str| {
            let pairs = query
                .trim_start_matches('?')
                .split('&')
                .filter_map(|pair| pair.split_once('='));
            pairs
                .filter(|(key, _)| *key == name)
                .map(|(_, value)| decode(value))
                .next()
        };
        let value = |name: &str| given(name).filter(|value| !value.is_empty());
        let id = |text: &str| text.parse().ok();
        let steps: Vec<_> = path.split('/').filter(|step| !step.is_empty()).collect();
        let orders = || OrdersQuery::read(value);
        match steps[..] {
            [] => Route::Home,
            ["supplier"] => Route::Supplier {
                kitchen: Kitchen::read(given("kitchen")),
            },
            ["customer"] => Route::Customer {
                taking: value("take").and_then(|taking| id(&taking)),
                query: OffersQuery {
                    text: value("q").unwrap_or_default(),
                    sort: value("sort").and_then(|name| OffersSort::from_name(&name)),
                },
            },
            ["customer", order] => id(order).map_or(Route::Nowhere, Route::Track),
            ["dispatch"] => Route::Dispatch,
            ["orders"] => Route::Orders {
                query: orders(),
                open: None,
                at: None,
            },
            ["orders", order] => match id(order) {
                Some(open) => Route::Orders {
                    query: orders(),
                    open: Some(open),
                    at: value("at").and_then(|at| at.parse().ok()),
                },
                None => Route::Nowhere,
            },
            _ => Route::Nowhere,
        }
    }

    pub fn address(&self) -> String {
        match self {
            Route::Home | Route::Nowhere => "/".to_owned(),
            Route::Supplier { kitchen } => with_query("/supplier", [("kitchen", kitchen.value())]),
            Route::Customer { taking, query } => {
                let text = Some(query.text.clone()).filter(|text| !text.is_empty());
                with_query(
                    "/customer",
                    [
                        ("take", taking.map(|id| id.to_string())),
                        ("q", text),
                        ("sort", query.sort.map(|sort| sort.name().to_owned())),
                    ],
                )
            }
            Route::Track(id) => format!("/customer/{id}"),
            Route::Dispatch => "/dispatch".to_owned(),
            Route::Orders { query, open, at } => {
                let path = open.map_or("/orders".to_owned(), |id| format!("/orders/{id}"));
                let [a, b, c, d, e, f, g, h] = query.values();
                let at = ("at", at.map(|at| at.to_string()));
                with_query(&path, [a, b, c, d, e, f, g, h, at])
            }
        }
    }

    pub fn panel(&self) -> Panel {
        match self {
            Route::Home => Panel::Home,
            Route::Supplier { .. } => Panel::Supplier,
            Route::Customer { .. } => Panel::Customer,
            Route::Track(_) => Panel::Track,
            Route::Dispatch => Panel::Dispatch,
            Route::Orders { .. } => Panel::Orders,
            Route::Nowhere => Panel::Nowhere,
        }
    }

    /// Whether nothing here is live, and only the server knows how to render it.
    pub fn is_still(&self) -> bool {
        matches!(self, Route::Home | Route::Nowhere)
    }

    /// Whether orders are worked on here.
    pub fn has_tickets(&self) -> bool {
        matches!(
            self.panel(),
            Panel::Supplier | Panel::Customer | Panel::Dispatch
        )
    }

    /// Whether an order has a ticket here, or is what this place is about.
    pub fn shows(&self, order: &Order) -> bool {
        use Status::{Dispatched, InTransit, Ready, SupplierAccepted};
        match self {
            Route::Supplier { kitchen } => {
                !order.status.is_final() && messages::is_of(order, kitchen.name())
            }
            Route::Customer { taking, .. } => {
                *taking == Some(order.id) || order.status == SupplierAccepted
            }
            Route::Dispatch => matches!(order.status, Ready | Dispatched | InTransit),
            Route::Track(id) => *id == order.id,
            Route::Home | Route::Orders { .. } | Route::Nowhere => false,
        }
    }

    /// All that is on offer.
    pub fn offers() -> Route {
        Route::Customer {
            taking: None,
            query: OffersQuery::default(),
        }
    }

    /// The order whose story this place tells.
    pub fn order_id(&self) -> Option<OrderId> {
        match self {
            Route::Track(id) | Route::Orders { open: Some(id), .. } => Some(*id),
            _ => None,
        }
    }

    /// The order that one looks at more closely than at the others.
    fn in_hand(&self) -> Option<OrderId> {
        match self {
            Route::Customer { taking, .. } => *taking,
            Route::Orders { open, .. } => *open,
            _ => None,
        }
    }

    /// The event that it stops at.
    pub fn at(&self) -> Option<usize> {
        match self {
            Route::Orders { at, .. } => *at,
            _ => None,
        }
    }

    /// The page of the past that this place shows.
    pub fn past(&self) -> Option<(&OrdersQuery, OrderId)> {
        match self {
            Route::Orders { query, .. } => Some((query, query.below?)),
            _ => None,
        }
    }
}

pub fn decode(text: &str) -> String {
    percent_decode_str(&text.replace('+', " "))
        .decode_utf8_lossy()
        .into_owned()
}

fn with_query<const N: usize>(path: &str, values: [(&str, Option<String>); N]) -> String {
    let pairs = values
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name}={}", messages::in_address(&value?))));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{query}")
    }
}

/// The place of this page, as it changes.
#[derive(Clone, Copy)]
pub struct Navigator(RwSignal<Route>);

impl Navigator {
    pub fn new(address: &str) -> Navigator {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        let route = use_context().unwrap_or_else(|| Route::read(path, query));
        Navigator(RwSignal::new(route))
    }

    pub fn now() -> Navigator {
        expect_context()
    }

    pub fn get(self) -> Route {
        self.0.get()
    }

    pub fn get_untracked(self) -> Route {
        self.0.get_untracked()
    }

    /// Something about the place, that changes only when it does.
    pub fn memo<T: PartialEq + Send + Sync + 'static>(self, read: fn(&Route) -> T) -> Memo<T> {
        memo(move |_| self.0.with(read))
    }

    /// Goes there. Another panel begins at its top; the way back leads to where one was.
    pub fn go(self, route: Route) {
        let address = route.address();
        let pushed = window().history().and_then(|history| {
            let down = window().scroll_y().unwrap_or_default();
            history.replace_state(&down.into(), "")?;
            history.push_state_with_url(&JsValue::NULL, "", Some(&address))
        });
        if pushed.is_ok() {
            self.arrive(route, 0.0);
        }
    }

    /// As if one had come here in the first place.
    pub fn correct(self, route: Route) {
        if replace(&route) {
            self.0.set(route);
        }
    }

    /// As [`Navigator::go`], where the way back shall not lead here again, but to `before`.
    pub fn leave(self, before: &Route, route: Route) {
        // Where that cannot be, the way back is as it was.
        replace(before);
        self.go(route);
    }

    fn arrive(self, route: Route, down: f64) {
        let panel = route.panel();
        if self.0.with_untracked(Route::panel) == panel {
            return self.stand(route, None);
        }
        spawn_local(async move {
            if panels::fetch(panel).await {
                self.stand(route, Some(down));
            } else {
                // There may be a newer release; else the browser says that it is offline.
                let _ = location().reload();
            }
        });
    }

    /// `down`: so far down on another panel than before.
    fn stand(self, route: Route, down: Option<f64>) {
        let takes = matches!(
            route,
            Route::Customer {
                taking: Some(_),
                ..
            }
        );
        let left = self.0.with_untracked(Route::in_hand);
        self.0.set(route);
        if takes {
            // Wherever the offer stood, its form opens at the top.
            focus_soon(".open input:not([type=hidden])");
        } else if let Some(down) = down {
            request_animation_frame(move || {
                // Whoever works by keyboard or by ear begins where the work is.
                let _ = focus("main");
                window().scroll_to_with_x_and_y(0.0, down);
            });
        } else if let Some(left) = left {
            // Back to where it was opened.
            focus_if_lost_soon(format!("main [href*='{left}']"));
        }
    }

    /// From now on, links and the way back are followed here; and where one has gone already.
    pub fn follow(self) {
        let now = address_bar();
        if now != self.get_untracked() {
            self.0.set(now);
        }
        if part().is_some_and(|part| is_in_view(&part)) {
            come(SETTLING);
        }
        window_event_listener_untyped("hashchange", |_| come(SETTLING));
        window_event_listener_untyped("popstate", move |event| match address_bar() {
            // A browser that cannot load it anew stays where it is.
            route if route.is_still() => drop(location().reload()),
            route => {
                let down = js_sys::Reflect::get(&event, &"state".into());
                self.arrive(
                    route,
                    down.ok().and_then(|down| down.as_f64()).unwrap_or_default(),
                );
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

/// The part of the page that the address leads to.
fn part() -> Option<web_sys::Element> {
    let part = location().hash().ok()?;
    document().get_element_by_id(part.strip_prefix('#')?)
}

/// How high the window is, in pixels.
pub fn view_height() -> f64 {
    let height = window().inner_height();
    height
        .ok()
        .and_then(|height| height.as_f64())
        .unwrap_or_default()
}

pub fn is_in_view(part: &web_sys::Element) -> bool {
    let bounds = list::bounds(part);
    bounds.bottom() > 0.0 && bounds.top() < view_height()
}

/// Brings it into the view, and keeps it there: what stands before it gets its own height only when it comes near, and
/// pushes it away.
fn come(frames: u8) {
    if let Some(part) = part() {
        part.scroll_into_view();
    }
    if frames > 0 {
        request_animation_frame(move || come(frames - 1));
    }
}

/// Hears of every click on the page, after everybody else.
pub fn on_click(heard: Box<dyn Fn(web_sys::MouseEvent)>) {
    window_event_listener(ev::click, heard);
}

/// Hears of every key that is pressed.
pub fn on_key(heard: Box<dyn Fn(web_sys::KeyboardEvent)>) {
    window_event_listener(ev::keydown, heard);
}

/// Does something once the page is awake, and what is on it may differ from what the server has rendered.
pub fn when_hydrated(work: impl Fn() + Send + Sync + 'static) {
    fn boxed(work: Box<dyn Fn() + Send + Sync>) {
        Effect::new(move |_| {
            unsubscribe_on_cleanup();
            work();
        });
    }
    boxed(Box::new(work));
}

/// Puts a place into the address bar, as if one had come there in the first place; whether that could be.
fn replace(route: &Route) -> bool {
    let address = route.address();
    let replaced = window()
        .history()
        .and_then(|history| history.replace_state_with_url(&JsValue::NULL, "", Some(&address)));
    replaced.is_ok()
}

/// Fetches the part of the program that shows this page; whether it is here now.
#[cfg(feature = "hydrate")]
pub async fn fetch_panel_of_page() -> bool {
    #[cfg(feature = "split")]
    std::hint::black_box(crate::ui::components::shared());
    panels::fetch(address_bar().panel()).await
}

/// The whole address of this page, for others.
pub fn location_text() -> String {
    location().href().unwrap_or_default()
}

fn address_bar() -> Route {
    let route = location();
    Route::read(
        &route.pathname().unwrap_or_default(),
        &route.search().unwrap_or_default(),
    )
}

/// Where a click leads within this market, unless it asks for something else than to go there.
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
    Some(Route::read(&link.pathname(), &link.search())).filter(|route| !route.is_still())
}

/// As soon as what has changed is shown, moves the focus to the first element that `selector` finds.
pub fn focus_soon(selector: impl Into<String>) {
    let selector = selector.into();
    request_animation_frame(move || {
        // It may not be there.
        let _ = focus(&selector);
    });
}

/// The same, where what had the focus has gone with it. If there is no such element either, it is the page's turn.
pub fn focus_if_lost_soon(selector: String) {
    request_animation_frame(move || {
        let nowhere = document().body().map(web_sys::Element::from);
        let on = document().active_element();
        if (on.is_none() || on == nowhere) && !focus(&selector) {
            focus("main");
        }
    });
}

/// Whether there was something to focus.
fn focus(selector: &str) -> bool {
    let found = document().query_selector(selector).ok().flatten();
    let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
    else {
        return false;
    };
    let down = window().scroll_y();
    // It may not want it.
    let _ = element.focus();
    if let Some(down) = down.ok().filter(|_| element.id() == "main") {
        // Nobody wants to be taken to the edge of the page that they are looking at.
        window().scroll_to_with_x_and_y(0.0, down);
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn route() -> impl Strategy<Value = Route> {
        let id = any::<u128>().prop_map(|n| OrderId(uuid::Uuid::from_u128(n)));
        let text = "\\PC{1,12}";
        let minute =
            || prop::option::of((0..60u32, 0..24u32, 1..28u32, 1970..2100u32).prop_map(minute));
        let query = (
            prop::option::of(prop::sample::select(Status::ALL)),
            "\\PC{0,8}",
            prop::option::of(text),
            prop::option::of(text),
            minute(),
            minute(),
            prop::option::of(prop::sample::select(Sort::ALL)),
            prop::option::of(id.clone()),
        )
            .prop_map(
                |(status, text, supplier, driver, from, until, sort, below)| OrdersQuery {
                    status,
                    text,
                    supplier,
                    driver,
                    from,
                    until,
                    sort,
                    below,
                },
            );
        let open = prop::option::of((id.clone(), prop::option::of(1usize..20)));
        let kitchen = prop_oneof![
            Just(Kitchen::Own),
            Just(Kitchen::All),
            "\\PC{1,12}".prop_map(Kitchen::One),
        ];
        prop_oneof![
            Just(Route::Home),
            kitchen.prop_map(|kitchen| Route::Supplier { kitchen }),
            (
                prop::option::of(id.clone()),
                "\\PC{0,8}",
                prop::option::of(0..OffersSort::ALL.len())
            )
                .prop_map(|(taking, text, sort)| {
                    let sort = sort.map(|n| OffersSort::ALL[n]);
                    Route::Customer {
                        taking,
                        query: OffersQuery { text, sort },
                    }
                }),
            id.clone().prop_map(Route::Track),
            Just(Route::Dispatch),
            (query, open).prop_map(|(query, open)| Route::Orders {
                query,
                open: open.map(|(id, _)| id),
                at: open.and_then(|(_, at)| at),
            }),
        ]
    }

    fn minute((minute, hour, day, year): (u32, u32, u32, u32)) -> Minute {
        format!("{year}-02-{day:02}T{hour:02}:{minute:02}")
            .parse()
            .unwrap()
    }

    proptest! {
        #[test]
        fn every_place_is_found_at_its_address(route in route()) {
            let address = route.address();
            let (path, query) = address.split_once('?').unwrap_or((&address, ""));
            prop_assert_eq!(Route::read(path, query), route);
        }
    }

    #[test]
    fn what_is_no_place_is_nowhere() {
        for path in [
            "/nowhere",
            "/supplier/x",
            "/orders/x",
            "/customer/x",
            "/orders/x/y",
        ] {
            assert_eq!(Route::read(path, ""), Route::Nowhere, "{path}");
        }
        assert_eq!(
            Route::read("/supplier", "?kitchen=Bella+Napoli&x"),
            Route::Supplier {
                kitchen: Kitchen::One("Bella Napoli".to_owned())
            }
        );
    }
}
