//! Forms that do something. Each is a plain HTML form that works by itself; in a live page it is sent from
//! here, answers in place, and cannot be sent twice at once.
//!
//! A refusal stands beside what was refused: a field's fault under the field, everything else with the order.

use super::basics::{Icon, changing, following, icon, mark, refusal, text};
use crate::{
    api::{self, Answers},
    domain::{Error, FieldError, InvalidField, Order, OrderId, Time},
    ui::{
        browser::http,
        i18n::messages,
        live::{
            connection::{browser_time, sleep},
            reactive::memo,
            store::LiveStore,
        },
        place::{Navigator, focus_if_lost_soon, focus_soon, on_click},
    },
};
use chrono::TimeDelta;
use leptos::{
    ev::SubmitEvent,
    form::form_data_from_event,
    prelude::*,
    server_fn::ServerFn,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{self, Element, UrlSearchParams},
};
use serde::{Deserialize, Serialize};
use std::{sync::Arc, time::Duration};

/// A second press comes within this time, at the same place, and is meant for what stood there before.
const SLIP: TimeDelta = TimeDelta::milliseconds(600);
/// Pixels between two presses of one place.
const FINGER: i32 = 40;
/// How often it is looked whether the connection is back.
const LOOK: Duration = Duration::from_millis(500);
/// How long a refusal stays with its order.
const SHOWN: TimeDelta = TimeDelta::seconds(60);

/// A refusal that brings a plain form back to its page, with what was typed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Flash {
    /// The form's id on the page.
    pub form: String,
    pub error: Error,
    /// What each order has met that the form was about.
    pub refused: Vec<(OrderId, Error)>,
    /// By name of the field.
    pub typed: Vec<(String, String)>,
}

/// The id of the form that does `act` (with an order).
pub fn form_id(act: &str, order: Option<OrderId>) -> String {
    order.map_or(act.to_owned(), |order| format!("{act}-{order}"))
}

/// What all forms of a page share.
#[derive(Clone, Copy)]
pub struct Forms {
    flash: StoredValue<Option<Flash>>,
    /// The refusal that an order has met last, and when.
    refused: RwSignal<Vec<(OrderId, Error, Time)>>,
    /// The order of each form that has been sent, and whose answer is still out.
    sending: RwSignal<Vec<OrderId>>,
    /// Where the last press was; and the last one that sent a form, with when it was sent or answered: things move
    /// then, and another one may come to stand under the same finger.
    press: StoredValue<(i32, i32)>,
    sent: StoredValue<((i32, i32), Time)>,
}

impl Forms {
    pub fn new(flash: Option<Flash>, now: Time) -> Forms {
        let refused = flash
            .iter()
            .flat_map(|flash| flash.refused.iter())
            .map(|(order, error)| (*order, error.clone(), now))
            .collect();
        Forms {
            flash: StoredValue::new(flash),
            refused: RwSignal::new(refused),
            sending: RwSignal::default(),
            press: StoredValue::default(),
            sent: StoredValue::default(),
        }
    }

    pub fn here() -> Forms {
        expect_context()
    }

    /// From now on it is known where presses are.
    pub fn watch(self) {
        on_click(Box::new(move |event| {
            self.press.set_value((event.client_x(), event.client_y()));
        }));
        // Whoever has written something since means the next press.
        window_event_listener_untyped("input", move |_| {
            self.sent.update_value(|sent| sent.1 = Time::default());
        });
    }

    /// What stood in a field of a form that came back.
    pub fn came_back(self, form: &str, field: &str) -> Option<String> {
        self.flash.with_value(|flash| {
            let flash = flash.as_ref().filter(|flash| flash.form == form)?;
            let found = flash.typed.iter().find(|(name, _)| name == field);
            found.map(|(_, value)| value.clone())
        })
    }

    fn is_accidental_repeat(self, pressed: Time) -> bool {
        let ((x, y), before) = self.sent.get_value();
        let (at_x, at_y) = self.press.get_value();
        pressed - before < SLIP && (at_x - x).abs() < FINGER && (at_y - y).abs() < FINGER
    }

    /// An event may be faster than the answer to what caused it. Until then, what it means is not known here.
    pub fn is_sending(self, order: OrderId) -> bool {
        self.sending.with(|sending| sending.contains(&order))
    }

