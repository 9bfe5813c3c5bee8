//! What a form of the panels brings, and how it is answered.
//!
//! The browser's program gets JSON. A form that was posted plainly, without it, gets a redirect: on success to
//! where it leads, on a refusal back to the page that it came from, which then shows the refusal beside the
//! form, with what was typed. That travels in a short-lived cookie, never in an address.

use super::{
    commands,
    desk::Desk,
    once::{Answer, Sending},
    rest::problem,
    state::App,
};
use crate::{
    api::Answers,
    domain::{Command, Error, Expected, Fields, Offer, Order, OrderId, Role, Status, Value, What},
    ui::{Flash, form_id},
};
use axum::http::{
    HeaderMap, HeaderName, HeaderValue, StatusCode, Uri,
    header::{ACCEPT, COOKIE, LOCATION, REFERER, SET_COOKIE},
    request::Parts,
};
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::{sync::Arc, time::Instant};

/// The cookie that brings a refusal back.
const FLASH: &str = "refused";
/// Cookies larger than 4 KiB are dropped by browsers.
const LARGEST_FLASH: usize = 3_800;
/// So many orders are given to a driver at once.
const MOST_AT_ONCE: usize = 50;
/// The form that does it.
const SEVERAL: &str = "dispatch-several";

/// The desk, from within a server function.
pub fn desk() -> Result<Arc<Desk>, Error> {
    use_context::<App>()
        .map(|app| app.desk)
        .ok_or(Error::Internal)
}

