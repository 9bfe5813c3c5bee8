//! The kitchen's bell: which orders of the kitchen ring, when a chime plays, and what this device has already heard.

use super::{kitchen::KitchenFilter, sound::Sound};
use crate::{
    domain::{
        Acknowledged, KitchenAlert, Order, OrderId, Status, Time, alert_of, next_alert,
        stays_visible,
    },
    ui::{
        browser::storage,
        components::{
            basics::{Icon, changing, following, icon},
            form::Forms,
            list,
        },
        i18n::locale::{say, t},
        live::{
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
    },
};
use leptos::{ev, leptos_dom::helpers::IntervalHandle, prelude::*, wasm_bindgen::JsCast, web_sys};
use std::time::Duration;

/// The time between two chimes.
const PAUSE: Duration = Duration::from_secs(4);
/// The name under which the device stores what it has heard.
const HEARD: &str = "heard";

#[derive(Clone, Copy)]
pub struct Bell {
    /// When this page first showed a kitchen.
    opened: StoredValue<Option<Time>>,
    heard: RwSignal<Acknowledged>,
    pub sound: Sound,
}

impl Bell {
    pub fn new() -> Bell {
        Bell {
            opened: StoredValue::new(None),
            heard: RwSignal::default(),
            sound: Sound::new(),
        }
    }

    pub fn from_context() -> Bell {
        expect_context()
    }

    /// When this page first showed a kitchen, if it has.
    pub fn opened_at(self) -> Option<Time> {
        self.opened.get_value()
    }

    fn opened(self) -> Time {
        self.opened_at().unwrap_or_default()
    }

    /// Knows from now on what this device has heard, in this window or in another one.
    pub fn listen(self) {
        self.load();
        window_event_listener_untyped("storage", move |_| self.load());
    }

    /// Rings for the orders of a kitchen, for as long as its panel is shown.
    pub fn watch(self, kitchen: KitchenFilter) {
        let now = LiveStore::from_context().now_untracked();
        self.opened
            .update_value(|opened| *opened = opened.or(Some(now)));
        when_hydrated(move || self.sound.probe());
        self.ring(self.calls(kitchen));
    }

    /// Plays a chime now and after each pause, while there is one to play.
    fn ring(self, calls: impl Fn(usize) -> Option<KitchenAlert> + Copy + Send + Sync + 'static) {
        let turn = StoredValue::new(0);
        let strike = move || {
            turn.update_value(|turn| *turn += 1);
            if let Some(chime) = untrack(|| calls(turn.get_value())) {
                self.sound.chime(chime);
            }
        };
        let ringing = memo(move |_| calls(0).is_some());
        let timer = StoredValue::new(None::<IntervalHandle>);
        let stop = move || {
            let timer = timer.try_update_value(Option::take).flatten();
            timer.inspect(IntervalHandle::clear);
        };
        Effect::new(move |_| {
            stop();
            if ringing.get() && !self.sound.is_muted() {
                strike();
                timer.set_value(set_interval_with_handle(strike, PAUSE).ok());
            }
        });
        on_cleanup(stop);
    }

    /// The chime that the orders of a kitchen call for, by turns where they call for several.
    fn calls(
        self,
        kitchen: KitchenFilter,
    ) -> impl Fn(usize) -> Option<KitchenAlert> + Copy + Send + Sync + 'static {
        let (store, forms) = (LiveStore::from_context(), Forms::from_context());
        move |turn| {
            let (kitchen, opened) = (kitchen.get(), self.opened());
            self.heard.with(|heard| {
                store.with(|board| {
                    let scope = &board?.query().scope;
                    let calls = |order: &&Order| {
                        scope.is_of_kitchen(order, kitchen.as_deref())
                            && alert_of(order, heard, opened).is_some()
                            // A command that this page has sent is no news to the kitchen.
                            && !forms.is_sending(order.id)
                    };
                    next_alert(board?.orders().filter(calls), heard, opened, turn)
                })
            })
        }
    }

    fn load(self) {
        self.heard.set(Acknowledged::read(
            &storage::kept(HEARD).unwrap_or_default(),
        ));
        self.sound.load();
    }

    /// Stops the ringing: the kitchen knows of the order's last change.
    pub fn hear(self, order: &Order) {
        self.heard.update(|heard| heard.add(order));
        storage::keep(HEARD, &self.heard.with_untracked(Acknowledged::write));
    }

    /// Whether an order rings on this page, now that it is hydrated.
    pub fn calls_for(self, order: &Order) -> bool {
        let is_hydrated = LiveStore::from_context().is_hydrated();
        is_hydrated
            && self
                .heard
                .with(|heard| alert_of(order, heard, self.opened()).is_some())
    }

    /// Whether a change that rings is news to this device, now that the page is hydrated.
    pub fn is_news(self, id: OrderId, version: u32) -> bool {
        let is_hydrated = LiveStore::from_context().is_hydrated();
        is_hydrated && !self.heard.with(|heard| heard.has(id, version))
    }

    pub fn rings(self, order: Memo<Order>) -> Signal<bool> {
        let (store, opened) = (LiveStore::from_context(), self.opened());
        following(move || {
            store.is_hydrated()
                && self
                    .heard
                    .with(|heard| order.with(|order| alert_of(order, heard, opened).is_some()))
        })
    }

    /// Why a ticket rings, and the button that silences it.
    pub fn why(self, order: Memo<Order>, rings: Signal<bool>) -> AnyView {
        changing(move || {
            let silence = move |event| self.silence(&event, order);
            let word = t(["Silence", "Stumm"]);
            let label = order.with_untracked(|order| {
                let (name, number) = (&order.pizza_name, order.id.number());
                say!(
                    "Taken. Silence: {name} {number}",
                    "Bestellt. Stumm: {name} {number}"
                )
            });
            rings.get().then(|| {
                view! {
                    <p class="rings">
                        <button type="button" aria-label=label on:click=silence>{icon(Icon::Bell)} <span class="word">{word}</span></button>
                    </p>
                }
                .into_any()
            })
        })
    }

    /// What rings in this kitchen, by name, and the button that silences all of it.
    pub fn ringing(self, kitchen: KitchenFilter) -> AnyView {
        let (store, opened) = (LiveStore::from_context(), self.opened());
        let ringing = store.view(move |board| {
            let (kitchen, scope) = (kitchen.get(), &board.query().scope);
            self.heard.with(|heard| {
                let orders = board.orders().filter(|order| {
                    scope.is_of_kitchen(order, kitchen.as_deref())
                        && alert_of(order, heard, opened).is_some()
                });
                list::by_time(orders.map(|order| (order.updated_at, order.id)))
            })
        });
        let silence = move |_| {
            let board =
                |id: &OrderId| untrack(|| store.order(*id)).map(|order| order.get_untracked());
            let orders: Vec<_> = ringing.get_untracked().iter().filter_map(board).collect();
            orders.iter().for_each(|order| self.hear(order));
        };
        changing(move || {
            let ids = ringing.get();
            let first = ids.first().filter(|_| store.is_hydrated())?;
            let order = store.order(*first)?.get_untracked();
            let what = match order.status {
                Status::Cancelled => t(["Cancelled", "Storniert"]),
                _ => t(["Taken", "Bestellt"]),
            };
            let more = match ids.len() - 1 {
                0 => String::new(),
                n => say!(" and {n} more", " und {n} weitere"),
            };
            let name = format!("{} {}", order.pizza_name, order.id.number());
            Some(view! {
                <p class="ringing" translate="no" role="status">
                    {icon(Icon::Bell)} <span>{what} ": " <bdi>{name}</bdi> {more}</span>
                    <button class="button" type="button" on:click=silence>{t(["Silence all", "Alles still"])}</button>
                </p>
            }
            .into_any())
        })
    }

    /// The button disappears, so the focus moves to its ticket.
    fn silence(self, event: &ev::MouseEvent, order: Memo<Order>) {
        let ticket = event_target::<web_sys::Element>(event).closest("article");
        self.hear(&order.get_untracked());
        if let Some(ticket) = ticket.ok().flatten() {
            // A ticket has a tabindex, so this cannot fail.
            let _ = ticket.unchecked_into::<web_sys::HtmlElement>().focus();
        }
    }

    /// The orders that were cancelled in a column, and have not been taken down on this device.
    pub fn gone(self, from: Status, kitchen: KitchenFilter) -> Memo<Vec<OrderId>> {
        let (forms, opened) = (Forms::from_context(), self.opened());
        LiveStore::from_context().view(move |board| {
            let (kitchen, scope) = (kitchen.get(), &board.query().scope);
            self.heard.with(|heard| {
                let gone = board.orders().filter(|order| {
                    order.cancelled_from().is_some()
                        && order.kitchen_stage() == from
                        && scope.is_of_kitchen(order, kitchen.as_deref())
                        && stays_visible(order, heard, opened)
                        && !forms.is_sending(order.id)
                });
                list::by_time(gone.map(|order| (order.updated_at, order.id)))
            })
        })
    }
}