    /// Gives orders that were dropped on somebody to them, as the form for several would.
    pub fn give(self, orders: Vec<(OrderId, u32)>, driver: &str, store: LiveStore) {
        let (key, driver) = (http::fresh_key(), messages::in_address(driver));
        let each = |(id, version): &(OrderId, u32)| format!("&{SEVERAL}={id}.{version}");
        let orders_sent: String = orders.iter().map(each).collect();
        let sent = Sent {
            about: orders.into_iter().map(|(id, _)| id).collect(),
            path: api::DispatchSeveral::PATH,
            body: format!("key={key}&driver_name={driver}{orders_sent}"),
        };
        spawn_local(async move {
            let about = sent.about.clone();
            let answer = self
                .retry_until_answered(sent, store, Box::new(|| ()))
                .await;
            self.apply_result(&answer, &about, store);
        });
    }

    /// Sends something until there is an answer: it has a key, and so is done once. `waits` hears when it takes
    /// more than one attempt.
    async fn retry_until_answered(
        self,
        sent: Sent,
        store: LiveStore,
        waits: Box<dyn Fn()>,
    ) -> Result<Answers, Error> {
        self.sending
            .update(|sending| sending.extend(sent.about.iter().copied()));
        let mut answer = self.send(&sent, store).await;
        while matches!(answer, Err(Error::NoAnswer)) {
            waits();
            sleep(LOOK).await;
            if store.is_live_untracked() {
                answer = self.send(&sent, store).await;
            }
        }
        answer
    }

    /// What was done is shown; and from here on, events say what has become of these orders.
    fn apply_result(self, answer: &Result<Answers, Error>, about: &[OrderId], store: LiveStore) {
        let done = answer
            .iter()
            .flatten()
            .filter_map(|(_, one)| one.as_ref().ok());
        done.for_each(|order| store.put(order));
        self.sending.update(|sending| {
            for id in about {
                let sent = sending.iter().position(|sent| sent == id);
                sent.map(|sent| sending.swap_remove(sent));
            }
        });
    }

    /// Waits for the answer to what was sent, and keeps each refusal with its order.
    async fn send(self, sent: &Sent, store: LiveStore) -> Result<Answers, Error> {
        let about = &sent.about;
        let forget = move |refused: &mut Vec<(OrderId, Error, Time)>| {
            refused.retain(|(of, ..)| !about.contains(of));
        };
        self.refused.update(forget);
        let answer = if sent.path == api::DispatchSeveral::PATH {
            http::post(sent.path, &sent.body).await
        } else {
            let order: Result<Order, _> = http::post(sent.path, &sent.body).await;
            order.map(|order| Answers::from([(order.id, Ok(order))]))
        };
        self.sent.update_value(|sent| sent.1 = browser_time());
        let now = store.now_untracked();
        self.refused.update(|refused| {
            forget(refused);
            match &answer {
                Ok(answers) => {
                    let met = answers
                        .iter()
                        .filter_map(|(of, one)| Some((of, one.as_ref().err()?)));
                    refused.extend(met.map(|(of, error)| (*of, error.clone(), now)));
                }
                Err(error) => refused.extend(about.iter().map(|of| (*of, error.clone(), now))),
            }
        });
        answer
    }
}

/// Something on its way to the server.
struct Sent {
    /// The orders that it is about.
    about: Vec<OrderId>,
    path: &'static str,
    body: String,
}

/// One form, as its fields see it.
#[derive(Clone, Copy)]
pub struct Form {
    id: StoredValue<String>,
    /// Whoever sends the same form again, after a lost answer or by a slip, acts once.
    key: RwSignal<String>,
    error: RwSignal<Option<Error>>,
    busy: RwSignal<bool>,
    typed: StoredValue<Vec<(String, String)>>,
}

impl Form {
    fn new(id: String) -> Form {
        let flash = Forms::here()
            .flash
            .with_value(|flash| flash.clone().filter(|flash| flash.form == id));
        let (error, typed) = flash.map_or((None, Vec::new()), |flash| {
            // What an order has met is said beside it, or above all.
            let own = flash.refused.is_empty() || matches!(flash.error, Error::Invalid(_));
            (own.then_some(flash.error), flash.typed)
        });
        Form {
            id: StoredValue::new(id),
            key: RwSignal::new(http::fresh_key()),
            error: RwSignal::new(error),
            busy: RwSignal::new(false),
            typed: StoredValue::new(typed),
        }
    }

