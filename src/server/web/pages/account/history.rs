//! What has happened to an account: when, what, and by whom.

use super::{
    layout::{Page, not_theirs, page},
    visit::{Visit, by},
    words,
};
use crate::{
    domain::{AccountId, Error},
    server::{clock::now, services::accounts::AccountEntry},
    ui::{
        i18n::locale::{Text, say, t},
        name, paths,
    },
};
use axum::response::Response;
use leptos::prelude::*;
use std::collections::HashMap;

const TITLE: Text = ["History", "Verlauf"];

pub async fn show(visit: &Visit, account: AccountId) -> Response {
    match read(visit, account).await {
        Ok(History { who, entries, names }) => {
            page(visit, Page::new(TITLE), || {
                let rows: Vec<_> = entries.iter().rev().map(|entry| row(visit, account, entry, &names)).collect();
                view! {
                    <h1>{t(TITLE)} ": " {name(&who)}</h1>
                    <ol class="paper stack history">{rows}</ol>
                    <p><a class="button" href=paths::TEAM>{t(["Back to the team", "Zurück zum Team"])}</a></p>
                }
                .into_any()
            })
            .await
        }
        Err(Error::NotSignedIn) => visit.to_sign_in(),
        Err(error) => not_theirs(visit, &error).await,
    }
}

struct History {
    who: String,
    entries: Vec<AccountEntry>,
    /// Of those who did it.
    names: HashMap<AccountId, String>,
}

async fn read(visit: &Visit, account: AccountId) -> Result<History, Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    // It refuses first who may not see it.
    let entries = accounts.history(by(&authority), account).await?;
    let mut names = HashMap::new();
    let others = entries.iter().filter_map(|entry| entry.by);
    for id in others.chain([account]) {
        if names.contains_key(&id) {
            continue;
        }
        if let Some(known) = accounts.account(id).await? {
            names.insert(id, known.account.name.to_string());
        }
    }
    Ok(History {
        who: names.get(&account).cloned().unwrap_or_default(),
        entries,
        names,
    })
}

fn row(
    visit: &Visit,
    account: AccountId,
    entry: &AccountEntry,
    names: &HashMap<AccountId, String>,
) -> AnyView {
    let when = words::day_and_clock(entry.timestamp, now(), visit.zone.as_ref());
    let by = match entry.by {
        None => t(["on the command line", "auf der Kommandozeile"]).to_owned(),
        Some(by) if by == account => t(["by the account itself", "vom Konto selbst"]).to_owned(),
        Some(by) => {
            let who = names.get(&by).cloned().unwrap_or_else(|| by.to_string());
            say!("by {who}", "von {who}")
        }
    };
    view! {
        <li>
            <strong>{t(words::event(entry.event_type))}</strong> " · "
            <time translate="no" datetime=entry.timestamp.to_string()>{when}</time> <br/>
            <span class="small soft" translate="no">{by}</span>
        </li>
    }
    .into_any()
}
