//! A request, read once: its order, its precondition, and its parameters from query and body. One refusal names each
//! value that is not valid.

use crate::{
    domain::{Error, Field, FieldError, Fields, OrderId, Precondition, shop::code::Code},
    server::{
        services::{idempotency::IdempotentRequest, shops::catalog::ShopRef},
        web::{
            middleware::body_limit::{LARGEST_BODY, LARGEST_MENU, read_body, read_within},
            problem::Problem,
            query_string,
        },
    },
};
use axum::{
    extract::{FromRequest, FromRequestParts, MatchedPath, RawPathParams},
    http::{HeaderMap, header, request::Parts},
};

const KEY: &str = "Idempotency-Key";

/// A request to the API.
pub struct Request {
    pub id: Option<OrderId>,
    /// The pizzeria in the path.
    pub restaurant: Option<ShopRef>,
    /// The item in the path.
    pub item: Option<Code>,
    pub expected: Precondition,
    /// Whether it has a precondition, if only one that always holds.
    pub is_conditional: bool,
    pub fields: Fields,
    /// If it has an idempotency key.
    pub request: Option<IdempotentRequest>,
}

impl Request {
    /// A request that is not about one order cannot have a precondition.
    pub fn without_precondition(mut self) -> Request {
        if self.expected != Precondition::Any {
            self.fields.reject("If-Match", FieldError::Unknown);
        }
        self
    }

    /// What it wants to hold of what it replaces; `None` where it does not say.
    pub fn expected(&self) -> Option<&Precondition> {
        self.is_conditional.then_some(&self.expected)
    }

    /// Reads the parameters, then the order in the path.
    pub fn read<T>(
        self,
        read: impl FnOnce(Fields) -> Result<T, Error>,
    ) -> Result<(OrderId, T, Precondition, Option<IdempotentRequest>), Problem> {
        let parameters = read(self.fields)?;
        Ok((
            self.id.ok_or(Problem::UnknownPath)?,
            parameters,
            self.expected,
            self.request,
        ))
    }
}

/// A request without a body.
pub struct Query(pub Request);

/// A request with parameters in its query, its JSON body, or both.
pub struct QueryAndBody(pub Request);

impl<S: Send + Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Query, Problem> {
        let mut fields = query_string::read(parts.uri.query().unwrap_or_default());
        let path = RawPathParams::from_request_parts(parts, state).await.ok();
        if path.is_none() {
            fields.reject(name_in_path(parts), FieldError::NotUnicode);
        }
        let id = in_path(&path, "id", &mut fields);
        let restaurant = in_path(&path, "r", &mut fields);
        let item = in_path(&path, "code", &mut fields);
        let expected = expected(&parts.headers).unwrap_or_else(|error| {
            fields.reject("If-Match", error);
            Precondition::Any
        });
        Ok(Query(Request {
            id,
            restaurant,
            item,
            expected,
            is_conditional: parts.headers.contains_key(header::IF_MATCH),
            fields,
            request: None,
        }))
    }
}

/// The name of what stands in the path.
fn name_in_path(parts: &Parts) -> &'static str {
    let route = parts.extensions.get::<MatchedPath>();
    match route.is_some_and(|route| route.as_str().contains("{r}")) {
        true => "r",
        false => "id",
    }
}

/// What stands in the path under this name.
fn in_path<T: Field>(path: &Option<RawPathParams>, name: &str, fields: &mut Fields) -> Option<T> {
    let (_, text) = path.iter().flatten().find(|(one, _)| *one == name)?;
    let read = T::parse(text);
    read.map_err(|error| fields.reject(name, error)).ok()
}

impl<S: Send + Sync> FromRequest<S> for QueryAndBody {
    type Rejection = Problem;

    async fn from_request(
        request: axum::extract::Request,
        state: &S,
    ) -> Result<QueryAndBody, Problem> {
        let read = query_and_body(request, state, LARGEST_BODY).await?;
        Ok(QueryAndBody(read))
    }
}

/// The same of a call whose body may be as long as a whole menu.
pub struct QueryAndLongBody(pub Request);

impl<S: Send + Sync> FromRequest<S> for QueryAndLongBody {
    type Rejection = Problem;

    async fn from_request(
        request: axum::extract::Request,
        state: &S,
    ) -> Result<QueryAndLongBody, Problem> {
        let read = query_and_body(request, state, LARGEST_MENU).await?;
        Ok(QueryAndLongBody(read))
    }
}

async fn query_and_body<S: Send + Sync>(
    request: axum::extract::Request,
    state: &S,
    largest: usize,
) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let body = read_within(body, largest).await?;
    if !body.is_empty() && !is_json(&parts.headers) {
        return Err(Problem::NotJson);
    }
    let Query(mut read) = Query::from_request_parts(&mut parts, state).await?;
    read_key(&parts, &body, &mut read);
    if !body.is_empty() {
        read_json(&body, &mut read.fields)?;
    }
    Ok(read)
}

/// The parameters of a call that takes them as JSON and in no other way: what is secret does not stand in an address.
pub struct Json(pub Fields);

impl<S: Send + Sync> FromRequest<S> for Json {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, _: &S) -> Result<Json, Problem> {
        let (parts, body) = request.into_parts();
        let body = read_body(body).await?;
        let is_other = parts.headers.contains_key(header::CONTENT_TYPE) || !body.is_empty();
        if is_other && !is_json(&parts.headers) {
            return Err(Problem::NotJson);
        }
        let mut fields = Fields::default();
        for (name, _) in query_string::pairs(parts.uri.query().unwrap_or_default()) {
            fields.reject(name.as_deref().unwrap_or("query"), FieldError::Unknown);
        }
        if !body.is_empty() {
            read_json(&body, &mut fields)?;
        }
        Ok(Json(fields))
    }
}

