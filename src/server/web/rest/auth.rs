//! Tokens for programs: signing in, staying signed in, signing out, and who one is.

use super::{
    answers::{Me, TokenAnswer},
    extract::{Json, no_parameters},
};
use crate::{
    domain::{Error, Field, FieldError, Fields, SessionKind, ValueKind},
    server::{
        services::accounts::{Client, Network, SignIn, device_name},
        web::{
            auth::Door,
            openapi::{
                components::TokenBody,
                responses::{Known, SignedOut, TokenGiven},
            },
            problem::Problem,
            state::AppState,
        },
    },
};
use axum::{
    extract::{ConnectInfo, State},
    http::{HeaderMap, StatusCode, header::USER_AGENT},
    response::{IntoResponse, Response},
};
use secrecy::{ExposeSecret, SecretString};
use std::net::SocketAddr;

/// What a token is asked for with.
enum Grant {
    Password {
        email: String,
        password: SecretString,
        code: Option<SecretString>,
    },
    Refresh(SecretString),
    Guest,
}

#[derive(Clone, Copy)]
enum GrantKind {
    Password,
    Refresh,
    Guest,
}

/// Text that is judged by whether it is right.
struct Secret(SecretString);

impl Field for GrantKind {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        match text {
            "password" => Ok(GrantKind::Password),
            "refresh" => Ok(GrantKind::Refresh),
            "guest" => Ok(GrantKind::Guest),
            _ => Err(FieldError::Malformed {
                why: "it is none of password, refresh and guest".to_owned(),
            }),
        }
    }
}

impl Field for Secret {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        Ok(Secret(text.into()))
    }
}

impl Grant {
    fn read(mut fields: Fields) -> Result<Grant, Error> {
        match fields.required::<GrantKind>("grant") {
            Some(GrantKind::Password) => {
                let email = fields.required::<Secret>("email");
                let password = fields.required::<Secret>("password");
                let code = fields.optional::<Secret>("code");
                fields.finish(|| {
                    Some(Grant::Password {
                        email: email?.0.expose_secret().to_owned(),
                        password: password?.0,
                        code: code.map(|code| code.0),
                    })
                })
            }
            Some(GrantKind::Refresh) => {
                let token = fields.required::<Secret>("refresh_token");
                fields.finish(|| Some(Grant::Refresh(token?.0)))
            }
            Some(GrantKind::Guest) => fields.finish(|| Some(Grant::Guest)),
            None => {
                for name in ["email", "password", "code", "refresh_token"] {
                    let _ = fields.optional::<Secret>(name);
                }
                fields.finish(|| None)
            }
        }
    }
}

/// Get a token
///
/// With an e-mail address, its password and, where one is set up, a code; with the refresh token of before, which is used up by it; or as a guest. The parameters come as JSON alone.
#[utoipa::path(
    post, path = "/auth/token", tag = "Accounts", operation_id = "token",
    request_body = TokenBody, responses(TokenGiven), security(()),
)]
pub async fn token(
    State(app): State<AppState>,
    from: ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Json(fields): Json,
) -> Result<Response, Problem> {
    let tokens = match Grant::read(fields)? {
        Grant::Password {
            email,
            password,
            code,
        } => {
            let said = headers.get(USER_AGENT).and_then(|said| said.to_str().ok());
            let sign_in = SignIn {
                email,
                password,
                code,
                kind: SessionKind::Token,
                client: Client {
                    network: Network::of(from.ip()),
                    device: device_name(said),
                    known: None,
                },
                guest: None,
                replaces: None,
            };
            app.accounts.tokens_by_password(sign_in).await?
        }
        Grant::Refresh(token) => {
            let refreshed = app.accounts.tokens_by_refresh(&token).await;
            let wrong = &app.wrong_credentials;
            refreshed.map_err(|error| wrong.judge("refresh", from.ip(), error))?
        }
        Grant::Guest if !app.config.auth.guests => return Err(Error::NotAllowed.into()),
        Grant::Guest => app.accounts.guest_tokens(),
    };
    Ok(axum::Json(TokenAnswer::from(tokens)).into_response())
}

/// Sign out
///
/// Ends the session behind the token, with its sockets.
#[utoipa::path(
    post,
    path = "/auth/sign-out",
    tag = "Accounts",
    operation_id = "signOut",
    responses(SignedOut)
)]
pub async fn sign_out(
    State(app): State<AppState>,
    door: Door,
    Json(fields): Json,
) -> Result<StatusCode, Problem> {
    let standing = door.standing.as_ref().ok_or(Error::NotSignedIn)?;
    no_parameters(fields)?;
    app.accounts.sign_out(standing).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look at who one is
#[utoipa::path(
    get,
    path = "/auth/me",
    tag = "Accounts",
    operation_id = "me",
    responses(Known)
)]
pub async fn me(door: Door) -> Result<Response, Problem> {
    let identity = door.viewer.identity().ok_or(Problem::UnknownPath)?;
    let me = Me::of(identity, door.expires_at).ok_or(Error::NotSignedIn)?;
    Ok(axum::Json(me).into_response())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Value;

    fn read(given: &[(&str, &str)]) -> Result<Grant, Vec<String>> {
        let mut fields = Fields::default();
        for (name, value) in given {
            fields.add(*name, Value::Plain((*value).to_owned()));
        }
        Grant::read(fields).map_err(|error| match error {
            Error::Invalid(invalid) => invalid.into_iter().map(|one| one.field).collect(),
            other => vec![other.to_string()],
        })
    }

    #[test]
    fn a_grant_has_its_own_parameters_and_no_others() {
        let password = [("grant", "password"), ("email", "a@b"), ("password", "p")];
        assert!(matches!(
            read(&password),
            Ok(Grant::Password { code: None, .. })
        ));
        let refresh = [("grant", "refresh"), ("refresh_token", "t")];
        assert!(matches!(read(&refresh), Ok(Grant::Refresh(_))));
        assert!(matches!(read(&[("grant", "guest")]), Ok(Grant::Guest)));
        for (given, invalid) in [
            (&[][..], &["grant"][..]),
            (&[("grant", "client")], &["grant"]),
            (&[("grant", "x"), ("email", "a@b")], &["grant"]),
            (&[("grant", "password"), ("email", "a@b")], &["password"]),
            (&[("grant", "guest"), ("code", "1")], &["code"]),
            (&[("grant", "refresh")], &["refresh_token"]),
        ] {
            let fields = read(given).err().unwrap_or_default();
            assert_eq!(fields, invalid, "{given:?}");
        }
    }
}
