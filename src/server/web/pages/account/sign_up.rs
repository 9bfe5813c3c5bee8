//! How customers make an account. It never signs in, and answers the same for an address that is known.

use super::{
    fields::{Form, Kind, submit},
    layout::{Page, page},
    notice::{Notice, Said},
    visit::{Sent, Visit, redirect},
};
use crate::{
    domain::{Email, Error, Field, InvalidField, Name},
    server::services::accounts::SignUp,
    ui::{
        i18n::locale::{Text, t},
        paths,
    },
};
use axum::response::Response;
use leptos::prelude::*;

const FORM: &str = "sign-up";
const TITLE: Text = ["Make an account", "Konto anlegen"];
pub const PASSWORD_HINT: Text = [
    "At least 15 characters. A short sentence is easy to remember.",
    "Mindestens 15 Zeichen. Einen kurzen Satz merkt man sich leicht.",
];

pub async fn show(visit: Visit) -> Response {
    if visit.identity().is_some() {
        return redirect(paths::ACCOUNT);
    }
    let notice = visit.notice().await;
    form_page(&visit, notice.as_ref()).await
}

async fn form_page(visit: &Visit, notice: Option<&Notice>) -> Response {
    let form = Form::new(FORM, notice);
    page(visit, Page::new(TITLE), || {
        view! {
            <h1>{t(TITLE)}</h1>
            <p class="soft">{t([
                "You can order without one. With an account you see your orders on every device.",
                "Bestellen kannst du auch ohne. Mit Konto siehst du deine Bestellungen auf jedem Gerät.",
            ])}</p>
            <form class="paper stack" id=form.id() method="post" action=paths::SIGN_UP>
                {form.field("name", ["Your name", "Dein Name"], None, Kind::Name("name"))}
                {form.field("email", ["E-mail address", "E-Mail-Adresse"], None, Kind::Email)}
                {form.field("password", ["Password", "Passwort"], Some(PASSWORD_HINT), Kind::NewPassword)}
                {form.refusal()}
                {submit(TITLE)}
            </form>
            <p><a href=paths::SIGN_IN>{t(["I already have an account", "Ich habe schon ein Konto"])}</a></p>
        }
        .into_any()
    })
    .await
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    match sign_up(&visit, &sent).await {
        Ok(()) => {
            let notice = Notice::said(Said::SignedUp);
            visit.lead_to(paths::SIGN_IN, Some(notice)).await
        }
        Err(error) => {
            let notice = Notice::refused(FORM, error).typed(&sent.0);
            let again = async |notice: Notice| form_page(&visit, Some(&notice)).await;
            visit.refuse(paths::SIGN_UP, notice, again).await
        }
    }
}

async fn sign_up(visit: &Visit, sent: &Sent) -> Result<(), Error> {
    check(&[
        invalid_field::<Email>("email", sent.get("email")),
        invalid_field::<Name>("name", sent.get("name")),
    ])?;
    let sign_up = SignUp {
        email: sent.get("email").to_owned(),
        name: sent.get("name").to_owned(),
        password: sent.secret("password"),
        client: visit.client(),
    };
    visit.app.accounts.sign_up(sign_up).await
}

/// What is wrong with a field, if anything is.
pub fn invalid_field<T: Field>(field: &str, value: &str) -> Option<InvalidField> {
    let error = T::parse(value).err()?;
    Some(InvalidField {
        field: field.to_owned(),
        error,
    })
}

/// All that is wrong at once, each beside its field.
pub fn check(faults: &[Option<InvalidField>]) -> Result<(), Error> {
    let faults: Vec<_> = faults.iter().flatten().cloned().collect();
    match faults.is_empty() {
        true => Ok(()),
        false => Err(Error::Invalid(faults)),
    }
}
