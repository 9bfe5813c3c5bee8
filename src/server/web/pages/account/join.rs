//! Joining by an invitation. Looking at the page does not use the link up: chats fetch previews of links.

use super::{
    fields::{Form, Kind, hidden, submit},
    layout::{Page, page, refused},
    notice::{Notice, ShownOnce, shown_once},
    shown_once::factor,
    sign_up::PASSWORD_HINT,
    visit::{Sent, Visit, panel_of},
    words,
};
use crate::{
    domain::{AccountKind, Error},
    server::services::accounts::{Invitee, JOIN, Join, Joined, NewFactor},
    ui::{
        Icon, empty,
        i18n::locale::{Text, t},
        name, paths,
    },
};
use axum::{extract::Path, http::StatusCode, response::Response};
use leptos::prelude::*;
use secrecy::{ExposeSecret, SecretString};

const FORM: &str = "join";
const TITLE: Text = ["Join", "Beitreten"];

pub async fn show(Path(link): Path<String>, visit: Visit) -> Response {
    let notice = visit.notice().await;
    form_page(&visit, &link, notice.as_ref()).await
}

async fn form_page(visit: &Visit, link: &str, notice: Option<&Notice>) -> Response {
    // A form that was refused shows the same secret again.
    let sealed = notice.and_then(|notice| notice.value("factor"));
    match visit.app.accounts.invitee(&link.into()).await {
        Ok(Some(mut invitee)) => {
            let again = |sealed| visit.app.accounts.factor_again(&invitee.account, sealed);
            if let Some(again) = sealed.and_then(again) {
                invitee.factor = invitee.factor.map(|_| again);
            }
            let layout = Page {
                holds_secret: true,
                ..Page::new(TITLE)
            };
            let is_driver = invitee.account.kind == AccountKind::Driver;
            let kitchen = invitee.account.supplier_name.clone();
            let content = || {
                let kitchen = kitchen.map(|kitchen| view! { " · " {name(&kitchen)} }.into_any());
                view! {
                    <h1>{t(["Welcome, ", "Willkommen, "])} {name(&invitee.account.name)}</h1>
                    <p class="soft">{t(words::kind(invitee.account.kind))} {kitchen}</p>
                    {is_driver.then(one_phone)}
                    {form(link, &invitee, notice)}
                }
                .into_any()
            };
            page(visit, layout, content).await
        }
        Ok(None) => gone(visit).await,
        Err(error) => refused(visit, &error, (["Home", "Zur Startseite"], "/".to_owned())).await,
    }
}

/// What the one button of a driver does.
fn one_phone() -> AnyView {
    view! {
        <p>{t([
            "From here on, this phone shows your orders. If you had another phone, it is signed out.",
            "Ab jetzt zeigt dieses Telefon deine Bestellungen. Ein früheres Telefon wird abgemeldet.",
        ])}</p>
    }
    .into_any()
}

/// A link that was used, has ended, or never was one: all the same to who has it.
async fn gone(visit: &Visit) -> Response {
    let heading = ["This link no longer works", "Dieser Link gilt nicht mehr"];
    let next = [
        "A link works once, and only for a while. Ask for a new one from whoever sent it.",
        "Ein Link gilt einmal und nicht lange. Lass dir von der Person, die ihn geschickt hat, einen neuen geben.",
    ];
    let layout = Page {
        status: StatusCode::NOT_FOUND,
        holds_secret: true,
        ..Page::new(heading)
    };
    page(visit, layout, || {
        let way_on = Some((t(["Sign in", "Anmelden"]), paths::SIGN_IN.to_owned()));
        view! { <h1 class="unseen">{t(heading)}</h1> {empty(Icon::Clock, t(heading), t(next), way_on)} }
            .into_any()
    })
    .await
}

fn form(link: &str, invitee: &Invitee, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(FORM, notice);
    let account = &invitee.account;
    let password = account.kind.has_password().then(|| {
        // Password managers keep the password under this name.
        let email = account.email.as_deref().unwrap_or_default().to_owned();
        view! {
            <div class="field">
                <label for="join-email">{t(["E-mail address", "E-Mail-Adresse"])}</label>
                <input class="input" id="join-email" name="email" type="email" autocomplete="username" readonly value=email/>
            </div>
            {form.field("password", ["New password", "Neues Passwort"], Some(PASSWORD_HINT), Kind::NewPassword)}
        }
        .into_any()
    });
    let new_factor = invitee.factor.as_ref().map(set_up);
    let code = (invitee.asks_for_code || invitee.factor.is_some()).then(|| {
        let hint = [
            "The six digits that the app shows now.",
            "Die sechs Ziffern, die die App gerade zeigt.",
        ];
        form.field("code", ["Code", "Code"], Some(hint), Kind::Code)
    });
    let word = match account.kind {
        AccountKind::Driver => ["Start on this phone", "Auf diesem Telefon loslegen"],
        _ => TITLE,
    };
    view! {
        <form class="paper stack" id=form.id() method="post" action=format!("{JOIN}{link}")>
            {password}
            {new_factor}
            {code}
            {form.refusal()}
            {submit(word)}
        </form>
    }
    .into_any()
}

/// The secret for an authenticator.
fn set_up(new: &NewFactor) -> AnyView {
    let sealed = hidden("factor", new.sealed.clone());
    view! { {sealed} {factor(new)} }.into_any()
}

pub async fn send(Path(link): Path<String>, visit: Visit, sent: Sent) -> Response {
    let link = SecretString::from(link);
    match join(&visit, &link, &sent).await {
        Ok(Some(joined)) => {
            let Joined {
                begun,
                recovery_codes,
            } = joined;
            let codes: Vec<_> = recovery_codes.iter().map(shown_once).collect();
            let (to, notice) = match codes.is_empty() {
                true => (panel_of(&begun.account), None),
                false => (
                    paths::ACCOUNT.to_owned(),
                    Some(Notice::once(ShownOnce::RecoveryCodes(codes))),
                ),
            };
            visit.begin(&begun, &to, notice).await
        }
        Ok(None) => gone(&visit).await,
        Err(error) => {
            let notice = Notice::refused(FORM, error).typed(&sent.0);
            let own = format!("{JOIN}{}", link.expose_secret());
            let again =
                async |notice: Notice| form_page(&visit, link.expose_secret(), Some(&notice)).await;
            visit.refuse(&own, notice, again).await
        }
    }
}

async fn join(visit: &Visit, link: &SecretString, sent: &Sent) -> Result<Option<Joined>, Error> {
    let join = Join {
        link: link.clone(),
        password: sent.has("password").then(|| sent.secret("password")),
        code: sent.optional("code"),
        factor: sent.has("factor").then(|| sent.get("factor").to_owned()),
        client: visit.client(),
        guest: visit.guest(),
        replaces: visit.session_cookie(),
    };
    visit.app.accounts.join(join).await
}
