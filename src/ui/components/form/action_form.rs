//! The form of one command: what it is about, its HTML, and what follows when it is sent.

use super::{countdown::Countdown, page_forms::Forms, send::Submission, state::Form};
use crate::{
    api::form::{ACT, Answers, form_id},
    domain::{Order, OrderId},
    ui::{
        browser::{
            dom::{focus_if_lost_soon, focus_soon},
            timer::browser_time,
        },
        components::{basics::text, list::neighbour_ticket},
        live::store::LiveStore,
    },
};
use leptos::{
    ev::SubmitEvent, form::form_data_from_event, prelude::*, task::spawn_local,
    web_sys::UrlSearchParams,
};
use std::sync::Arc;

type Orders = Box<dyn Fn() -> Vec<OrderId> + Send + Sync>;
type Then = Box<dyn Fn(&Order) + Send + Sync>;
type OnSuccess = Arc<dyn Fn(&Order) + Send + Sync>;
type OnAnswer = Arc<dyn Fn() + Send + Sync>;
type Selector = Box<dyn Fn() -> Option<String> + Send + Sync>;

pub struct ActionForm {
    /// The address of the server function.
    path: &'static str,
    /// The form's name on its page.
    name: &'static str,
    class: &'static str,
    /// Distinguishes it from other forms of its name.
    tag: Option<OrderId>,
    order: Option<Signal<Order>>,
    orders: Option<Orders>,
    then: Option<Then>,
    on_success: Option<OnSuccess>,
    on_answer: Option<OnAnswer>,
    focus_next: Option<Selector>,
    countdown: Option<Countdown>,
    overlaps: bool,
}

impl ActionForm {
    pub fn new(path: &'static str) -> ActionForm {
        ActionForm {
            path,
            name: path.trim_start_matches(ACT),
            class: "",
            tag: None,
            order: None,
            orders: None,
            then: None,
            on_success: None,
            on_answer: None,
            focus_next: None,
            countdown: None,
            overlaps: false,
        }
    }

    /// It may be sent while an answer is awaited: each of its buttons is about something else.
    pub fn overlapping(self) -> ActionForm {
        ActionForm {
            overlaps: true,
            ..self
        }
    }

    /// Sends it only when the countdown is over.
    pub fn after(self, countdown: Countdown) -> ActionForm {
        ActionForm {
            countdown: Some(countdown),
            ..self
        }
    }

    /// Names a form that shares its address with another one.
    pub fn named(self, name: &'static str) -> ActionForm {
        ActionForm { name, ..self }
    }

    /// Distinguishes it from other forms of its name that are about no order.
    pub fn tagged(self, tag: OrderId) -> ActionForm {
        ActionForm {
            tag: Some(tag),
            ..self
        }
    }

    pub fn class(self, class: &'static str) -> ActionForm {
        ActionForm { class, ..self }
    }

    /// The order that the form is about.
    pub fn on(self, order: impl Into<Signal<Order>>) -> ActionForm {
        ActionForm {
            order: Some(order.into()),
            ..self
        }
    }

    /// The orders that the form is about, read when it is sent.
    pub fn on_several(
        self,
        orders: impl Fn() -> Vec<OrderId> + Send + Sync + 'static,
    ) -> ActionForm {
        ActionForm {
            orders: Some(Box::new(orders)),
            ..self
        }
    }

    /// What follows on success, if the form is still on the page.
    pub fn then(self, then: impl Fn(&Order) + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            then: Some(Box::new(then)),
            ..self
        }
    }

    /// What follows on success, even if the form is gone with its ticket by then.
    pub fn on_success(self, on_success: impl Fn(&Order) + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            on_success: Some(Arc::new(on_success)),
            ..self
        }
    }

    /// What follows on success of a form that is about no order.
    pub fn on_answer(self, on_answer: impl Fn() + Send + Sync + 'static) -> ActionForm {
        ActionForm {
            on_answer: Some(Arc::new(on_answer)),
            ..self
        }
    }

    /// The selector of what gets the focus on success. It is read when the form is sent: the success may remove the
    /// form.
    pub fn focus_next(
        self,
        selector: impl Fn() -> Option<String> + Send + Sync + 'static,
    ) -> ActionForm {
        ActionForm {
            focus_next: Some(Box::new(selector)),
            ..self
        }
    }

    /// The form, with the fields and buttons that `parts` makes.
    pub fn form(self, parts: impl FnOnce(Form) -> AnyView) -> AnyView {
        let form = Form::new(
            form_id(self.name, self.order_id().or(self.tag)),
            self.order_id(),
        );
        let parts = parts(form);
        self.element(form, parts)
    }

    fn order_id(&self) -> Option<OrderId> {
        self.order
            .map(|order| order.with_untracked(|order| order.id))
    }

    /// Compiled once for all forms: `parts` is made already.
    pub fn element(self, form: Form, parts: AnyView) -> AnyView {
        let order = self.order.map(order_fields);
        let error = self.order.is_none().then(|| form.error_message());
        let key = text(move || form.key());
        let (path, class) = (self.path, self.class);
        let sender = Sender::of(self, form);
        view! {
            <form id=form.id() method="post" action=path class=class novalidate on:submit=move |event| sender.submit(&event)>
                <input type="hidden" name="key" value=key prop:value=key/>
                {order} {parts} {error}
            </form>
        }
        .into_any()
    }
}

