//! Forms that do something. Each is a plain HTML form that works by itself; in a live page it is sent from
//! here, answers in place, and cannot be sent twice at once.
//!
//! A refusal stands beside what was refused: a field's fault under the field, everything else with the order.

use super::small::{Icon, icon};
use crate::{
    domain::{Error, Order, OrderId, Time},
    ui::{live::sleep, market::Market, words},
};
use chrono::TimeDelta;
use futures::{FutureExt, select_biased};
use gloo_net::http::Request;
use leptos::{
    context::Provider,
    ev::SubmitEvent,
    form::form_data_from_event,
    html,
    prelude::*,
    tachys::html::attribute::Attribute,
    task::spawn_local,
    wasm_bindgen::JsCast,
    web_sys::{HtmlElement, UrlSearchParams},
};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// The server answers within 5 s. Whoever does not, is not there.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long a refusal stays with its order.
const SHOWN: TimeDelta = TimeDelta::seconds(60);

/// A refusal that brings a plain form back to its page, with what was typed.
#[derive(Clone, Serialize, Deserialize)]
pub struct Flash {
    /// The form's id on the page.
    pub form: String,
    pub order: Option<OrderId>,
    pub error: Error,
    pub typed: BTreeMap<String, String>,
}

/// The id of the form that does `act` (with an order).
pub fn form_id(act: &str, order: Option<OrderId>) -> String {
    order.map_or(act.to_owned(), |order| format!("{act}-{order}"))
}

/// What all forms of a page share.
#[derive(Clone, Copy)]
pub struct Forms {
    flash: StoredValue<Option<Flash>>,
    refused: RwSignal<BTreeMap<OrderId, (Error, Time)>>,
    /// Orders that a form has been sent for, and whose answer is still out.
    sending: RwSignal<BTreeSet<OrderId>>,
}

impl Forms {
    pub fn new(flash: Option<Flash>, now: Time) -> Forms {
        let refused = flash
            .iter()
            .filter_map(|flash| Some((flash.order?, (flash.error.clone(), now))))
            .collect();
        Forms {
            flash: StoredValue::new(flash),
            refused: RwSignal::new(refused),
            sending: RwSignal::default(),
        }
    }

    pub fn here() -> Forms {
        expect_context()
    }

    /// An event may be faster than the answer to what caused it. Until then, what it means is not known here.
    pub fn is_sending(self, order: OrderId) -> bool {
        self.sending.with(|sending| sending.contains(&order))
    }

    fn refuse(self, order: OrderId, error: Error, now: Time) {
        self.refused
            .update(|refused| drop(refused.insert(order, (error, now))));
    }

    fn forgive(self, order: OrderId) {
        self.refused.update(|refused| drop(refused.remove(&order)));
    }
}

/// One form, as its fields see it.
#[derive(Clone, Copy)]
struct Form {
    id: StoredValue<String>,
    error: RwSignal<Option<Error>>,
    busy: RwSignal<bool>,
    typed: StoredValue<BTreeMap<String, String>>,
}

impl Form {
    fn new(id: String) -> Form {
        let flash = Forms::here()
            .flash
            .with_value(|flash| flash.clone().filter(|flash| flash.form == id));
        let (error, typed) = flash.map_or((None, BTreeMap::new()), |flash| {
            (Some(flash.error), flash.typed)
        });
        Form {
            id: StoredValue::new(id),
            error: RwSignal::new(error),
            busy: RwSignal::new(false),
            typed: StoredValue::new(typed),
        }
    }
}

/// A form that does `act`, one of the server functions, perhaps with an order.
#[component]
pub fn ActForm(
    act: &'static str,
    /// Its own name, where several forms do the same.
    #[prop(default = act)]
    form: &'static str,
    #[prop(optional, into)] order: Option<Signal<Order>>,
    #[prop(optional)] class: &'static str,
    /// What follows when it is done.
    #[prop(optional)]
    then: Option<Callback<Order>>,
    children: Children,
) -> impl IntoView {
    let (market, forms) = (Market::here(), Forms::here());
    let order_id = order.map(|order| order.with_untracked(|order| order.id));
    let id = form_id(form, order_id);
    let form = Form::new(id.clone());
    let element = NodeRef::<html::Form>::new();
    let send = move |event: SubmitEvent| {
        event.prevent_default();
        if form.busy.get_untracked() {
            return;
        }
        let Some(body) = encode(&event) else { return };
        form.busy.set(true);
        form.error.set(None);
        forms.sending.update(|sending| sending.extend(order_id));
        spawn_local(async move {
            let answer = post(act, body).await;
            // The form may be gone by now, with its ticket.
            let _ = form.busy.try_set(false);
            match answer {
                Ok(order) => {
                    forms.forgive(order.id);
                    // First, since the change may take the form away.
                    if let Some(then) = then {
                        then.try_run(order.clone());
                    }
                    market.put(&order);
                }
                Err(error) => {
                    if let (Some(id), false) = (order_id, matches!(error, Error::Invalid(_))) {
                        forms.refuse(id, error.clone(), market.now_untracked());
                    }
                    let _ = form.error.try_set(Some(error));
                    request_animation_frame(move || focus_fault(element));
                }
            }
            forms
                .sending
                .update(|sending| sending.retain(|id| Some(*id) != order_id));
        });
    };
    view! {
        <form node_ref=element id=id method="post" action=format!("/act/{act}") class=class novalidate on:submit=send>
            <Provider value=form>
                {order.map(|order| view! {
                    <input type="hidden" name="id" value=order.with_untracked(|order| order.id.to_string())/>
                    <input type="hidden" name="version" prop:value=move || order.get().version.to_string() value=order.with_untracked(|order| order.version.to_string())/>
                })}
                {children()}
                {order.is_none().then(|| view! { <FormError/> })}
            </Provider>
        </form>
    }
}

