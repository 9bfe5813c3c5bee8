//! Who works at the device of a kitchen: a tap on a name and a PIN. It grants nothing that the device has not.

use super::{
    layout::{Page, not_theirs, page},
    notice::Notice,
    staff::{TITLE, form, staff_at},
    visit::{Sent, Visit, redirect},
};
use crate::{
    domain::{AccountId, AccountKind, Error, Field as _},
    server::services::accounts::HandOver,
    ui::{Icon, empty, i18n::locale::t, own_panel, paths},
};
use axum::response::Response;
use leptos::prelude::*;

const FORM: &str = "hand-over";

pub async fn show(visit: Visit) -> Response {
    let notice = visit.notice().await;
    form_page(&visit, notice).await
}

async fn form_page(visit: &Visit, notice: Option<Notice>) -> Response {
    let Some(identity) = visit.identity() else {
        return visit.to_sign_in();
    };
    if identity.kind != AccountKind::Device {
        return not_theirs(visit, &Error::NotAllowed).await;
    }
    let staff = staff_at(&visit.app, &visit.door.viewer).await;
    let staff = staff.unwrap_or_default();
    page(visit, Page::new(TITLE), || {
        let content = match staff.is_empty() {
            true => nobody(),
            false => view! { <section class="paper stack">{form(FORM, &staff, identity.id, notice.as_ref())}</section> }
                .into_any(),
        };
        view! { <h1>{t(TITLE)}</h1> {content} }.into_any()
    })
    .await
}

/// Without staff the device itself acts.
fn nobody() -> AnyView {
    empty(
        Icon::Person,
        t(["No names here yet", "Hier gibt es noch keine Namen"]),
        t([
            "The kitchen’s manager adds who works here on the page “Team”. Until then the kitchen acts as one.",
            "Die Küchenleitung fügt auf der Seite „Team“ hinzu, wer hier arbeitet. Bis dahin handelt die Küche als eine.",
        ]),
        None,
    )
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    match hand_over(&visit, &sent).await {
        Ok(()) => {
            let identity = visit.identity();
            let own =
                identity.map(|identity| own_panel(identity.role, identity.supplier_name.as_ref()));
            redirect(own.as_deref().unwrap_or("/"))
        }
        Err(error) => {
            let notice = Notice::refused(FORM, error).typed(&sent.0);
            let again = async |notice| form_page(&visit, Some(notice)).await;
            visit.refuse(paths::HAND_OVER, notice, again).await
        }
    }
}

async fn hand_over(visit: &Visit, sent: &Sent) -> Result<(), Error> {
    let to = match sent.get("person") {
        "" => HandOver::Device,
        person => HandOver::Person {
            person: AccountId::parse(person).map_err(|error| Error::invalid("person", error))?,
            pin: sent.secret("pin"),
        },
    };
    visit.app.accounts.hand_over(visit.standing()?, to).await
}