/// Refuses every parameter.
pub fn no_parameters(fields: Fields) -> Result<(), Error> {
    fields.finish(|| Some(()))
}

/// Reads the key under which a request acts once.
pub fn read_key(parts: &Parts, body: &[u8], read: &mut Request) {
    match key(&parts.headers) {
        Ok(key) => {
            let (path, query) = (parts.uri.path(), parts.uri.query().unwrap_or_default());
            let content = [path.as_bytes(), query.as_bytes(), body];
            read.request = key.map(|key| IdempotentRequest::new(KEY, key, &content));
        }
        Err(error) => read.fields.reject(KEY, error),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<&str>, FieldError> {
    let mut keys = headers.get_all(KEY).iter();
    let Some(key) = keys.next() else {
        return Ok(None);
    };
    let visible = |key: &&str| {
        (1..=255).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let key = key
        .to_str()
        .ok()
        .filter(visible)
        .ok_or(FieldError::NotAKey)?;
    match keys.next() {
        None => Ok(Some(key)),
        Some(_) => Err(FieldError::NotAKey),
    }
}

pub fn is_json(headers: &HeaderMap) -> bool {
    is_of_type(headers, "application/json")
}

/// Whether the body is of this media type.
pub fn is_of_type(headers: &HeaderMap, media_type: &str) -> bool {
    let content_type = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(media_type)
}

/// Whether `If-None-Match` names the tag of an answer: weakly, as RFC 9110, section 13.1.2, wants it.
pub fn is_known(headers: &HeaderMap, own: &str) -> bool {
    let tags = headers.get(header::IF_NONE_MATCH);
    let same = |tag: &str| tag == "*" || tag.trim_start_matches("W/") == own;
    tags.and_then(|tags| tags.to_str().ok())
        .is_some_and(|tags| tags.split(',').map(str::trim).any(same))
}

/// `If-Match` (RFC 9110, section 13.1.1). Tags compare strongly, so a weak one matches nothing, and neither does one that
/// is no version.
fn expected(headers: &HeaderMap) -> Result<Precondition, FieldError> {
    let (mut versions, mut weak, mut any, mut lines) = (Vec::new(), false, false, 0);
    for line in headers.get_all(header::IF_MATCH) {
        lines += 1;
        let line = line.to_str().map_err(|_| FieldError::NotAVersion)?.trim();
        if line == "*" {
            any = true;
            continue;
        }
        let mut rest = line;
        loop {
            let (is_weak, tag) = rest
                .strip_prefix("W/")
                .map_or((false, rest), |tag| (true, tag));
            weak |= is_weak;
            let quoted = tag.strip_prefix('"').and_then(|tag| tag.split_once('"'));
            let (opaque, after) = quoted.ok_or(FieldError::NotAVersion)?;
            if opaque.contains(|c: char| c <= ' ' || c == '\u{7f}') {
                return Err(FieldError::NotAVersion);
            }
            let version = opaque.parse::<u32>().ok();
            versions.extend(version.filter(|n| !is_weak && n.to_string() == opaque));
            match after.trim_start().strip_prefix(',') {
                Some(more) => rest = more.trim_start(),
                None if after.trim().is_empty() => break,
                None => return Err(FieldError::NotAVersion),
            }
        }
    }
    match (lines, any) {
        (0, _) | (1, true) => Ok(Precondition::Any),
        (_, true) => Err(FieldError::NotAVersion),
        _ => Ok(Precondition::OneOf { versions, weak }),
    }
}

pub fn read_json(body: &[u8], fields: &mut Fields) -> Result<(), Error> {
    fields.add_object(body).map_err(|error| {
        let why = byte_order_mark(body).map_or_else(|| error.to_string(), str::to_owned);
        Error::invalid("body", FieldError::Malformed { why })
    })
}

/// The mark that some programs write before a text. It cannot be seen, so that the parser's “expected value at line 1
/// column 1” helps nobody.
fn byte_order_mark(body: &[u8]) -> Option<&'static str> {
    match body {
        [0xef, 0xbb, 0xbf, ..] => {
            Some("it begins with a byte-order mark (EF BB BF), which JSON must not have")
        }
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            Some("it begins with the byte-order mark of UTF-16: send UTF-8, without one")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_precondition_is_any_version_or_a_list() {
        let read = |lines: &[&str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(header::IF_MATCH, line.parse().unwrap());
            }
            expected(&headers)
        };
        assert_eq!(read(&[]), Ok(Precondition::Any));
        assert_eq!(read(&["*"]), Ok(Precondition::Any));
        assert_eq!(read(&["\"3\""]), Ok(Precondition::version(3)));
        let one_of = |versions: &[u32], weak| {
            let versions = versions.to_vec();
            Ok(Precondition::OneOf { versions, weak })
        };
        let several = read(&["\"3\", \"4\"", "\"5\""]);
        assert_eq!(several, one_of(&[3, 4, 5], false));
        // Well formed, but no version of an order.
        assert_eq!(read(&["\"a,b\", \"03\", \"\""]), one_of(&[], false));
        assert_eq!(read(&["W/\"3\""]), one_of(&[], true));
        assert_eq!(read(&["W/\"3\"", "\"4\""]), one_of(&[4], true));
        for bad in [
            "3",
            "\"3",
            "3\"",
            "",
            "\"3\" \"4\"",
            "w/\"3\"",
            "\"3\",",
            "**",
            "\"a b\"",
            "*, \"1\"",
        ] {
            assert_eq!(read(&[bad]), Err(FieldError::NotAVersion), "{bad:?}");
        }
    }
}
