//! The page of those who answer for others: managers for the devices and the staff of their kitchen, dispatchers for
//! drivers, admins for everybody. Whom it lists and what is done there, the service decides.

use super::{
    fields::{Form, Kind, checkbox, hidden, submit},
    history,
    layout::{Page, not_theirs, page},
    notice::Notice,
    shown_once::once,
    team_row::row,
    visit::{Visit, by},
    words,
};
use crate::{
    domain::{Account, AccountId, AccountKind, AccountRole, AccountState, Error},
    server::{services::accounts::AccountsPage, web::query_string},
    ui::{
        Icon, empty, has_team,
        i18n::locale::{Text, t},
        icon, paths,
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
        None => return visit.to_sign_in(),
        Some(identity) if has_team(&visit.door.viewer) => identity.kind,
        Some(_) => return not_theirs(visit, &Error::NotAllowed).await,
    };
    let listed = match list(visit, kind, before).await {
        Ok(listed) => listed,
        Err(Error::NotSignedIn) => return visit.to_sign_in(),
        Err(error) => return not_theirs(visit, &error).await,
    };
    let (listed, drivers) = listed;
    let holds_secret = notice.is_some_and(Notice::shows_once);
    page(visit, Page::new(TITLE).holding(holds_secret), || {
        view! {
            <h1>{t(TITLE)}</h1>
            {once(visit, notice)}
            {additions(kind, &drivers, notice)}
            {groups(visit, kind, &listed, notice)}
        }
        .into_any()
    })
    .await
}

/// Whom the viewer answers for; and for admins the drivers, for one of whom a program may act.
async fn list(
    visit: &Visit,
    viewer: AccountKind,
    before: Option<AccountId>,
) -> Result<(AccountsPage, Vec<Account>), Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    let drivers = match viewer {
        AccountKind::Admin => accounts.drivers().await?.to_vec(),
        _ => Vec::new(),
    };
    let listed = accounts.list(by(&authority), before, ROWS).await?;
    Ok((listed, drivers))
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
        let address = format!("{}?before={next}", paths::TEAM);
        view! { <p><a class="button" href=address>{t(["More", "Weitere"])}</a></p> }.into_any()
    });
    match groups.is_empty() {
        true => empty(
            Icon::Person,
            t(["Nobody here yet", "Noch niemand da"]),
            t(nobody_yet(viewer)),
            None,
        ),
        false => view! { {groups} {more} }.into_any(),
    }
}

/// What comes first in an empty team.
fn nobody_yet(viewer: AccountKind) -> Text {
    match viewer {
        AccountKind::Manager => [
            "Add the tablet of your kitchen above, and then whoever works at it.",
            "Füge oben das Tablet deiner Küche hinzu, und dann alle, die daran arbeiten.",
        ],
        AccountKind::Dispatcher => [
            "Add your drivers above: each gets a link for their phone.",
            "Füge oben deine Fahrer hinzu: Jeder bekommt einen Link für sein Telefon.",
        ],
        _ => ["Invite somebody above.", "Lade oben jemanden ein."],
    }
}

/// The forms that a role adds somebody with. An admin begins with people; devices and staff are the managers' to add.
fn additions(viewer: AccountKind, drivers: &[Account], notice: Option<&Notice>) -> AnyView {
    let is_admin = viewer == AccountKind::Admin;
    let has_kitchen = matches!(viewer, AccountKind::Admin | AccountKind::Manager);
    let has_drivers = matches!(viewer, AccountKind::Admin | AccountKind::Dispatcher);
    view! {
        <div class="additions">
            {is_admin.then(|| invite(notice))}
            {has_kitchen.then(|| device(is_admin, notice))}
            {has_kitchen.then(|| staff(is_admin, notice))}
            {has_drivers.then(|| driver(notice))}
            {is_admin.then(|| program(drivers, notice))}
        </div>
    }
    .into_any()
}

