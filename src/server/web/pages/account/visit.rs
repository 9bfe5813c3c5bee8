//! A request for a page of accounts: who sends it, from where, and how it is answered.

use super::{after_sign_in::page_after, notice::Notice};
use crate::{
    domain::{Account, AccountId, AccountKind, Error, FieldError, Identity, Role, Zone},
    server::{
        clock::now,
        services::accounts::{
            Authority, Begun, By, Client, Credential, Network, Standing, device_name,
        },
        web::{
            auth::{
                Door, Interface,
                cookies::{AuthCookie, known, read_guest, session},
            },
            headers::wants_page,
            pages::{
                cookies, preferences,
                redirect::{location, sign_in},
            },
            problem::{self, Problem},
            state::AppState,
        },
    },
    ui::{Settings, own_panel},
};
use axum::{
    Form,
    extract::{ConnectInfo, FromRequest, FromRequestParts, Request},
    http::{
        HeaderMap, HeaderValue, StatusCode, Uri,
        header::{LOCATION, RETRY_AFTER, SET_COOKIE, USER_AGENT},
        request::Parts,
    },
    response::{IntoResponse, Response},
};
use secrecy::SecretString;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};

/// Everything that these pages need of a request.
pub struct Visit {
    pub app: AppState,
    pub headers: HeaderMap,
    pub door: Door,
    pub settings: Settings,
    pub zone: Option<Zone>,
    pub query: String,
    /// Its own address: path and query.
    pub address: String,
    client: IpAddr,
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, app: &AppState) -> Result<Visit, Infallible> {
        let visit = Visit::of(app, Door::of(&parts.extensions), &parts.headers, &parts.uri);
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Visit {
            client: peer.map_or(visit.client, |peer| peer.0.ip()),
            ..visit
        })
    }
}

impl Visit {
    pub fn of(app: &AppState, door: Door, headers: &HeaderMap, uri: &Uri) -> Visit {
        Visit {
            app: app.clone(),
            door,
            settings: preferences::of(headers, app),
            zone: cookies::zone(&app.config, headers),
            query: uri.query().unwrap_or_default().to_owned(),
            address: uri
                .path_and_query()
                .map_or_else(String::new, ToString::to_string),
            client: Ipv4Addr::UNSPECIFIED.into(),
            headers: headers.clone(),
        }
    }

    /// The account that is signed in, by its session.
    pub fn identity(&self) -> Option<&Identity> {
        let identity = self.door.viewer.identity();
        identity.filter(|identity| identity.kind != AccountKind::Guest)
    }

    pub fn standing(&self) -> Result<&Standing, Error> {
        self.door.standing.as_ref().ok_or(Error::NotSignedIn)
    }

    /// The id of the session that looks.
    pub fn session(&self) -> Option<String> {
        match &self.door.standing.as_ref()?.credential {
            Credential::Session(id) => Some(id.clone()),
            Credential::ApiKey(_) => None,
        }
    }

    /// By what right it changes accounts. The interface decides nothing where people sign in.
    pub fn authority(&self) -> Result<Authority, Error> {
        self.standing()?;
        Ok(self.door.authority(Interface::Panel(Role::Dispatch)))
    }

    /// The account itself, as it stands now.
    pub async fn account(&self) -> Result<Account, Error> {
        let id = self.standing()?.account;
        let known = self.app.accounts.account(id).await?;
        known
            .map(|known| known.account.clone())
            .ok_or(Error::NotSignedIn)
    }

    /// Where the request comes from, for the limits of attempts.
    pub fn client(&self) -> Client {
        let said = self.headers.get(USER_AGENT);
        Client {
            network: Network::of(self.client),
            device: device_name(said.and_then(|said| said.to_str().ok())),
            known: AuthCookie::Known.read(&self.app.config, &self.headers),
        }
    }

    /// The address that the request comes from.
    pub fn client_address(&self) -> IpAddr {
        self.client
    }

    pub fn guest(&self) -> Option<AccountId> {
        read_guest(&self.app.config, &self.app.credentials, &self.headers)
    }

    /// The value of the session cookie.
    pub fn session_cookie(&self) -> Option<SecretString> {
        AuthCookie::Session.read(&self.app.config, &self.headers)
    }

    /// The origin that people open.
    pub fn origin(&self) -> String {
        let origin = self.app.config.hosts.origin();
        origin.map_or_else(String::new, ToString::to_string)
    }

    /// What the page of this request is to show once.
    pub async fn notice(&self) -> Option<Notice> {
        self.app.flash.open(&self.headers).await
    }