pub struct Posted {
    /// The form's name on its page.
    form: &'static str,
    values: Vec<(&'static str, String)>,
    /// Each form that is rendered has a key: sent twice, it acts once.
    key: String,
    leads_to: Option<String>,
}

pub fn posted<const N: usize>(
    form: &'static str,
    names: [&'static str; N],
    values: [String; N],
) -> Posted {
    Posted {
        form,
        values: names.into_iter().zip(values).collect(),
        key: String::new(),
        leads_to: None,
    }
}

impl Posted {
    pub fn keyed(self, key: String) -> Posted {
        Posted { key, ..self }
    }

    /// Where a plain form goes from here when all is well; else it goes back to its page.
    pub fn leading_to(self, path: String) -> Posted {
        Posted {
            leads_to: Some(path),
            ..self
        }
    }

    pub async fn offer(self) -> Result<Order, Error> {
        let sending = self.sending(&self.key, "");
        let by = Role::Supplier;
        let answer = match (Offer::read(self.fields()), desk()) {
            (Ok(offer), Ok(desk)) => desk.offer(offer, Some(by), sending.as_ref()).await,
            (Err(error), _) | (_, Err(error)) => turned_away(by, error),
        };
        self.answer(None, answer)
    }

    /// Forms are made for one version of an order: whoever was faster has changed what the form was about.
    pub async fn act(
        self,
        id: OrderId,
        version: u32,
        by: Role,
        read: fn(Fields) -> Result<Command, Error>,
    ) -> Result<Order, Error> {
        let answer = match read(self.fields()) {
            Ok(command) => self.carry_out(&self.key, (id, version), by, command).await,
            Err(error) => turned_away(by, error),
        };
        self.answer(Some(id), answer)
    }

    /// Gives an order to a driver.
    pub async fn dispatch(self, order: (OrderId, u32)) -> Result<Order, Error> {
        let answer = match self.driver() {
            Ok(command) => {
                self.carry_out(&self.key, order, Role::Dispatch, command)
                    .await
            }
            Err(error) => turned_away(Role::Dispatch, error),
        };
        self.answer(Some(order.0), answer)
    }

    /// Gives several orders to one driver. Each is a change of its own, with a key of its own, and is done or
    /// refused by itself.
    pub async fn dispatch_several(self, orders: &[String]) -> Result<Answers, Error> {
        let read = || Ok::<_, Error>((self.driver()?, read_several(orders)?));
        let (command, several) = match read() {
            Ok(read) => read,
            Err(error) => {
                commands::turned_away(Some(Role::Dispatch), error.name(), Instant::now());
                return self.ticked(orders).answer_several(Err(error));
            }
        };
        let work = several.into_iter().map(|order| {
            let (command, this) = (command.clone(), &self);
            async move {
                let key = match &*this.key {
                    "" => String::new(),
                    key => format!("{key}.{}", order.0),
                };
                let answer = this.carry_out(&key, order, Role::Dispatch, command).await;
                (order.0, answer.result)
            }
        });
        let answers = futures::future::join_all(work).await;
        self.ticked(orders).answer_several(Ok(answers))
    }

    /// What was ticked comes back with the form.
    fn ticked(mut self, orders: &[String]) -> Posted {
        let ids = orders.iter().filter_map(|order| order.split('.').next());
        let ids: Vec<_> = ids.take(MOST_AT_ONCE).collect();
        self.values.push(("order", ids.join(" ")));
        self
    }

    async fn carry_out(
        &self,
        key: &str,
        (id, version): (OrderId, u32),
        by: Role,
        command: Command,
    ) -> Answer {
        let sending = self.sending(key, &format!("{id} {version} {by}"));
        let expected = Expected::OneOf(vec![version]);
        match desk() {
            Ok(desk) => {
                desk.act(id, command, Some(by), &expected, sending.as_ref())
                    .await
            }
            Err(error) => turned_away(by, error),
        }
    }

    /// The assignment of a driver, who is spelled as everybody spells them.
    fn driver(&self) -> Result<Command, Error> {
        let command = Command::read_dispatch(self.fields())?;
        let Command::Dispatch { driver_name } = &command else {
            return Ok(command);
        };
        let board = desk()?.feed().board();
        let known = board.as_ref().and_then(|(board, _)| {
            let drivers = || board.orders().rev().filter_map(|o| o.driver_name.as_ref());
            let small = driver_name.to_lowercase();
            let exact = drivers().find(|known| *known == driver_name);
            exact.or_else(|| drivers().find(|known| known.to_lowercase() == small))
        });
        Ok(match known {
            Some(known) => Command::Dispatch {
                driver_name: known.clone(),
            },
            None => command,
        })
    }

    fn sending(&self, key: &str, about: &str) -> Option<Sending> {
        let values = self.values.iter().map(|(_, value)| value.as_bytes());
        let content: Vec<_> = [self.form.as_bytes(), about.as_bytes()]
            .into_iter()
            .chain(values)
            .collect();
        (!key.is_empty()).then(|| Sending::new("key", key, &content))
    }

    /// Fields left blank count as not given.
    fn fields(&self) -> Fields {
        let mut fields = Fields::default();
        for (name, value) in self
            .values
            .iter()
            .filter(|(_, value)| !value.trim().is_empty())
        {
            fields.add(*name, Value::Plain(value.clone()));
        }
        fields
    }

    fn answer(self, id: Option<OrderId>, answer: Answer) -> Result<Order, Error> {
        let Answer { result, replayed } = answer;
        let (Some(request), Some(response)) =
            (use_context::<Parts>(), use_context::<ResponseOptions>())
        else {
            return result;
        };
        if replayed {
            let name = HeaderName::from_static("idempotent-replayed");
            response.insert_header(name, HeaderValue::from_static("true"));
        }
        match (&result, wants_page(&request.headers)) {
            (Ok(_), false) => {}
            (Err(error), false) => response.set_status(problem::status(error)),
            (Ok(order), true) => {
                let to = self
                    .leads_to
                    .unwrap_or_else(|| work_goes_on(came_from(&request.headers), order));
                redirect(&response, &to);
            }
            (Err(error), true) => {
                let refused = id.map(|id| (id, error.clone())).into_iter().collect();
                self.send_back(&request, &response, id, error.clone(), refused);
            }
        }
        result
    }

    fn answer_several(self, answers: Result<Answers, Error>) -> Result<Answers, Error> {
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
                redirect(
                    &response,
                    &format!("{}#waiting", came_from(&request.headers)),
                );
            }
            (Some(error), true) => {
                let id = refused.first().map(|(id, _)| *id);
                self.send_back(&request, &response, id, error, refused);
            }
            (Some(error), false) if answers.is_err() => {
                response.set_status(problem::status(&error));
            }
            (_, false) => {}
        }
        answers
    }

