//! Signing in with an e-mail address, a password, and where the account has them, a code; and signing out.

use super::{
    after_sign_in::page_after,
    fields::{Form, Kind, hidden, submit},
    layout::{Page, page},
    notice::{Notice, Said, ShownOnce},
    visit::{Sent, Visit, panel_of, redirect},
};
use crate::{
    domain::{Error, Field as _, SessionKind, percent_encode},
    server::{
        services::accounts::{Begun, SignIn},
        web::{auth::cookies::AuthCookie, pages::redirect::NEXT, query_string},
    },
    ui::{
        Icon, Route, has_panel,
        i18n::locale::{Text, t},
        icon, own_panel, paths,
    },
};
use axum::{
    http::{HeaderName, HeaderValue, header::SET_COOKIE},
    response::Response,
};
use leptos::prelude::*;

const FORM: &str = "sign-in";
const TITLE: Text = ["Sign in", "Anmelden"];
/// What an account asks for once it is known to need it: a field of the form that came back.
const WITH_CODE: &str = "with_code";
/// What signing out leaves nothing of. Look and language are cookies, and stay.
const CLEARED: HeaderValue = HeaderValue::from_static("\"cache\", \"storage\"");

pub async fn show(visit: Visit) -> Response {
    let next = asked_next(&visit);
    if let Some(identity) = visit.identity() {
        let own = own_panel(identity.role, identity.supplier_name.as_ref());
        let next = next.filter(|next| is_theirs(&visit, next));
        return redirect(&next.unwrap_or(own));
    }
    let notice = visit.notice().await;
    form_page(&visit, next, notice.as_ref()).await
}

/// The page that the address names, where it is one to come back to.
fn asked_next(visit: &Visit) -> Option<String> {
    let next = query_string::pairs(&visit.query).find_map(|(name, pair)| {
        let value = pair.split_once('=')?.1;
        (name.as_deref() == Some(NEXT)).then_some(value)
    })?;
    page_after(&crate::domain::percent_decode(next).ok()?)
}

fn is_theirs(visit: &Visit, address: &str) -> bool {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    has_panel(&visit.door.viewer, Route::read(path, query).panel())
}

fn address(next: Option<&str>) -> String {
    match next {
        Some(next) => format!("{}?{NEXT}={}", paths::SIGN_IN, percent_encode(next)),
        None => paths::SIGN_IN.to_owned(),
    }
}

async fn form_page(visit: &Visit, next: Option<String>, notice: Option<&Notice>) -> Response {
    let form = Form::new(FORM, notice);
    let has_signed_up =
        notice.is_some_and(|notice| matches!(notice.once, Some(ShownOnce::Said(Said::SignedUp))));
    let wants_code = notice.is_some_and(|notice| {
        notice.error == Some(Error::CodeNeeded) || notice.value(WITH_CODE).is_some()
    });
    let (guests, sign_up) = (visit.app.config.auth.guests, visit.app.config.auth.sign_up);
    page(visit, Page::new(TITLE), || {
        let signed_up = has_signed_up.then(|| said(t([
            "If this address had no account yet, it has one now. Sign in.",
            "Wenn diese Adresse noch kein Konto hatte, hat sie jetzt eines. Melde dich an.",
        ])));
        // A recovery code does instead.
        let code = wants_code.then(|| {
            let hint = [
                "The six digits that your authenticator app shows now.",
                "Die sechs Ziffern, die deine Authenticator-App gerade zeigt.",
            ];
            view! { {hidden(WITH_CODE, "true".to_owned())} {form.optional("code", ["Code", "Code"], Some(hint), Kind::Code)} {recovery()} }.into_any()
        });
        let back = (next.is_some() && notice.is_none()).then(|| back(next.as_deref()));
        view! {
            <h1>{t(TITLE)}</h1>
            {signed_up} {back}
            <form class="paper stack" id=form.id() method="post" action=address(next.as_deref())>
                {form.field("email", ["E-mail address", "E-Mail-Adresse"], None, Kind::Email)}
                {form.field("password", ["Password", "Passwort"], None, Kind::CurrentPassword)}
                {code}
                {form.refusal()}
                {submit(TITLE)}
            </form>
            {ways_on(guests, sign_up)}
        }
        .into_any()
    })
    .await
}