/// Leads to the first field that has to be put right.
fn focus_fault(form: NodeRef<html::Form>) {
    let form = form.try_get_untracked().flatten();
    let field = form.and_then(|form| form.query_selector("[aria-invalid=true]").ok().flatten());
    if let Some(field) = field {
        // Nowhere to lead to, if the page does not let us.
        let _ = field.unchecked_into::<HtmlElement>().focus();
    }
}

/// What went wrong with a form that is about no order yet; its fields say what is wrong with them.
#[component]
fn FormError() -> impl IntoView {
    let error = expect_context::<Form>().error;
    let sentence = move || {
        error
            .get()
            .filter(|error| !matches!(error, Error::Invalid(_)))
            .map(|e| words::refusal(&e))
    };
    view! { <Refusal sentence=Signal::derive(sentence)/> }
}

/// The refusal that an order has met lately, beside it.
#[component]
pub fn Refused(order: OrderId) -> impl IntoView {
    let (market, forms) = (Market::here(), Forms::here());
    let sentence = Memo::new(move |_| {
        let refused = forms.refused.with(|refused| refused.get(&order).cloned());
        let (error, at) = refused.filter(|(error, _)| !matches!(error, Error::Invalid(_)))?;
        (market.now() - at < SHOWN).then(|| words::refusal(&error))
    });
    view! { <Refusal sentence=sentence.into()/> }
}

#[component]
fn Refusal(sentence: Signal<Option<String>>) -> impl IntoView {
    move || {
        sentence.get().map(|sentence| view! { <p class="refusal" role="alert">{icon(Icon::Alert)} <span>{sentence}</span></p> })
    }
}

/// A button that sends its form.
#[component]
pub fn Send(
    #[prop(optional)] icon: Option<Icon>,
    #[prop(default = "button primary")] class: &'static str,
    children: Children,
) -> impl IntoView {
    let busy = expect_context::<Form>().busy;
    let symbol = move || {
        if busy.get() {
            Some(Icon::Reconnecting)
        } else {
            icon
        }
    };
    view! {
        <button class=class aria-busy=move || busy.get().then_some("true")>
            {move || symbol().map(super::small::icon)}
            {children()}
        </button>
    }
}

/// What ties a control to its label and its fault. Made inside the form.
#[derive(Clone, Copy)]
pub struct Control {
    name: &'static str,
    form: Form,
    fault: Signal<Option<String>>,
}

impl Control {
    pub fn new(name: &'static str) -> Control {
        let form: Form = expect_context();
        let fault = Signal::derive(move || {
            let error = form.error.get()?;
            error.fault(name).map(|what| words::fault(name, what))
        });
        Control { name, form, fault }
    }

    /// What stood in it when its form came back, or what it begins with.
    pub fn value(self, first: &str) -> String {
        let typed = self
            .form
            .typed
            .with_value(|typed| typed.get(self.name).cloned());
        typed.unwrap_or_else(|| first.to_owned())
    }

    /// Whether its form was sent back with something in it, which must be seen.
    pub fn came_back(self) -> bool {
        !self.value("").is_empty()
    }

    /// What is wrong with it.
    pub fn sentence(self) -> Option<String> {
        self.fault.get()
    }

    /// The attributes of the control itself.
    pub fn ties(self) -> impl Attribute {
        let id = self.id();
        let described = format!("{id}-fault {id}-hint");
        let invalid = move || self.fault.get().map(|_| "true");
        view! { <{..} id=id name=self.name aria-describedby=described aria-invalid=invalid/> }
    }

    fn id(self) -> String {
        self.form
            .id
            .with_value(|form| format!("{form}-{}", self.name))
    }
}

/// A control with its label above, its fault and its hint below.
#[component]
pub fn Field(
    of: Control,
    label: &'static str,
    #[prop(optional)] hint: Option<&'static str>,
    children: Children,
) -> impl IntoView {
    let (id, fault) = (of.id(), of.fault);
    let (fault_id, hint_id) = (format!("{id}-fault"), format!("{id}-hint"));
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            {move || fault.get().map(|fault| view! {
                <p class="error" role="alert" id=fault_id.clone()>{icon(Icon::Alert)} {fault}</p>
            })}
            {hint.map(|hint| view! { <p class="hint" id=hint_id>{hint}</p> })}
        </div>
    }
}

/// The form's fields, as a browser itself would send them.
fn encode(event: &SubmitEvent) -> Option<String> {
    let data = form_data_from_event(event).ok()?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    body.to_string().as_string()
}

async fn post(act: &str, body: String) -> Result<Order, Error> {
    let work = async {
        let request = Request::post(&format!("/act/{act}"))
            .header("Accept", "application/json")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body)
            .map_err(|_| Error::Internal)?;
        let answer = request.send().await.map_err(|_| Error::NoAnswer)?;
        let (ok, status) = (answer.ok(), answer.status());
        let text = answer.text().await.map_err(|_| Error::NoAnswer)?;
        if ok {
            return serde_json::from_str(&text).map_err(|_| Error::NoAnswer);
        }
        // What the layers in front refuse is said to integrators' programs too, in another form.
        Err(serde_json::from_str(&text).unwrap_or(if status == 429 {
            Error::TooMany(1)
        } else {
            Error::Internal
        }))
    };
    select_biased! {
        answer = work.boxed_local().fuse() => answer,
        () = sleep(PATIENCE).boxed_local().fuse() => Err(Error::NoAnswer),
    }
}