    /// One of its fields.
    pub fn control(self, name: &'static str) -> FieldState {
        FieldState { name, form: self }
    }

    /// A button that sends it.
    pub fn send(self, class: &'static str, symbol: Option<Icon>, word: AnyView) -> AnyView {
        let busy = mark(move || self.busy.get().then_some("true"));
        let symbol = changing(move || {
            let busy = self.busy.get().then_some(Icon::Reconnecting);
            busy.or(symbol).map(icon)
        });
        view! { <button class=class aria-busy=busy>{symbol} {word}</button> }.into_any()
    }
}

type Then = Box<dyn Fn(&Order) + Send + Sync>;
type About = Box<dyn Fn() -> Vec<OrderId> + Send + Sync>;
type Onward = Box<dyn Fn() -> Option<String> + Send + Sync>;

/// By this name each of several orders is sent, as `id.version`.
pub const SEVERAL: &str = "order[]";
type Done = Arc<dyn Fn(&Order) + Send + Sync>;

/// What a form is for.
pub struct ActionForm {
    /// The address of the server function.
    pub path: &'static str,
    /// Its own name, where several forms have the same address.
    pub name: &'static str,
    pub class: &'static str,
    pub order: Option<Signal<Order>>,
    /// The orders that it is about, where that is not one.
    pub several: Option<About>,
    /// What follows when it is done, if the form is still there.
    pub then: Option<Then>,
    /// Where the work goes on when it is done, which may take the form away: what the focus then goes to.
    pub onward: Option<Onward>,
    /// What follows when it is done, even if the form has gone with its ticket by then.
    pub done: Option<Done>,
}

impl ActionForm {
    pub fn new(path: &'static str) -> ActionForm {
        ActionForm {
            path,
            name: path.trim_start_matches("/act/"),
            class: "",
            order: None,
            several: None,
            then: None,
            onward: None,
            done: None,
        }
    }

    pub fn named(self, name: &'static str) -> ActionForm {
        ActionForm { name, ..self }
    }

    pub fn class(self, class: &'static str) -> ActionForm {
        ActionForm { class, ..self }
    }

    pub fn on(self, order: impl Into<Signal<Order>>) -> ActionForm {
        ActionForm {
            order: Some(order.into()),
            ..self
        }
    }