/// A form that unfolds; it stays so where it was refused.
fn addition(form: Form, heading: Text, fields: AnyView) -> AnyView {
    view! {
        <details class="paper" open=form.is_open()>
            <summary>{icon(Icon::Plus)} {t(heading)}</summary>
            <form class="stack" id=form.id() method="post" action=paths::TEAM>{fields} {form.refusal()}</form>
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
    is_asked.then(|| form.field("supplier_name", label, None, Kind::Name("off")))
}

const NAME: Text = ["Name", "Name"];

fn device(is_admin: bool, notice: Option<&Notice>) -> AnyView {
    let form = Form::new(DEVICE, notice);
    let hint = [
        "Where it stands, for example: tablet at the oven.",
        "Wo es steht, zum Beispiel: Tablet am Ofen.",
    ];
    let fields = view! {
        {kind_of(AccountKind::Device)}
        {form.field("name", NAME, Some(hint), Kind::Name("off"))}
        {kitchen(form, is_admin)}
        {submit(["Show the pairing code", "Verbindungscode anzeigen"])}
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
        "4 to 8 digits. This person types them at the device to take over.",
        "4 bis 8 Ziffern. Damit meldet sich die Person am Gerät.",
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
        ["Add kitchen staff", "Küchenteam hinzufügen"],
        fields.into_any(),
    )
}

fn driver(notice: Option<&Notice>) -> AnyView {
    let form = Form::new(DRIVER, notice);
    let hint = [
        "As dispatch calls them.",
        "Wie die Auslieferung sie oder ihn nennt.",
    ];
    let fields = view! {
        {kind_of(AccountKind::Driver)}
        {form.field("name", NAME, Some(hint), Kind::Name("off"))}
        {submit(["Make the link", "Link erstellen"])}
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
    let hint = [
        "For a kitchen manager: the kitchen’s name, as its offers show it.",
        "Für eine Küchenleitung: der Name der Küche, wie ihn ihre Angebote zeigen.",
    ];
    let fields = view! {
        {form.choice("kind", ["As", "Als"], &kinds)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {form.field("email", ["E-mail address", "E-Mail-Adresse"], None, Kind::OthersEmail)}
        <div class="of-kitchen">{form.optional("supplier_name", ["Kitchen", "Küche"], Some(hint), Kind::Name("off"))}</div>
        {submit(["Make the link", "Link erstellen"])}
    };
    addition(
        form,
        ["Invite somebody", "Jemanden einladen"],
        fields.into_any(),
    )
}

fn program(drivers: &[Account], notice: Option<&Notice>) -> AnyView {
    let form = Form::new(PROGRAM, notice);
    let roles = [
        AccountRole::Integrator,
        AccountRole::Supplier,
        AccountRole::Dispatch,
        AccountRole::Driver,
    ];
    let roles = roles.map(|role| (role.name().to_owned(), t(words::role(role)).to_owned()));
    let nobody = (
        String::new(),
        t(["Choose a driver", "Fahrer wählen"]).to_owned(),
    );
    let names = drivers
        .iter()
        .map(|driver| (driver.id.to_string(), driver.name.to_string()));
    let drivers: Vec<_> = [nobody].into_iter().chain(names).collect();
    let fields = view! {
        {kind_of(AccountKind::Integration)}
        {form.field("name", NAME, None, Kind::Name("off"))}
        {form.choice("role", ["Acts for", "Handelt für"], &roles)}
        <div class="of-kitchen">{form.optional("supplier_name", ["Kitchen", "Küche"], None, Kind::Name("off"))}</div>
        <div class="of-driver">{form.choice("driver_id", ["Driver", "Fahrer"], &drivers)}</div>
        {form.optional("until", ["Good until (may stay empty)", "Gilt bis (darf leer bleiben)"], None, Kind::Date)}
        {checkbox("read_only", ["It only reads", "Es liest nur"], form.value("read_only").is_some())}
        {submit(["Make the key", "Schlüssel erstellen"])}
    };
    addition(
        form,
        ["Add a program", "Programm hinzufügen"],
        fields.into_any(),
    )
}
