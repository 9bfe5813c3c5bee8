//! One account in the list of a team, and what can be done with it.

use super::{
    fields::{Form, Kind, act, act_surely, hidden},
    notice::Notice,
    sessions::sessions,
    visit::Visit,
    words,
};
use crate::{
    domain::{Account, AccountKind, AccountState},
    server::clock::now,
    ui::{
        Icon,
        i18n::locale::{Text, say, t},
        icon, name, paths,
    },
};
use leptos::prelude::*;

/// The form of a row. Which row it is, its field `id` says.
pub const ROW: &str = "team-row";

pub fn row(
    visit: &Visit,
    viewer: AccountKind,
    account: &Account,
    is_self: bool,
    notice: Option<&Notice>,
) -> AnyView {
    let id = account.id.to_string();
    let notice = notice.filter(|notice| notice.value("id") == Some(&*id));
    let form = Form::new(ROW, notice);
    let who = account.name.to_string();
    let history = say!("History of {who}", "Verlauf von {who}");
    let history_link = format!("{}?history={id}", paths::TEAM);
    let sessions = account.kind.session_limits().is_some().then(|| {
        let present = visit.session().filter(|_| is_self).unwrap_or_default();
        sessions(account, paths::TEAM, &present, visit.zone.as_ref())
    });
    view! {
        <li class="paper">
            <details open=form.is_open()>
                <summary>{summary(account)} {icon(Icon::Down)}</summary>
                <div class="stack">
                    {sessions}
                    {keys(visit, account)}
                    <form class="stack" method="post" action=paths::TEAM>
                        {hidden("id", id)}
                        {pin(form, account)}
                        {other_kitchen(viewer, form, account)}
                        <div class="row">{actions(viewer, account, is_self)}</div>
                        {form.refusal()}
                    </form>
                    <p><a href=history_link>{history}</a></p>
                </div>
            </details>
        </li>
    }
    .into_any()
}

fn summary(account: &Account) -> AnyView {
    let email = account
        .email
        .as_deref()
        .map(|email| view! { " · " {name(email)} }.into_any());
    let kitchen = account.supplier_name.as_deref();
    let kitchen = kitchen.map(|kitchen| view! { " · " {name(kitchen)} }.into_any());
    let role = (account.kind == AccountKind::Integration).then(|| {
        let reads = if account.read_only {
            t([", only reads", ", liest nur"])
        } else {
            ""
        };
        view! { " · " {t(words::role(account.role))} {reads} }.into_any()
    });
    view! {
        <span>
            <strong>{name(&account.name)}</strong>
            <span class="soft">" · " {t(words::state(account.state))} {kitchen} {email} {role}</span>
        </span>
    }
    .into_any()
}

/// A new PIN, for who has one.
fn pin(form: Form, account: &Account) -> Option<AnyView> {
    let label = ["New PIN", "Neue PIN"];
    (account.kind == AccountKind::Staff).then(|| form.optional("pin", label, None, Kind::Pin))
}

/// Another kitchen, for who is of one: an admin gives it.
fn other_kitchen(viewer: AccountKind, form: Form, account: &Account) -> Option<AnyView> {
    let label = ["Another kitchen", "Andere Küche"];
    let hint = [
        "It ends all sessions: who works elsewhere signs in again.",
        "Das beendet alle Sitzungen: Wer woanders arbeitet, meldet sich neu an.",
    ];
    let kind = Kind::Name("organization");
    changes_kitchen(viewer, account)
        .then(|| form.optional("supplier_name", label, Some(hint), kind))
}

fn changes_kitchen(viewer: AccountKind, account: &Account) -> bool {
    let is_there = matches!(account.state, AccountState::Invited | AccountState::Active);
    viewer == AccountKind::Admin && account.kind.is_of_a_supplier() && is_there
}

/// What can be done. The service refuses what the viewer may not.
fn actions(viewer: AccountKind, account: &Account, is_self: bool) -> Vec<AnyView> {
    let plain = |value, word: Text| act("button", value, word);
    let is_admin = viewer == AccountKind::Admin;
    if account.state == AccountState::Disabled {
        return vec![plain("enable", ["Enable", "Entsperren"])];
    }
    let mut actions = match account.kind {
        AccountKind::Device => vec![plain("pair", ["Pair again", "Neu verbinden"])],
        AccountKind::Staff => vec![plain("pin", ["Set the PIN", "PIN setzen"])],
        AccountKind::Driver => vec![plain("reset", ["New link", "Neuer Link"])],
        AccountKind::Integration => vec![plain("key", ["Another key", "Weiterer Schlüssel"])],
        _ => vec![plain(
            "reset",
            ["Reset the password", "Passwort zurücksetzen"],
        )],
    };
    if is_admin && !is_self && account.kind.has_password() {
        actions.push(plain(
            "reset-factors",
            [
                "Reset password and codes",
                "Passwort und Codes zurücksetzen",
            ],
        ));
    }
    if changes_kitchen(viewer, account) {
        actions.push(plain("supplier", ["Change the kitchen", "Küche wechseln"]));
    }
    if account.kind.session_limits().is_some() {
        let what_follows = match account.kind {
            kind @ (AccountKind::Device | AccountKind::Driver) => words::after_sign_out(kind),
            _ => [
                "All browsers and programs of this account are signed out at once.",
                "Alle Browser und Programme dieses Kontos werden sofort abgemeldet.",
            ],
        };
        actions.push(act_surely(
            "end-all",
            ["End all sessions…", "Alle Sitzungen beenden\u{a0}…"],
            what_follows,
            ["End them now", "Jetzt beenden"],
        ));
    }
    if !is_self {
        actions.push(act_surely(
            "disable",
            ["Disable…", "Sperren\u{a0}…"],
            [
                "It is signed out at once and cannot do anything until somebody enables it again. Nothing is deleted.",
                "Es wird sofort abgemeldet und kann nichts mehr tun, bis es jemand entsperrt. Gelöscht wird nichts.",
            ],
            ["Disable it now", "Jetzt sperren"],
        ));
    }
    actions
}

/// The keys of a program, each with a button that ends it.
fn keys(visit: &Visit, account: &Account) -> Option<AnyView> {
    let zone = visit.zone.as_ref();
    let when = |time| words::day_and_clock(time, now(), zone);
    let rows: Vec<_> = account
        .keys
        .iter()
        .map(|key| {
            let made = when(key.made_at);
            let used = key.used_at.map_or_else(
                || t(["never", "noch nie"]).to_owned(),
                |at| {
                    // To the day.
                    at.to_string().chars().take(10).collect()
                },
            );
            let words = say!(
                "Key of {made}, last used {used}",
                "Schlüssel von {made}, zuletzt {used}"
            );
            let until = key.until.map(|until| {
                let until = when(until);
                say!(", good until {until}", ", gilt bis {until}")
            });
            let start: String = key.secret.chars().take(16).collect();
            view! {
                <li>
                    <form class="row spread" method="post" action=paths::TEAM>
                        {hidden("id", account.id.to_string())} {hidden("start", start)}
                        <p translate="no">{words} {until}</p>
                        {act_surely(
                            "end-key",
                            ["End this key…", "Schlüssel beenden\u{a0}…"],
                            [
                                "Whatever uses this key is refused from now on.",
                                "Was diesen Schlüssel benutzt, wird ab sofort abgewiesen.",
                            ],
                            ["End it now", "Jetzt beenden"],
                        )}
                    </form>
                </li>
            }
            .into_any()
        })
        .collect();
    (!rows.is_empty()).then(|| view! { <ul class="stack sessions">{rows}</ul> }.into_any())
}