    pub fn onward(self, onward: impl Fn() -> Option<String> + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            onward: Some(Box::new(onward)),
            ..self
        }
    }

    /// About several orders, as they are picked when it is sent.
    pub fn on_several(
        self,
        several: impl Fn() -> Vec<OrderId> + Send + Sync + 'static,
    ) -> ActionForm {
        ActionForm {
            several: Some(Box::new(several)),
            ..self
        }
    }

    pub fn then(self, then: impl Fn(&Order) + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            then: Some(Box::new(then)),
            ..self
        }
    }

    pub fn done(self, done: impl Fn(&Order) + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            done: Some(Arc::new(done)),
            ..self
        }
    }

    /// The form, with the fields and buttons that `parts` makes.
    pub fn form(self, parts: impl FnOnce(Form) -> AnyView) -> AnyView {
        let id = form_id(
            self.name,
            self.order
                .map(|order| order.with_untracked(|order| order.id)),
        );
        let form = Form::new(id.clone());
        let parts = parts(form);
        self.around(id, form, parts)
    }

    pub(super) fn around(self, id: String, form: Form, parts: AnyView) -> AnyView {
        let (forms, store) = (Forms::here(), LiveStore::here());
        let order = self.order.map(|order| {
            let version = text(move || order.get().version.to_string());
            view! {
                <input type="hidden" name="id" value=order.with_untracked(|order| order.id.to_string())/>
                <input type="hidden" name="version" value=version prop:value=version/>
            }
            .into_any()
        });
        let error = self
            .order
            .is_none()
            .then(|| changing(move || form_error(form)));
        let key = text(move || form.key.get());
        let (path, class, done) = (self.path, self.class, self.done);
        let then = StoredValue::new(self.then);
        let order_id = self
            .order
            .map(|order| order.with_untracked(|order| order.id));
        let (several, onward) = (self.several, self.onward);
        let submit = move |event: SubmitEvent| {
            event.prevent_default();
            let pressed = browser_time();
            let slip = forms.is_accidental_repeat(pressed);
            let Some(body) = encode(&event).filter(|_| !slip && !form.busy.get_untracked()) else {
                return;
            };
            forms.sent.set_value((forms.press.get_value(), pressed));
            form.busy.set(true);
            form.error.set(None);
            let several = several.as_ref().map(|several| several());
            let about = several.unwrap_or(order_id.into_iter().collect());
            let sent = Sent {
                about: about.clone(),
                path,
                body,
            };
            let onward = onward.as_ref().and_then(|onward| onward());
            let beside = beside(&event);
            let done = done.clone();
            spawn_local(async move {
                let waits = move || {
                    let _ = form.error.try_set(Some(Error::NoAnswer));
                };
                let answer = forms
                    .retry_until_answered(sent, store, Box::new(waits))
                    .await;
                // From here on, the form may be gone with its ticket.
                let _ = form.busy.try_set(false);
                let _ = form.error.try_set(None);
                let _ = form.key.try_set(http::fresh_key());
                match &answer {
                    Ok(answers) => {
                        let order = answers.iter().find_map(|(_, one)| one.as_ref().ok());
                        // First, since the change itself may take the form away.
                        if let (Some(done), Some(order)) = (&done, order) {
                            done(order);
                        }
                        then.try_with_value(|then| {
                            if let (Some(then), Some(order)) = (then, order) {
                                then(order);
                            }
                        });
                        if let Some(onward) = onward {
                            focus_soon(onward);
                        }
                    }
                    Err(error) => {
                        let _ = form.error.try_set(Some(error.clone()));
                        focus_soon("[aria-invalid=true]");
                    }
                }
                forms.apply_result(&answer, &about, store);
                if let Some(beside) = beside {
                    focus_if_lost_soon(beside);
                }
            });
        };
        view! {
            <form id=id method="post" action=path class=class novalidate on:submit=submit>
                <input type="hidden" name="key" value=key prop:value=key/>
                {order} {parts} {error}
            </form>
        }
        .into_any()
    }
}

/// Where whoever works by keyboard goes on if the ticket goes that they are in: the next one, or else what it hung in.
pub fn beside(event: &web_sys::Event) -> Option<String> {
    let on: Element = event.target()?.dyn_into().ok()?;
    let row = on.closest("li").ok()??;
    row.query_selector(":focus-visible").ok()??;
    let near = row
        .next_element_sibling()
        .or_else(|| row.previous_element_sibling());
    let ticket = near.and_then(|near| near.query_selector("article").ok()?);
    let found = ticket.or_else(|| row.closest("section").ok()?)?;
    Some(format!("[id='{}']", found.id()))
}

/// What went wrong with a form that is about no order; what is wrong with its fields stands there.
fn form_error(form: Form) -> Option<AnyView> {
    let error = form
        .error
        .get()
        .filter(|error| !matches!(error, Error::Invalid(_)))?;
    Some(refusal(messages::refusal(&error)))
}

/// The refusal that an order has met lately, beside it.
pub fn refused(order: OrderId) -> AnyView {
    let (store, forms) = (LiveStore::here(), Forms::here());
    let sentence = memo(move |_| {
        let refused = forms.refused.get();
        let (_, error, at) = refused.iter().find(|(of, ..)| *of == order)?;
        if matches!(error, Error::Invalid(_)) {
            return None;
        }
        (store.now() - *at < SHOWN).then(|| messages::refusal(error))
    });
    changing(move || sentence.get().map(refusal))
}

/// The latest refusals of orders that have no ticket here (any more): where everybody sees them.
pub fn refused_elsewhere() -> AnyView {
    let (store, forms, navigator) = (LiveStore::here(), Forms::here(), Navigator::now());
    let sentence = memo(move |_| {
        let refused = forms.refused.get();
        let route = navigator.get();
        if !route.has_tickets() {
            return None;
        }
        let said: Vec<_> = refused
            .iter()
            .filter(|(id, error, at)| {
                let old = store.now() - *at > SHOWN;
                !matches!(error, Error::Invalid(_)) && !old && route.story() != Some(*id)
            })
            .filter_map(|(id, error, _)| {
                let name = store.with(|board| match board?.get(*id) {
                    Some(order) if route.shows(order) => None,
                    Some(order) => Some(format!("{} {}", order.pizza_name, order.id.number())),
                    None => Some(id.number()),
                });
                Some(format!("{}: {}", name?, messages::refusal(error)))
            })
            .collect();
        (!said.is_empty()).then(|| said.join(" "))
    });
    changing(move || {
        let sentence = refusal(sentence.get()?);
        Some(view! { <div class="banner">{sentence}</div> }.into_any())
    })
}

