//! The devices on which an account is signed in, each with a button that ends it.

use super::{
    fields::{act_surely, hidden},
    words,
};
use crate::{
    domain::{Account, AccountKind, Session, SessionKind, Zone},
    server::clock::now,
    ui::{
        i18n::locale::{say, t},
        name,
    },
};
use leptos::prelude::*;

/// `present` is the session that looks; `to` the page of the forms.
pub fn sessions(
    account: &Account,
    to: &'static str,
    present: &str,
    zone: Option<&Zone>,
) -> AnyView {
    let rows: Vec<_> = live_sessions(account)
        .map(|session| row(account, session, to, session.id == present, zone))
        .collect();
    match rows.is_empty() {
        true => {
            let words = t(["Signed in nowhere.", "Nirgends angemeldet."]);
            view! { <p class="soft">{words}</p> }.into_any()
        }
        false => view! { <ul class="stack sessions">{rows}</ul> }.into_any(),
    }
}

/// Newest first.
pub fn live_sessions(account: &Account) -> impl Iterator<Item = &Session> {
    let limits = account.kind.session_limits();
    let is_live =
        move |session: &&Session| limits.is_some_and(|limits| session.is_live(limits, now()));
    account.sessions.iter().rev().filter(is_live)
}

fn row(
    account: &Account,
    session: &Session,
    to: &'static str,
    is_present: bool,
    zone: Option<&Zone>,
) -> AnyView {
    let kind = match session.kind {
        SessionKind::Page => ["Browser", "Browser"],
        SessionKind::Token => ["Program", "Programm"],
    };
    let when = |time| words::day_and_clock(time, now(), zone);
    let (made, used) = (when(session.made_at), when(session.used_at));
    let times = say!(
        "since {made}, last used {used}",
        "seit {made}, zuletzt {used}"
    );
    let here = is_present
        .then(|| view! { <strong>{t(["This device", "Dieses Gerät"])}</strong> " · " }.into_any());
    // A slip would leave the tablet of a kitchen, or a driver's phone, signed out in the middle of the work.
    let is_hard_to_regain = matches!(account.kind, AccountKind::Device | AccountKind::Driver);
    let device = session.device.to_string();
    let what = say!("End: {device}, {times}", "Beenden: {device}, {times}");
    view! {
        <li>
            <form class="row spread" method="post" action=to>
                {hidden("id", account.id.to_string())}
                {hidden("session", session.id.clone())}
                <p>{here} {t(kind)} " · " {name(&session.device)} <br/> <span class="small soft" translate="no">{times}</span></p>
                {match is_hard_to_regain {
                    true => act_surely(
                        "end",
                        ["End…", "Beenden\u{a0}…"],
                        words::after_sign_out(account.kind),
                        ["End it", "Beenden"],
                    ),
                    false => view! { <button class="button" name="act" value="end" aria-label=what>{t(["End", "Beenden"])}</button> }.into_any(),
                }}
            </form>
        </li>
    }
    .into_any()
}
