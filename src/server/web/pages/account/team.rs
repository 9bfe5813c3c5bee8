//! The page of those who answer for others: managers for the devices and the staff of their kitchen, dispatchers for
//! drivers, admins for everybody. Whom it lists and what is done there, the service decides.

use super::{
    beside::has_team,
    fields::{Form, Kind, checkbox, hidden, submit},
    history,
    layout::{Page, not_theirs, page},
    notice::Notice,
    once::{once, shares},
    team_row::row,
    visit::{Visit, by, redirect},
    words,
};
use crate::{
    domain::{Account, AccountId, AccountKind, AccountRole, AccountState, Error},
    server::{services::accounts::AccountsPage, web::query_string},
    ui::{
        Icon, empty,
        i18n::locale::{Text, t},
    },
};
use axum::response::Response;
use leptos::prelude::*;

const TITLE: Text = ["Team", "Team"];
/// Accounts on one page.
const ROWS: usize = 100;

/// The forms that add somebody, by what they add.
pub const DEVICE: &str = "add-device";
pub const STAFF: &str = "add-staff";
pub const DRIVER: &str = "add-driver";
pub const INVITE: &str = "invite";
pub const PROGRAM: &str = "add-program";

pub async fn show(visit: Visit) -> Response {
    let notice = visit.notice().await;
    let parameter = |name: &str| {
        query_string::pairs(&visit.query).find_map(|(own, pair)| {
            let value = pair.split_once('=')?.1;
            (own.as_deref() == Some(name)).then(|| value.parse::<AccountId>().ok())?
        })
    };
    match parameter("history") {
        Some(account) => history::show(&visit, account).await,
        None => team_page(&visit, parameter("before"), notice.as_ref()).await,
    }
}

pub async fn team_page(
    visit: &Visit,
    before: Option<AccountId>,
    notice: Option<&Notice>,
) -> Response {
    let kind = match visit.identity() {
        None => return redirect("/sign-in"),
        Some(identity) if has_team(identity.kind) => identity.kind,
        Some(_) => return not_theirs(visit, &Error::NotAllowed).await,
    };
    let listed = match list(visit, before).await {
        Ok(listed) => listed,
        Err(Error::NotSignedIn) => return redirect("/sign-in"),
        Err(error) => return not_theirs(visit, &error).await,
    };
    let look = Page {
        shares: shares(notice),
        ..Page::new(TITLE)
    };
    page(visit, look, || {
        view! {
            <h1>{t(TITLE)}</h1>
            {once(visit, notice)}
            {additions(kind, notice)}
            {groups(visit, kind, &listed, notice)}
        }
        .into_any()
    })
    .await
}

async fn list(visit: &Visit, before: Option<AccountId>) -> Result<AccountsPage, Error> {
    let authority = visit.authority()?;
    visit.app.accounts.list(by(&authority), before, ROWS).await
}

/// Who is listed, by kind.
fn groups(
    visit: &Visit,
    viewer: AccountKind,
    listed: &AccountsPage,
    notice: Option<&Notice>,
) -> AnyView {
    let is_open = |account: &&Account| account.state != AccountState::Closed;
    let own = visit.identity().and_then(|identity| identity.id);
    let groups: Vec<_> = AccountKind::ALL
        .iter()
        .filter_map(|kind| {
            let of_kind = listed.accounts.iter().filter(is_open);
            let rows: Vec<_> = of_kind
                .filter(|account| account.kind == *kind)
                .map(|account| row(visit, viewer, account, own == Some(account.id), notice))
                .collect();
            let heading = t(words::kind(*kind));
            let id = format!("kind-{}", kind.name());
            (!rows.is_empty()).then(|| {
                view! {
                    <section class="stack" aria-labelledby=id.clone()>
                        <h2 id=id.clone()>{heading}</h2>
                        <ul class="stack">{rows}</ul>
                    </section>
                }
                .into_any()
            })
        })
        .collect();
    let more = listed.next.map(|next| {
        let address = format!("/team?before={next}");
        view! { <p><a class="button" href=address>{t(["More", "Weitere"])}</a></p> }.into_any()
    });
    match groups.is_empty() {
        true => empty(
            Icon::Person,
            t(["Nobody yet", "Noch niemand"]),
            t(["Add somebody above.", "Füge oben jemanden hinzu."]),
            None,
        ),
        false => view! { {groups} {more} }.into_any(),
    }
}

/// The forms that a role adds somebody with.
fn additions(viewer: AccountKind, notice: Option<&Notice>) -> AnyView {
    let is_admin = viewer == AccountKind::Admin;
    let has_kitchen = matches!(viewer, AccountKind::Admin | AccountKind::Manager);
    let has_drivers = matches!(viewer, AccountKind::Admin | AccountKind::Dispatcher);
    view! {
        <div class="additions">
            {has_kitchen.then(|| device(is_admin, notice))}
            {has_kitchen.then(|| staff(is_admin, notice))}
            {has_drivers.then(|| driver(notice))}
            {is_admin.then(|| invite(notice))}
            {is_admin.then(|| program(notice))}
        </div>
    }
    .into_any()
}