/// A field of a form: what ties its control to its label and its fault.
#[derive(Clone, Copy)]
pub struct FieldState {
    name: &'static str,
    form: Form,
}

impl FieldState {
    pub fn id(self) -> String {
        self.form
            .id
            .with_value(|form| format!("{form}-{}", self.name))
    }

    fn fault(self) -> Option<String> {
        let error = self.form.error.get()?;
        error
            .fault(self.name)
            .map(|what| messages::fault(self.name, what))
    }

    /// Says at once what is wrong with what stands in it. That nothing does is no fault before it is sent.
    pub fn check(self, wrong: Option<FieldError>) {
        let wrong = wrong.filter(|what| *what != FieldError::Empty);
        // A field that goes with its form is left, too.
        let Some(error) = self.form.error.try_get_untracked() else {
            return;
        };
        let mut faults = match error {
            Some(Error::Invalid(faults)) => faults,
            _ => Vec::new(),
        };
        faults.retain(|fault| fault.field != self.name);
        faults.extend(wrong.map(|what| InvalidField {
            field: self.name.to_owned(),
            what,
        }));
        let error = (!faults.is_empty()).then_some(Error::Invalid(faults));
        self.form.error.set(error);
    }

    /// Takes back what was wrong with it, as soon as it is right.
    pub fn check_again(self, wrong: impl FnOnce() -> Option<FieldError>) {
        if untrack(|| self.fault()).is_some() {
            self.check(wrong());
        }
    }

    /// What stood in it when its form came back, or what it begins with.
    pub fn value(self, first: &str) -> String {
        let typed = self.form.typed.get_value();
        let typed = typed.into_iter().find(|(name, _)| *name == self.name);
        typed.map_or(first.to_owned(), |(_, value)| value)
    }

    /// Whether something stands in it, or is wrong with it, so that it must not stay folded.
    pub fn wants_to_be_seen(self) -> Signal<bool> {
        let filled = !self.value("").is_empty();
        following(move || filled || self.fault().is_some())
    }

    /// The attributes of the control itself.
    pub fn ties(self) -> impl leptos::attr::Attribute {
        let described = format!("{0}-fault {0}-hint", self.id());
        let invalid = mark(move || self.fault().map(|_| "true"));
        view! { <{..} id=self.id() name=self.name aria-describedby=described aria-invalid=invalid/> }
    }

    /// What is wrong with it, where something is.
    pub fn shown_fault(self) -> AnyView {
        let id = format!("{}-fault", self.id());
        changing(move || {
            let fault = self.fault()?;
            Some(view! { <p class="error" role="alert" id=id.clone()>{icon(Icon::Alert)} {fault}</p> }.into_any())
        })
    }

    /// The control with its label above, its fault and its hint below.
    pub fn field(
        self,
        label: &'static str,
        hint: Option<&'static str>,
        control: AnyView,
    ) -> AnyView {
        let hint = hint.map(|hint| {
            view! { <p class="hint" id=format!("{}-hint", self.id())>{hint}</p> }.into_any()
        });
        view! { <div class="field"><label for=self.id()>{label}</label> {control} {self.shown_fault()} {hint}</div> }.into_any()
    }
}

/// What stands in a field of a page that is about to wake up: somebody may have been faster than the program.
pub fn typed_early(id: &str) -> Option<String> {
    if !cfg!(target_arch = "wasm32") || LiveStore::here().is_hydrated_untracked() {
        return None;
    }
    let field = document().get_element_by_id(id)?;
    js_sys::Reflect::get(&field, &"value".into())
        .ok()?
        .as_string()
}

/// The form's fields, as a browser itself would send them.
fn encode(event: &SubmitEvent) -> Option<String> {
    let data = form_data_from_event(event).ok()?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    body.to_string().as_string()
}
