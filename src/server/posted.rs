//! What a form of the panels brings, and how it is answered.
//!
//! The browser's program gets JSON. A form that was posted plainly, without it, gets a redirect: on success to
//! where it leads, on a refusal back to the page that it came from, which then shows the refusal beside the
//! form, with what was typed. That travels in a short-lived cookie, never in an address.

use super::{
    desk::Desk,
    once::{Answer, Sending},
    state::App,
};
use crate::{
    domain::{Command, Error, Expected, Fields, Offer, Order, OrderId, Role, Value},
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
use std::sync::Arc;

/// The cookie that brings a refusal back.
const FLASH: &str = "refused";
/// Cookies larger than 4 KiB are dropped by browsers.
const LARGEST_FLASH: usize = 3_800;

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
        let sending = self.sending("");
        let work = async {
            let offer = Offer::read(self.fields())?;
            Ok(desk()?.offer(offer, sending.as_ref()).await)
        };
        let answer = work.await.unwrap_or_else(|error| Err(error).into());
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
        let sending = self.sending(&format!("{id} {version} {by}"));
        let work = async {
            let command = read(self.fields())?;
            let expected = Expected::OneOf(vec![version]);
            let desk = desk()?;
            Ok(desk
                .act(id, command, Some(by), &expected, sending.as_ref())
                .await)
        };
        let answer = work.await.unwrap_or_else(|error| Err(error).into());
        self.answer(Some(id), answer)
    }

    fn sending(&self, about: &str) -> Option<Sending> {
        let values = self.values.iter().map(|(_, value)| value.as_bytes());
        let content: Vec<_> = [self.form.as_bytes(), about.as_bytes()]
            .into_iter()
            .chain(values)
            .collect();
        (!self.key.is_empty()).then(|| Sending::new("key", &self.key, &content))
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
            (Err(error), false) => {
                response.set_status(StatusCode::from_u16(error.face().status).unwrap_or_default())
            }
            (Ok(_), true) => redirect(
                &response,
                &self.leads_to.unwrap_or_else(|| came_from(&request.headers)),
            ),
            (Err(error), true) => {
                let form = form_id(self.form, id);
                // To its ticket, wherever that stands now; else to the form itself.
                let place = id.map_or(form.clone(), |id| format!("o{id}"));
                redirect(
                    &response,
                    &format!("{}#{place}", came_from(&request.headers)),
                );
                let typed = self
                    .values
                    .into_iter()
                    .map(|(name, value)| (name.to_owned(), value))
                    .collect();
                let flash = Flash {
                    form,
                    order: id,
                    error: error.clone(),
                    typed,
                };
                response.append_header(SET_COOKIE, cookie(&flash));
            }
        }
        result
    }
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

fn cookie(flash: &Flash) -> HeaderValue {
    let encode = |flash: &Flash| {
        let json = serde_json::to_string(flash).unwrap_or_default();
        utf8_percent_encode(&json, NON_ALPHANUMERIC).to_string()
    };
    let mut value = encode(flash);
    if value.len() > LARGEST_FLASH {
        value = encode(&Flash {
            typed: Vec::new(),
            ..flash.clone()
        });
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
