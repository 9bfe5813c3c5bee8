//! The staff of a kitchen, as its device offers them: a chip for each, and the PIN.

use super::{
    fields::{Form, Kind, submit},
    notice::Notice,
};
use crate::{
    domain::{Account, AccountId, AccountKind, Error, Viewer},
    server::web::state::AppState,
    ui::{
        i18n::locale::{Text, t},
        name,
    },
};
use leptos::prelude::*;

pub const TITLE: Text = ["Who is working?", "Wer arbeitet?"];

/// Who can work at the device that looks.
pub async fn staff_at(app: &AppState, viewer: &Viewer) -> Result<Vec<Account>, Error> {
    let device = viewer
        .identity()
        .filter(|identity| identity.kind == AccountKind::Device);
    match device.and_then(|device| device.supplier_name.as_ref()) {
        Some(supplier) => app.accounts.staff_of(supplier).await,
        None => Ok(Vec::new()),
    }
}

/// The chips of the staff, and the PIN. `current` is who acts now.
pub fn form(
    id: &'static str,
    staff: &[Account],
    current: Option<AccountId>,
    notice: Option<&Notice>,
) -> AnyView {
    let form = Form::new(id, notice);
    let chosen = form.value("person");
    let is_chosen = |id: AccountId| match &chosen {
        Some(chosen) => *chosen == id.to_string(),
        None => current == Some(id),
    };
    let is_device = !staff.iter().any(|person| is_chosen(person.id));
    let chip = |value: String, word: AnyView, checked: bool| {
        view! { <label><input type="radio" name="person" value=value checked=checked/> {word}</label> }
            .into_any()
    };
    let people: Vec<_> = staff
        .iter()
        .map(|person| {
            chip(
                person.id.to_string(),
                name(&person.name),
                is_chosen(person.id),
            )
        })
        .collect();
    let device = t(["The device", "Das Gerät"]).into_any();
    let pin_hint = ["The device needs none.", "Das Gerät braucht keine."];
    view! {
        <form class="stack" id=form.id() method="post" action="/hand-over">
            <fieldset class="chips">
                <legend>{t(TITLE)}</legend>
                {people} {chip(String::new(), device, is_device)}
            </fieldset>
            {form.optional("pin", ["PIN", "PIN"], Some(pin_hint), Kind::Pin)}
            {form.refusal()}
            {submit(["Hand over", "Übernehmen"])}
        </form>
    }
    .into_any()
}