    /// The header that removes it.
    pub fn shown_notice(&self) -> Option<HeaderValue> {
        let flash = &self.app.flash;
        flash.shown().filter(|_| flash.is_in(&self.headers))
    }

    /// Leads to the sign-in, and from there back to this page. An address that holds a secret stays out of it.
    pub fn to_sign_in(&self) -> Response {
        // Who is signed in would be led back here at once.
        let next = match self.identity() {
            Some(_) => None,
            None => page_after(&self.address),
        };
        redirect(&sign_in(&next.unwrap_or_default()))
    }

    /// Leads to a page, which shows the notice.
    pub async fn lead_to(&self, to: &str, notice: Option<Notice>) -> Response {
        let mut response = redirect(to);
        if let Some(notice) = notice
            && let Some(cookie) = self.app.flash.seal(&notice).await
        {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// As [`Visit::lead_to`], with the cookies of a session that has just begun.
    pub async fn begin(&self, begun: &Begun, to: &str, notice: Option<Notice>) -> Response {
        let (config, credentials) = (&self.app.config, &self.app.credentials);
        let mut response = self.lead_to(to, notice).await;
        let guest = self
            .guest()
            .filter(|_| begun.account.kind == AccountKind::Customer);
        let cookies = [
            session(config, &begun.cookie, begun.ends_at - now()),
            known(config, credentials, begun.account.id),
            guest.and_then(|_| AuthCookie::Guest.clear(config)),
        ];
        for cookie in cookies.into_iter().flatten() {
            response.headers_mut().append(SET_COOKIE, cookie);
        }
        response
    }

    /// What follows on a refused form: its own page, with the notice. At a limit, and where the store is away, the answer
    /// is that page itself; a program gets the problem.
    pub async fn refuse<F: Future<Output = Response>>(
        &self,
        to: &str,
        notice: Notice,
        page: impl FnOnce(Notice) -> F,
    ) -> Response {
        let error = notice.error.clone().unwrap_or(Error::Internal);
        if !wants_page(&self.headers) {
            return error.into_response();
        }
        match error {
            Error::NotSignedIn => self.to_sign_in(),
            Error::TooMany(_) | Error::Busy | Error::StoreUnavailable | Error::Internal => {
                let mut response = page(notice).await;
                *response.status_mut() = problem::status(&error);
                if let Some(seconds) = error.retry_after() {
                    let headers = response.headers_mut();
                    headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
                }
                response
            }
            _ => self.lead_to(to, Some(notice)).await,
        }
    }
}

/// The right by which a change of accounts is asked for.
pub fn by(authority: &Authority) -> By<'_> {
    By::Account(authority)
}

pub fn redirect(to: &str) -> Response {
    (StatusCode::SEE_OTHER, [(LOCATION, location(to))]).into_response()
}

/// The panel that an account begins with.
pub fn panel_of(account: &Account) -> String {
    own_panel(account.role, account.supplier_name.as_ref())
}

/// The fields of a form, as they were sent. It has no `Debug`: there are passwords among them.
pub struct Sent(pub Vec<(String, String)>);

impl Sent {
    pub fn get(&self, name: &str) -> &str {
        let mut sent = self.0.iter();
        sent.find(|(sent, _)| sent == name)
            .map_or("", |(_, value)| &**value)
    }

    pub fn secret(&self, name: &str) -> SecretString {
        self.get(name).into()
    }

    /// A secret that may be left out, of the first field of this name that is not empty.
    pub fn optional(&self, name: &str) -> Option<SecretString> {
        let fields = self.0.iter().filter(|(sent, _)| sent == name);
        let mut values = fields.map(|(_, value)| value.trim());
        values.find(|value| !value.is_empty()).map(Into::into)
    }

    pub fn has(&self, name: &str) -> bool {
        !self.get(name).is_empty()
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Sent, Problem> {
        let sent = Form::<Vec<(String, String)>>::from_request(request, state).await;
        let Form(fields) = sent.map_err(|error| {
            let why = error.status().to_string();
            Error::invalid("form", FieldError::Malformed { why })
        })?;
        Ok(Sent(fields))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_is_not_sent_is_empty() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sent = [("email", "a@b.c"), ("code", ""), ("code", " 123 456 ")];
        let sent = Sent(sent.map(|(name, value)| pair(name, value)).to_vec());
        assert_eq!(sent.get("email"), "a@b.c");
        assert_eq!(sent.get("password"), "");
        assert!(sent.has("email") && !sent.has("password"));
        assert!(sent.optional("code").is_some() && sent.optional("pin").is_none());
    }
}
