//! How the device of a kitchen signs in: once, with the code that its manager shows.

use super::{
    fields::{Form, Kind, submit},
    layout::{Page, page},
    notice::Notice,
    refusals::PAIR,
    visit::{Sent, Visit, panel_of},
};
use crate::{
    domain::{Error, FieldError},
    ui::{
        i18n::locale::{Text, t},
        paths,
    },
};
use axum::response::Response;
use leptos::prelude::*;

const TITLE: Text = ["Pair this device", "Dieses Gerät verbinden"];

pub async fn show(visit: Visit) -> Response {
    let notice = visit.notice().await;
    form_page(&visit, notice.as_ref()).await
}

async fn form_page(visit: &Visit, notice: Option<&Notice>) -> Response {
    let form = Form::new(PAIR, notice).begins_at("code");
    let hint = [
        "Eight letters and digits. The code works once, within ten minutes.",
        "Acht Buchstaben und Ziffern. Der Code gilt einmal, zehn Minuten lang.",
    ];
    page(visit, Page::new(TITLE), || {
        view! {
            <h1>{t(TITLE)}</h1>
            <p class="soft">{t([
                "The kitchen’s manager opens “Team”, adds this device, and tells you its code.",
                "Die Küchenleitung öffnet „Team“, fügt dieses Gerät hinzu und sagt dir den Code.",
            ])}</p>
            <form class="paper stack" id=form.id() method="post" action=paths::PAIR>
                {form.field("code", ["Code", "Code"], Some(hint), Kind::PairingCode)}
                {form.refusal()}
                {submit(["Pair", "Verbinden"])}
            </form>
        }
        .into_any()
    })
    .await
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    let (client, replaces) = (visit.client(), visit.session_cookie());
    let paired = match sent.get("code").trim() {
        "" => Err(Error::invalid("code", FieldError::Empty)),
        code => visit.app.accounts.pair(code, client, replaces).await,
    };
    match paired {
        Ok(begun) => {
            let kitchen = panel_of(&begun.account);
            visit.begin(&begun, &kitchen, None).await
        }
        Err(error) => {
            let error = match error {
                Error::WrongCredentials => Error::invalid("code", FieldError::WrongCode),
                other => other,
            };
            let notice = Notice::refused(PAIR, error);
            let again = async |notice: Notice| form_page(&visit, Some(&notice)).await;
            visit.refuse(paths::PAIR, notice, again).await
        }
    }
}
