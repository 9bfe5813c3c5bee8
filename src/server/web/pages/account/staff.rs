//! The staff of a kitchen, as its device offers them: a chip for each, and the PIN.

use super::{
    fields::{Form, Kind, hidden, submit},
    notice::Notice,
};
use crate::{
    domain::{Account, AccountId, AccountKind, Error, Viewer},
    server::web::state::AppState,
    ui::{
        i18n::locale::{Text, say, t},
        name, paths,
    },
};
use leptos::prelude::*;

pub const TITLE: Text = ["Who is working?", "Wer arbeitet?"];
/// No one person: the device itself acts.
const KITCHEN: Text = ["The kitchen", "Die Küche"];
const HAND_OVER: Text = ["Take over", "Übernehmen"];

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

/// The strip at the top of a kitchen's screen: a chip for each of the staff, which opens a field for the PIN. The device
/// itself needs none. `current` is who acts now. It works without the program.
pub fn strip(staff: &[Account], current: Option<AccountId>) -> AnyView {
    let is_device = !staff.iter().any(|person| current == Some(person.id));
    let mark = |is_current: bool| is_current.then_some("true");
    let chips: Vec<_> = staff
        .iter()
        .map(|person| {
            let current = mark(current == Some(person.id));
            let target = format!("pin-{}", person.id);
            view! {
                <li><button type="button" popovertarget=target aria-current=current>{name(&person.name)}</button></li>
            }
            .into_any()
        })
        .collect();
    let pins: Vec<_> = staff.iter().map(pin_of).collect();
    view! {
        <aside class="staff" aria-label=t(TITLE)>
            <p class="soft">{t(TITLE)}</p>
            <ul>
                {chips}
                <li>
                    <form method="post" action=paths::HAND_OVER>
                        <button name="person" value="" aria-current=mark(is_device)>{t(KITCHEN)}</button>
                    </form>
                </li>
            </ul>
            {pins}
        </aside>
    }
    .into_any()
}

/// Asks for the PIN of a person.
fn pin_of(person: &Account) -> AnyView {
    let id = person.id;
    let field = format!("pin-of-{id}");
    let who = person.name.to_string();
    let label = say!("PIN of {who}", "PIN von {who}");
    let dialog = label.clone();
    view! {
        <div class="look pin" id=format!("pin-{id}") popover="auto" role="dialog" aria-label=dialog>
            <form class="stack" method="post" action=paths::HAND_OVER>
                {hidden("person", id.to_string())}
                <div class="field">
                    <label for=field.clone()>{label}</label>
                    <input class="input" id=field name="pin" type="password" inputmode="numeric" autocomplete="off" minlength="4" maxlength="8" required autofocus/>
                </div>
                {submit(HAND_OVER)}
            </form>
        </div>
    }
    .into_any()
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
    let device = t(KITCHEN).into_any();
    let pin_hint = [
        "Your own. The kitchen needs none.",
        "Deine eigene. Die Küche braucht keine.",
    ];
    view! {
        <form class="stack" id=form.id() method="post" action=paths::HAND_OVER>
            <fieldset class="chips">
                <legend>{t(TITLE)}</legend>
                {people} {chip(String::new(), device, is_device)}
            </fieldset>
            {form.optional("pin", ["PIN", "PIN"], Some(pin_hint), Kind::Pin)}
            {form.refusal()}
            {submit(HAND_OVER)}
        </form>
    }
    .into_any()
}
