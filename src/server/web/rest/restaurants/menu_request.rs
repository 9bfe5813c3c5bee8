//! What comes in with the calls of menus: a whole menu in one of its two forms, what undoes an edit, and which form an
//! answer is wanted in.

use crate::{
    domain::{
        Error, Field, FieldError, Fields, Text, ValueKind,
        shop::menu::{Menu, file::read_file},
    },
    server::{
        services::shops::{
            menu_csv::MenuCsv,
            menus::{MenuSource, Undo},
        },
        web::{
            middleware::body_limit::{LARGEST_MENU, read_within},
            problem::Problem,
            rest::extract::{Query, Request, is_json, is_of_type, read_json, read_key},
        },
    },
};
use axum::{
    extract::{FromRequest, FromRequestParts},
    http::{HeaderMap, header},
};

pub const CSV: &str = "text/csv";
const JSON: &str = "application/json";

/// A request with a whole menu.
pub struct MenuRequest {
    pub request: Request,
    pub source: MenuSource,
    pub dry_run: bool,
}

impl<S: Send + Sync> FromRequest<S> for MenuRequest {
    type Rejection = Problem;

    async fn from_request(request: axum::extract::Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let body = read_within(body, LARGEST_MENU).await?;
        let is_csv = is_of_type(&parts.headers, CSV);
        if !body.is_empty() && !is_csv && !is_json(&parts.headers) {
            return Err(Problem::NotJson);
        }
        let Query(mut read) = Query::from_request_parts(&mut parts, state).await?;
        read_key(&parts, &body, &mut read);
        let dry_run = read.fields.optional("dry_run").unwrap_or(false);
        let mut fields = std::mem::take(&mut read.fields);
        let source = if is_csv {
            fields.finish(|| Some(()))?;
            MenuSource::Csv(MenuCsv::read(&body)?)
        } else {
            if !body.is_empty() {
                read_json(&body, &mut fields)?;
            }
            MenuSource::Json(read_file(fields)?)
        };
        Ok(MenuRequest {
            request: read,
            source,
            dry_run,
        })
    }
}

/// What is to be undone.
pub fn read_undo(mut fields: Fields) -> Result<Vec<Undo>, Error> {
    let undo = fields.required_objects("undo", Menu::MAX_CHANGED, |one| {
        let key = one.required::<Text<100, false>>("key");
        let from = one.required::<Version>("from");
        let to = one.required::<Version>("to");
        Some(Undo {
            key: key?.into(),
            from: from?.0,
            to: to?.0,
        })
    });
    fields.finish(|| Some(undo))
}

/// The version of a document, 0 before there was one.
struct Version(u32);

impl Field for Version {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Version, FieldError> {
        text.parse().map(Version).map_err(|_| FieldError::NotWhole)
    }
}

/// Whether a client takes a table rather than JSON.
pub fn wants_csv(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT);
    let lines = accepted.iter().filter_map(|line| line.to_str().ok());
    let ranges: Vec<&str> = lines.flat_map(|line| line.split(',')).collect();
    weight(&ranges, CSV) > weight(&ranges, JSON)
}

/// In thousandths, by the most exact range that a media type is in (RFC 9110, section 12.5.1).
fn weight(ranges: &[&str], media_type: &str) -> u32 {
    let mut best = (0, 0);
    for range in ranges {
        let (range, parameters) = range.split_once(';').unwrap_or((range, ""));
        let range = range.trim().to_ascii_lowercase();
        let exactness = match range.strip_suffix("/*") {
            _ if range == media_type => 3,
            Some("*") => 1,
            Some(kind) if media_type.split('/').next() == Some(kind) => 2,
            _ => continue,
        };
        let mut parameters = parameters.split(';').map(str::trim);
        let q = parameters.find_map(|one| one.strip_prefix("q="));
        let q = q.map_or(1.0, |q| q.parse::<f64>().unwrap_or(0.0));
        best = best.max((exactness, (q.clamp(0.0, 1.0) * 1000.0) as u32));
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_for_who_asks_for_it() {
        for (accept, csv) in [
            ("text/csv", true),
            ("text/csv, application/json;q=0.9", true),
            ("text/*", true),
            ("TEXT/CSV;header=present", true),
            ("*/*, text/csv;q=0.5", false),
            ("application/json, text/csv", false),
            ("text/csv;q=0", false),
            ("*/*", false),
            ("text/html", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, accept.parse().unwrap());
            assert_eq!(wants_csv(&headers), csv, "{accept}");
        }
        assert!(!wants_csv(&HeaderMap::new()));
    }
}