/// Why somebody who was at work is here, and what follows.
fn back(next: Option<&str>) -> AnyView {
    let is_kitchen = next.is_some_and(|next| next.starts_with("/supplier"));
    let kitchen = is_kitchen.then(|| {
        view! {
            <p>{t([
                "Is this the kitchen’s tablet? It needs a new code from its manager: ",
                "Ist das das Tablet der Küche? Es braucht einen neuen Code von der Leitung: ",
            ])} <a href=paths::PAIR>{t(PAIR)}</a></p>
        }
        .into_any()
    });
    view! {
        <p>{t([
            "You are not signed in here, or no longer. Sign in, and you are back where you were.",
            "Du bist hier nicht oder nicht mehr angemeldet. Melde dich an, dann geht es dort weiter, wo du warst.",
        ])}</p>
        {kitchen}
    }
    .into_any()
}

/// A recovery code has letters, which the keyboard for digits does not have.
fn recovery() -> AnyView {
    view! {
        <details>
            <summary>{t(["My authenticator is not at hand", "Meine Authenticator-App ist nicht zur Hand"])}</summary>
            <div class="field">
                <label for="sign-in-recovery">{t(["Recovery code", "Notfallcode"])}</label>
                <input class="input" id="sign-in-recovery" name="code" type="text" autocomplete="off" maxlength="40" autocapitalize="characters" spellcheck="false"/>
            </div>
        </details>
    }
    .into_any()
}

const PAIR: Text = ["Pair a kitchen device", "Küchengerät verbinden"];

/// What others than those with a password do.
fn ways_on(guests: bool, sign_up: bool) -> AnyView {
    let link = |address: &'static str, word: Text| {
        view! { <li><a href=address>{t(word)}</a></li> }.into_any()
    };
    let sign_up = sign_up.then(|| {
        link(
            paths::SIGN_UP,
            ["Make a customer account", "Kundenkonto anlegen"],
        )
    });
    let guests = guests.then(|| {
        link(
            "/customer",
            ["Order without an account", "Ohne Konto bestellen"],
        )
    });
    view! {
        <ul class="stack">
            {guests} {sign_up}
            {link(paths::PAIR, PAIR)}
        </ul>
        <p class="small soft">{t([
            "Drivers open the link that dispatch sends them. Forgotten your password? Ask an admin for a new link.",
            "Fahrer öffnen den Link, den die Auslieferung schickt. Passwort vergessen? Bitte die Verwaltung um einen neuen Link.",
        ])}</p>
    }
    .into_any()
}

pub fn said(words: &'static str) -> AnyView {
    view! { <p class="refusal" role="status" data-tone="good">{icon(Icon::Check)} <span>{words}</span></p> }.into_any()
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    let next = asked_next(&visit);
    match sign_in(&visit, &sent).await {
        Ok(begun) => {
            let own = panel_of(&begun.account);
            visit.begin(&begun, &next.unwrap_or(own), None).await
        }
        Err(error) => {
            let notice = Notice::refused(FORM, error).typed(&sent.0);
            let back = address(next.as_deref());
            let again = async |notice: Notice| form_page(&visit, next, Some(&notice)).await;
            visit.refuse(&back, notice, again).await
        }
    }
}

async fn sign_in(visit: &Visit, sent: &Sent) -> Result<Begun, Error> {
    crate::domain::Email::parse(sent.get("email"))
        .map_err(|error| Error::invalid("email", error))?;
    let sign_in = SignIn {
        email: sent.get("email").to_owned(),
        password: sent.secret("password"),
        code: sent.optional("code"),
        kind: SessionKind::Page,
        client: visit.client(),
        guest: visit.guest(),
        replaces: visit.session_cookie(),
    };
    visit.app.accounts.sign_in(sign_in).await
}

/// Ends the session, and everything that this browser keeps of the site.
pub async fn sign_out(visit: Visit) -> Response {
    let ended = match visit.standing() {
        Ok(standing) => visit.app.accounts.sign_out(standing).await,
        Err(_) => Ok(()),
    };
    if let Err(error @ (Error::StoreUnavailable | Error::Internal)) = ended {
        // It would go on elsewhere: who signs out is told so.
        return super::layout::refused(
            &visit,
            &error,
            (["Home", "Zur Startseite"], "/".to_owned()),
        )
        .await;
    }
    let mut response = redirect("/");
    let headers = response.headers_mut();
    headers.insert(HeaderName::from_static("clear-site-data"), CLEARED);
    if let Some(cookie) = AuthCookie::Session.clear(&visit.app.config) {
        headers.append(SET_COOKIE, cookie);
    }
    response
}
