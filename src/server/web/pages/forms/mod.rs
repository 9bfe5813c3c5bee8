//! The forms of the panels: how their fields are read, and how they are answered.
//!
//! The browser's program gets JSON. A form that the browser itself sends gets a redirect: on success to the page that
//! follows, on a refusal back to its own page, which then shows the refusal beside the form, with what was typed.
//! That travels in a short-lived cookie (`flash`), never in an address.

mod counter;

use super::{
    follow,
    redirect::{came_from, next_step, redirect, refuse},
    rights::check_form,
    send_back::send_back,
};
use crate::server::{
    services::{
        accounts::Authority,
        command_log,
        idempotency::{Answer, IdempotentRequest},
        orders::OrderService,
    },
    web::{
        auth::{Door, Interface, door::check_take},
        headers::{IDEMPOTENT_REPLAYED, wants_page},
        state::AppState,
    },
};
use crate::{
    api::form::{Answers, Flash, SEVERAL, form_id},
    domain::{
        Command, DispatchSeveral, Duty, Error, Fields, Identity, Order, OrderId, Precondition,
        Role, Value, is_blank, read_own_offer,
    },
};
use axum::extract::ConnectInfo;
use axum::http::{HeaderValue, request::Parts};
pub use counter::{Pressed, kitchen_shop, press};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use std::{net::SocketAddr, sync::Arc, time::Instant};

/// The use-cases, from within a server function.
pub fn order_service() -> Result<Arc<OrderService>, Error> {
    use_context::<AppState>()
        .map(|app| app.orders.clone())
        .ok_or(Error::Internal)
}

/// Who has sent the request of this server function.
pub fn door() -> Door {
    let parts = use_context::<Parts>();
    parts.map_or_else(Door::nobody, |parts| Door::of(&parts.extensions))
}

/// The key by which an order is followed, from within a server function.
pub async fn follow_key(id: OrderId) -> Result<Option<String>, Error> {
    follow::follow_key(id).await
}

/// A form that was sent, and who acts by it.
pub struct FormSubmission {
    by: Authority,
    /// Why nothing of it is read, where its sender may not send it.
    barred: Option<Error>,
    /// The form's name on its page.
    form: &'static str,
    values: Vec<(&'static str, String)>,
    /// Each rendered form has a key: sent twice, it acts once.
    key: Option<String>,
    leads_to: Option<String>,
    /// A parameter, and the field of the form that asks for it, where that has another name.
    asked: Option<(&'static str, &'static str)>,
}

/// What a form asks for, by whom, of which version, and under which key.
struct Change<'a>(
    Command,
    &'a Authority,
    Precondition,
    Option<&'a IdempotentRequest>,
);