    /// Back to the page: to the ticket of an order, wherever that stands now; else to the form itself.
    fn send_back(
        self,
        request: &Parts,
        response: &ResponseOptions,
        id: Option<OrderId>,
        error: Error,
        refused: Vec<(OrderId, Error)>,
    ) {
        // A form about several orders is one, wherever its orders stand.
        let form = form_id(self.form, id.filter(|_| self.form != SEVERAL));
        let place = id.map_or(form.clone(), |id| format!("o{id}"));
        redirect(
            response,
            &format!("{}#{place}", came_from(&request.headers)),
        );
        let typed = self
            .values
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        let flash = Flash {
            form,
            error,
            refused,
            typed,
        };
        response.append_header(SET_COOKIE, cookie(&flash));
    }
}

/// The answer to a form that nobody looked at.
fn turned_away(by: Role, error: Error) -> Answer {
    commands::turned_away(Some(by), error.name(), Instant::now());
    Err(error).into()
}

/// What `id.version` says, for each of several orders.
fn read_several(orders: &[String]) -> Result<Vec<(OrderId, u32)>, Error> {
    if !(1..=MOST_AT_ONCE).contains(&orders.len()) {
        let what = What::out_of_range(1, MOST_AT_ONCE);
        return Err(Error::invalid("order", what));
    }
    let read = |order: &String| {
        let (id, version) = order.split_once('.')?;
        Some((id.parse().ok()?, version.parse().ok()?))
    };
    let orders: Option<Vec<_>> = orders.iter().map(read).collect();
    orders.ok_or_else(|| {
        let why = "Each is an id, a point and a version.".to_owned();
        Error::invalid("order", What::Malformed { why })
    })
}

fn wants_page(headers: &HeaderMap) -> bool {
    headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}

fn redirect(response: &ResponseOptions, to: &str) {
    response.set_status(StatusCode::SEE_OTHER);
    response.insert_header(
        LOCATION,
        HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/")),
    );
}

/// The page that the form stood on: its path and query here, wherever it claims to be.
pub fn came_from(headers: &HeaderMap) -> String {
    let referer = headers
        .get(REFERER)
        .and_then(|referer| referer.to_str().ok()?.parse::<Uri>().ok());
    referer
        .and_then(|uri| uri.path_and_query().map(|path| path.to_string()))
        .unwrap_or_else(|| "/".to_owned())
}

/// Back on a panel, at what stood beside the order when its step was done: there is more of that.
fn work_goes_on(panel: String, order: &Order) -> String {
    let part = match (panel.split('?').next(), order.status) {
        (Some("/supplier"), Status::SupplierAccepted | Status::SupplierRejected) => {
            Status::PendingSupplier.name()
        }
        (Some("/supplier"), Status::Preparing) => Status::CustomerAccepted.name(),
        (Some("/supplier"), Status::Ready) => Status::Preparing.name(),
        (Some("/dispatch"), Status::Dispatched) => "waiting",
        (Some("/dispatch"), Status::InTransit | Status::Delivered) => "drivers",
        _ => return panel,
    };
    format!("{panel}#{part}")
}

fn cookie(flash: &Flash) -> HeaderValue {
    let encode = |flash: &Flash| {
        let json = serde_json::to_string(flash).unwrap_or_default();
        utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string()
    };
    let mut flash = flash.clone();
    let mut value = encode(&flash);
    while value.len() > LARGEST_FLASH {
        flash.typed.clear();
        if flash.refused.pop().is_none() {
            break;
        }
        value = encode(&flash);
    }
    let cookie = format!("{FLASH}={value}; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
    HeaderValue::from_str(&cookie).unwrap_or(HeaderValue::from_static(""))
}

/// A cookie's value, decoded.
pub fn read_cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'));
    let mut found = cookies
        .filter_map(|cookie| cookie.trim().split_once('='))
        .filter(|(key, _)| *key == name);
    found
        .next()
        .and_then(|(_, value)| Some(percent_decode_str(value).decode_utf8().ok()?.into_owned()))
}

/// The refusal that a plain form was sent back with.
pub fn read_flash(headers: &HeaderMap) -> Option<Flash> {
    serde_json::from_str(&read_cookie(headers, FLASH)?).ok()
}

/// It is shown once.
pub const FLASH_SHOWN: HeaderValue =
    HeaderValue::from_static("refused=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax");