/// A form that unfolds; it stays so where it was refused.
fn addition(form: Form, heading: Text, fields: AnyView) -> AnyView {
    view! {
        <details class="paper" open=form.is_open()>
            <summary class="button quiet">{t(heading)}</summary>
            <form class="stack" id=form.id() method="post" action="/team">{fields} {form.refusal()}</form>
        </details>
    }
    .into_any()
}

fn kind_of(kind: AccountKind) -> AnyView {
    hidden("kind", kind.name().to_owned())
}

/// Admins name the kitchen; a manager has one.
fn kitchen(form: Form, is_asked: bool) -> Option<AnyView> {
    let label = ["Kitchen", "Küche"];
    is_asked.then(|| form.field("supplier_name", label, None, Kind::Name("organization")))
}

const NAME: Text = ["Name", "Name"];

fn device(is_admin: bool, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(DEVICE, notice);
    let hint = [
        "For example: tablet at the oven.",
        "Zum Beispiel: Tablet am Ofen.",
    ];
    let fields = view! {
        {kind_of(AccountKind::Device)}
        {form.field("name", NAME, Some(hint), Kind::Name("off"))}
        {kitchen(form, is_admin)}
        {submit(["Show its code", "Code anzeigen"])}
    };
    addition(
        form,
        ["Add a device", "Gerät hinzufügen"],
        fields.into_any(),
    )
}

fn staff(is_admin: bool, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(STAFF, notice);
    let hint = [
        "4 to 8 digits, typed at the device.",
        "4 bis 8 Ziffern, am Gerät eingetippt.",
    ];
    let fields = view! {
        {kind_of(AccountKind::Staff)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {form.field("pin", ["PIN", "PIN"], Some(hint), Kind::Pin)}
        {kitchen(form, is_admin)}
        {submit(["Add", "Hinzufügen"])}
    };
    addition(
        form,
        ["Add somebody of the staff", "Jemanden vom Team hinzufügen"],
        fields.into_any(),
    )
}

fn driver(notice: Option<&Notice>) -> AnyView {
    let form = Form::new(DRIVER, notice);
    let fields = view! {
        {kind_of(AccountKind::Driver)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {submit(["Make a link", "Link machen"])}
    };
    addition(
        form,
        ["Add a driver", "Fahrer hinzufügen"],
        fields.into_any(),
    )
}

fn invite(notice: Option<&Notice>) -> AnyView {
    let form = Form::new(INVITE, notice);
    let kinds = [
        AccountKind::Manager,
        AccountKind::Dispatcher,
        AccountKind::Admin,
    ];
    let kinds = kinds.map(|kind| (kind.name().to_owned(), t(words::kind(kind)).to_owned()));
    let hint = ["Of a kitchen manager only.", "Nur bei einer Küchenleitung."];
    let fields = view! {
        {form.choice("kind", ["As", "Als"], &kinds)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {form.field("email", ["E-mail address", "E-Mail-Adresse"], None, Kind::OthersEmail)}
        {form.optional("supplier_name", ["Kitchen", "Küche"], Some(hint), Kind::Name("off"))}
        {submit(["Make a link", "Link machen"])}
    };
    addition(
        form,
        ["Invite somebody", "Jemanden einladen"],
        fields.into_any(),
    )
}

fn program(notice: Option<&Notice>) -> AnyView {
    let form = Form::new(PROGRAM, notice);
    let roles = [
        AccountRole::Integrator,
        AccountRole::Supplier,
        AccountRole::Dispatch,
        AccountRole::Driver,
    ];
    let roles = roles.map(|role| (role.name().to_owned(), t(words::role(role)).to_owned()));
    let (kitchen, driver) = (
        [
            "Where it acts for one kitchen.",
            "Wenn es für eine Küche handelt.",
        ],
        [
            "Where it acts for one driver.",
            "Wenn es für einen Fahrer handelt.",
        ],
    );
    let fields = view! {
        {kind_of(AccountKind::Integration)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {form.choice("role", ["Acts for", "Handelt für"], &roles)}
        {form.optional("supplier_name", ["Kitchen", "Küche"], Some(kitchen), Kind::Name("off"))}
        {form.optional("driver_id", ["Driver’s id", "Id des Fahrers"], Some(driver), Kind::Name("off"))}
        {form.optional("until", ["Good until", "Gilt bis"], None, Kind::Date)}
        {checkbox("read_only", ["It only reads", "Es liest nur"], form.value("read_only").is_some())}
        {submit(["Make a key", "Schlüssel machen"])}
    };
    addition(
        form,
        ["Add a program", "Programm hinzufügen"],
        fields.into_any(),
    )
}
