//! The devices on which an account is signed in, each with a button that ends it.

use super::{fields::hidden, words};
use crate::{
    domain::{Account, Session, SessionKind, Zone},
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
    let limits = account.kind.session_limits();
    let is_live = |session: &&Session| limits.is_some_and(|limits| session.is_live(limits, now()));
    let rows: Vec<_> = account
        .sessions
        .iter()
        .rev()
        .filter(is_live)
        .map(|session| row(account, session, to, session.id == present, zone))
        .collect();
    match rows.is_empty() {
        true => view! { <p class="soft">{t(["Nowhere.", "Nirgends."])}</p> }.into_any(),
        false => view! { <ul class="stack sessions">{rows}</ul> }.into_any(),
    }
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
    let device = session.device.to_string();
    let what = say!("End: {device}, {times}", "Beenden: {device}, {times}");
    view! {
        <li>
            <form class="row spread" method="post" action=to>
                {hidden("id", account.id.to_string())}
                {hidden("session", session.id.clone())}
                <p>{here} {t(kind)} " · " {name(&session.device)} <br/> <span class="small soft" translate="no">{times}</span></p>
                <button class="button" name="act" value="end" aria-label=what>{t(["End", "Beenden"])}</button>
            </form>
        </li>
    }
    .into_any()
}
