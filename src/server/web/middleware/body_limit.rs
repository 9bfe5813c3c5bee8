//! How large the body of a request may be, and reading it.

use crate::{
    api::form::ACT,
    domain::{Error, FieldError},
    server::web::problem::Problem,
};
use axum::{body::Body, extract::Request, http::header};
use futures::StreamExt;

/// The contract's 64 KiB.
pub const LARGEST_BODY: usize = 64 * 1024;
/// A whole menu is larger than all else that comes in, and so is what undoes its import.
pub const LARGEST_MENU: usize = 2 * 1024 * 1024;
/// A body that is too large is read up to here before it is refused: a client that is still sending would
/// see a broken connection instead of the answer.
const READ_ON: usize = 4 * 1024 * 1024;

/// Refuses a body whose declared length is too large before anything else about the call, on every path. The body of
/// a form is read here: one that is too large or breaks off is the sender's fault, and the form's own function
/// would report it as ours.
pub async fn enforce(request: Request) -> Result<Request, Problem> {
    let path = request.uri().path();
    let length = request.headers().get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse::<usize>().ok());
    let too_large = path.starts_with("/api") && length.is_some_and(|n| n > largest(path));
    if !too_large && !path.starts_with(ACT) {
        return Ok(request);
    }
    let (head, body) = request.into_parts();
    let body = read_body(body).await?;
    if too_large {
        return Err(Problem::TooLarge);
    }
    Ok(Request::from_parts(head, body.into()))
}

fn largest(path: &str) -> usize {
    let path = path.strip_prefix("/api/v1/").or(path.strip_prefix("/api/"));
    let mut parts = path.unwrap_or_default().split('/');
    let (of, _, call, more) = (parts.next(), parts.next(), parts.next(), parts.next());
    match (of, call, more) {
        (Some("restaurants"), Some("menu"), None | Some("restore")) => LARGEST_MENU,
        _ => LARGEST_BODY,
    }
}

/// Reads a body, unless it is too large.
pub async fn read_body(body: Body) -> Result<Vec<u8>, Problem> {
    read_within(body, LARGEST_BODY).await
}

pub async fn read_within(body: Body, largest: usize) -> Result<Vec<u8>, Problem> {
    let malformed = |why: String| Error::invalid("body", FieldError::Malformed { why });
    let (mut bytes, mut length) = (Vec::new(), 0);
    let mut stream = body.into_data_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| malformed("it broke off".to_owned()))?;
        length += chunk.len();
        if length <= largest {
            bytes.extend_from_slice(&chunk);
        } else if length > READ_ON {
            break;
        }
    }
    if length > largest {
        Err(Problem::TooLarge)
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_menu_and_what_undoes_it_are_large() {
        for path in [
            "/api/restaurants/bella-napoli/menu",
            "/api/v1/restaurants/x/menu",
            "/api/restaurants/x/menu/restore",
        ] {
            assert_eq!(largest(path), LARGEST_MENU, "{path}");
        }
        for path in [
            "/api/orders",
            "/api/restaurants/x/menu/outline",
            "/api/restaurants/menu",
            "/api/v1/orders/x/menu",
        ] {
            assert_eq!(largest(path), LARGEST_BODY, "{path}");
        }
    }
}