/// The order and its version. The command is refused where that has changed.
fn order_fields(order: Signal<Order>) -> AnyView {
    let version = text(move || order.get().version.to_string());
    view! {
        <input type="hidden" name="id" value=order.with_untracked(|order| order.id.to_string())/>
        <input type="hidden" name="version" value=version prop:value=version/>
    }
    .into_any()
}

/// Sends a form of a hydrated page.
struct Sender {
    forms: Forms,
    store: LiveStore,
    form: Form,
    path: &'static str,
    orders: Orders,
    /// Owned by the form, so that it is gone with the form.
    then: StoredValue<Option<Then>>,
    on_success: Option<OnSuccess>,
    on_answer: Option<OnAnswer>,
    focus_next: Option<Selector>,
    countdown: Option<Countdown>,
    overlaps: bool,
}

impl Sender {
    fn of(action: ActionForm, form: Form) -> Sender {
        let order = action.order_id();
        Sender {
            forms: Forms::from_context(),
            store: LiveStore::from_context(),
            form,
            path: action.path,
            orders: action
                .orders
                .unwrap_or_else(|| Box::new(move || order.into_iter().collect())),
            then: StoredValue::new(action.then),
            on_success: action.on_success,
            on_answer: action.on_answer,
            focus_next: action.focus_next,
            countdown: action.countdown,
            overlaps: action.overlaps,
        }
    }

    fn submit(&self, event: &SubmitEvent) {
        event.prevent_default();
        let pressed = browser_time();
        let must_wait = !self.overlaps && self.form.is_busy_untracked();
        if self.forms.presses.is_accidental_repeat(pressed) || must_wait {
            return;
        }
        let Some(body) = encode(event) else { return };
        if self.overlaps {
            self.form.renew_key();
        }
        self.forms.presses.form_sent(pressed);
        let submission = Submission {
            orders: (self.orders)(),
            path: self.path,
            body,
        };
        let sent = Sent {
            forms: self.forms,
            store: self.store,
            form: self.form,
            then: self.then,
            on_success: self.on_success.clone(),
            on_answer: self.on_answer.clone(),
            focus_next: self.focus_next.as_ref().and_then(|selector| selector()),
            neighbour: neighbour_ticket(event),
            id: self.form.id(),
        };
        let send = move || {
            sent.form.start();
            spawn_local(sent.finish(submission));
        };
        match self.countdown {
            None => send(),
            Some(countdown) => countdown.begin(Box::new(send)),
        }
    }
}

/// A form that has been sent, with what follows its answer.
struct Sent {
    forms: Forms,
    store: LiveStore,
    form: Form,
    then: StoredValue<Option<Then>>,
    on_success: Option<OnSuccess>,
    on_answer: Option<OnAnswer>,
    focus_next: Option<String>,
    /// What gets the focus where it is lost with the form's ticket.
    neighbour: Option<String>,
    /// The id of the form, which may be gone with its ticket.
    id: String,
}

impl Sent {
    async fn finish(self, submission: Submission) {
        let (forms, form, store) = (self.forms, self.form, self.store);
        let retries = Box::new(move || form.show_retry());
        let answer = forms
            .retry_until_answered(&submission, store, retries)
            .await;
        form.finish(answer.as_ref().err().cloned());
        // First, since the change itself may remove the form.
        if let Ok(answers) = &answer {
            forms.forget(&self.id);
            self.follow_up(answers);
        }
        forms.apply_result(&answer, &submission.orders, store);
        if let Some(neighbour) = self.neighbour {
            focus_if_lost_soon(neighbour);
        }
    }

    fn follow_up(&self, answers: &Answers) {
        let mut changed = answers
            .iter()
            .filter_map(|(_, answer)| answer.as_ref().ok());
        if let Some(order) = changed.next() {
            if let Some(on_success) = &self.on_success {
                on_success(order);
            }
            self.then
                .try_with_value(|then| then.as_ref().map(|then| then(order)));
        }
        if let Some(on_answer) = &self.on_answer {
            on_answer();
        }
        if let Some(selector) = &self.focus_next {
            focus_soon(selector.clone());
        }
    }
}

/// The form's fields, encoded as a browser does.
fn encode(event: &SubmitEvent) -> Option<String> {
    let data = form_data_from_event(event).ok()?;
    let body = UrlSearchParams::new_with_str_sequence_sequence(&data).ok()?;
    body.to_string().as_string()
}