/// A form of the panel of one role.
pub fn submission<const N: usize>(
    panel: Role,
    form: &'static str,
    names: [&'static str; N],
    values: [String; N],
) -> FormSubmission {
    let door = door();
    FormSubmission {
        barred: check_form(&door, panel).err(),
        by: door.authority(Interface::Panel(panel)),
        form,
        values: names.into_iter().zip(values).collect(),
        key: None,
        leads_to: None,
        asked: None,
    }
}

impl FormSubmission {
    /// The use-cases, for who may send this form.
    fn service(&self) -> Result<Arc<OrderService>, Error> {
        match &self.barred {
            Some(error) => Err(error.clone()),
            None => order_service(),
        }
    }

    async fn check_take(&self, id: OrderId) -> Result<(), Error> {
        let context = use_context::<AppState>().zip(use_context::<Parts>());
        let (app, parts) = context.ok_or(Error::Internal)?;
        let from = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let from = from.ok_or(Error::Internal)?.ip();
        check_take(&app, &self.by.viewer, Some(id), from).await
    }

    pub fn keyed(self, key: String) -> FormSubmission {
        let key = Some(key).filter(|key| !key.is_empty());
        FormSubmission { key, ..self }
    }

    /// Errors of `parameter` are shown at the field `field`.
    pub fn asking(self, parameter: &'static str, field: &'static str) -> FormSubmission {
        let asked = Some((parameter, field));
        FormSubmission { asked, ..self }
    }

    /// The page that follows on success, where that is not the form's own.
    pub fn leading_to(self, path: String) -> FormSubmission {
        FormSubmission {
            leads_to: Some(path),
            ..self
        }
    }

    pub async fn offer(self) -> Result<Order, Error> {
        let request = self.key.as_ref().map(|key| self.request(key, ""));
        let answer = match (read_own_offer(self.fields()), self.service()) {
            (Ok((offer, accept)), Ok(service)) => {
                let request = request.as_ref();
                service.offer(offer, accept, &self.by, request).await
            }
            (_, Err(error)) | (Err(error), _) => Err(self.rejected(error)).into(),
        };
        self.answer(None, answer).await
    }

    /// A form that is made for one version of an order is refused once that has changed.
    pub async fn act(
        mut self,
        id: OrderId,
        version: impl Into<Option<u32>>,
        read: fn(Fields) -> Result<Command, Error>,
    ) -> Result<Order, Error> {
        if self.form == "take" && self.barred.is_none() {
            self.barred = self.check_take(id).await.err();
        }
        self.change(id, version.into(), read, async |service, change| {
            let Change(command, by, expected, request) = change;
            service.act(id, command, by, &expected, request).await
        })
        .await
    }

    /// Gives an order that has a driver to another one.
    pub async fn reassign(self, id: OrderId, version: u32) -> Result<Order, Error> {
        self.change(
            id,
            Some(version),
            Command::read_dispatch,
            async |service, change| {
                let Change(command, by, expected, request) = change;
                service.reassign(id, command, by, &expected, request).await
            },
        )
        .await
    }

    async fn change(
        self,
        id: OrderId,
        version: Option<u32>,
        read: fn(Fields) -> Result<Command, Error>,
        make: impl AsyncFnOnce(&OrderService, Change<'_>) -> Answer,
    ) -> Result<Order, Error> {
        let about = self.about(id, version.unwrap_or_default());
        let request = self.key.as_ref().map(|key| self.request(key, &about));
        let expected = version.map_or(Precondition::Any, Precondition::version);
        let answer = match (read(self.fields()), self.service()) {
            (Ok(command), Ok(service)) => {
                let change = Change(command, &self.by, expected, request.as_ref());
                make(&service, change).await
            }
            (_, Err(error)) | (Err(error), _) => Err(self.rejected(error)).into(),
        };
        self.answer(Some(id), answer).await
    }

    /// Gives several orders to one driver. Each is `id.version`.
    pub async fn dispatch_several(self, orders: &[String]) -> Result<Answers, Error> {
        let several = DispatchSeveral::read(self.fields(), orders);
        let several = several.map(|several| {
            let driver_name = several.driver_name;
            let dispatch = Command::Dispatch {
                driver_name,
                driver_id: None,
            };
            (several.orders, dispatch)
        });
        let answers = self.act_on_several(several).await;
        self.ticked(orders).answer_several(answers).await
    }

    /// Takes the same step with several orders. Each is `id.version`.
    pub async fn step_several(self, orders: &[String], step: Command) -> Result<Answers, Error> {
        let orders = DispatchSeveral::read_orders(orders);
        let answers = self
            .act_on_several(orders.map(|orders| (orders, step)))
            .await;
        self.answer_several(answers).await
    }

    /// Switches a driver on duty, or off. It is about no order.
    pub async fn switch_duty(self) -> Result<Answers, Error> {
        let viewer = &self.by.viewer;
        let is_dispatch = |who: &Identity| who.has_panel(Role::Dispatch);
        let service = match viewer.identity().is_none_or(is_dispatch) {
            true => self.service(),
            false => Err(self.barred.clone().unwrap_or(Error::NotAllowed)),
        };
        let answers = match (Duty::read_switch(self.fields()), service) {
            (Ok((driver, on)), Ok(service)) => {
                let switched = service.switch_duty(driver, on, self.key.as_deref()).await;
                switched.map(|()| Answers::new())
            }
            (_, Err(error)) | (Err(error), _) => Err(self.rejected(error)),
        };
        self.answer_several(answers).await
    }

    async fn act_on_several(
        &self,
        several: Result<(Vec<(OrderId, u32)>, Command), Error>,
    ) -> Result<Answers, Error> {
        let request = |id, version| {
            let key = self.key.as_ref().map(|key| format!("{key}.{id}"));
            key.map(|key| self.request(&key, &self.about(id, version)))
        };
        match (several, self.service()) {
            (Ok((orders, command)), Ok(service)) => {
                let answers = service.act_on_several(orders, command, &self.by, request);
                Ok(answers.await)
            }
            (_, Err(error)) | (Err(error), _) => Err(self.rejected(error)),
        }
    }

    /// The orders that were ticked come back with the form.
    fn ticked(mut self, orders: &[String]) -> FormSubmission {
        let ids = orders.iter().filter_map(|order| order.split('.').next());
        let ids: Vec<_> = ids.take(DispatchSeveral::LIMIT).collect();
        self.values.push(("order", ids.join(" ")));
        self
    }

    /// Records that the form was rejected before its command was carried out.
    fn rejected(&self, mut error: Error) -> Error {
        command_log::record_rejection(Some(self.by.actor), error.name(), Instant::now());
        if let (Error::Invalid(invalid), Some((parameter, field))) = (&mut error, self.asked) {
            let asked = invalid.iter_mut().filter(|one| one.field == parameter);
            asked.for_each(|one| field.clone_into(&mut one.field));
        }
        error
    }

    /// The part of a request's fingerprint that names its order.
    fn about(&self, id: OrderId, version: u32) -> String {
        format!("{id} {version} {}", self.by.actor.name())
    }

    fn request(&self, key: &str, about: &str) -> IdempotentRequest {
        let values = self.values.iter().map(|(_, value)| value.as_bytes());
        let content: Vec<_> = [self.form.as_bytes(), about.as_bytes()]
            .into_iter()
            .chain(values)
            .collect();
        IdempotentRequest::new("key", key, &content)
    }

    /// A field that was left blank is absent.
    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in self.values.iter().filter(|(_, value)| !is_blank(value)) {
            fields.add(*name, Value::Plain(value.clone()));
        }
        fields
    }

    async fn answer(self, id: Option<OrderId>, answer: Answer) -> Result<Order, Error> {
        let Answer { result, replayed } = answer;
        let (Some(request), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return result;
        };
        if replayed {
            response.insert_header(IDEMPOTENT_REPLAYED, HeaderValue::from_static("true"));
        }
        match (&result, wants_page(&request.headers)) {
            (Ok(_), false) => {}
            (Err(error), false) => refuse(&response, error),
            (Ok(order), true) => {
                let to = self
                    .leads_to
                    .unwrap_or_else(|| next_step(came_from(&request.headers), order));
                redirect(&response, &to);
            }
            (Err(error), true) => {
                let refused = id.map(|id| (id, error.clone())).into_iter().collect();
                self.send_back(&request, &response, id, error.clone(), refused)
                    .await;
            }
        }
        result
    }

    async fn answer_several(self, answers: Result<Answers, Error>) -> Result<Answers, Error> {
        let (Some(request), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return answers;
        };
        let refused: Vec<_> = answers
            .iter()
            .flatten()
            .filter_map(|(id, answer)| Some((*id, answer.clone().err()?)))
            .collect();
        let first = refused.first().map(|(_, error)| error.clone());
        match (
            answers.as_ref().err().cloned().or(first),
            wants_page(&request.headers),
        ) {
            (None, true) => {
                let part = if self.form == SEVERAL {
                    "waiting"
                } else {
                    "drivers"
                };
                redirect(
                    &response,
                    &format!("{}#{part}", came_from(&request.headers)),
                );
            }
            (Some(error), true) => {
                let id = refused.first().map(|(id, _)| *id);
                self.send_back(&request, &response, id, error, refused)
                    .await;
            }
            (Some(error), false) if answers.is_err() => refuse(&response, &error),
            (_, false) => {}
        }
        answers
    }

    /// Goes back to the page: to the ticket of the order, wherever that is now; or else to the form itself.
    async fn send_back(
        self,
        request: &Parts,
        response: &ResponseOptions,
        id: Option<OrderId>,
        error: Error,
        refused: Vec<(OrderId, Error)>,
    ) {
        let form = form_id(self.form, id);
        let part = id.map_or(form.clone(), |id| format!("o{id}"));
        let typed = self.values.into_iter();
        let typed = typed.map(|(name, value)| (name.to_owned(), value));
        let flash = Flash {
            form,
            error,
            refused,
            typed: typed.collect(),
        };
        send_back(request, response, &part, flash).await;
    }
}
