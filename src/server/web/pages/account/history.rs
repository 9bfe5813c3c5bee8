//! What has happened to an account: when, what, and by whom.

use super::{
    layout::{Page, not_theirs, page},
    visit::{Visit, by, redirect},
    words,
};
use crate::{
    domain::{AccountId, Error},
    server::{clock::now, services::accounts::AccountEntry},
    ui::{
        i18n::locale::{Text, t},
        name,
    },
};
use axum::response::Response;
use leptos::prelude::*;

const TITLE: Text = ["History", "Verlauf"];

pub async fn show(visit: &Visit, account: AccountId) -> Response {
    match read(visit, account).await {
        Ok((who, entries)) => {
            page(visit, Page::new(TITLE), || {
                let rows: Vec<_> = entries.iter().rev().map(|entry| row(visit, account, entry)).collect();
                view! {
                    <h1>{t(TITLE)} ": " {name(&who)}</h1>
                    <ol class="paper stack">{rows}</ol>
                    <p><a class="button" href="/team">{t(["Back to the team", "Zurück zum Team"])}</a></p>
                }
                .into_any()
            })
            .await
        }
        Err(Error::NotSignedIn) => redirect("/sign-in"),
        Err(error) => not_theirs(visit, &error).await,
    }
}

async fn read(visit: &Visit, account: AccountId) -> Result<(String, Vec<AccountEntry>), Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    // It refuses first who may not see it.
    let entries = accounts.history(by(&authority), account).await?;
    let known = accounts.account(account).await?;
    let who = known.map(|known| known.account.name.to_string());
    Ok((who.unwrap_or_default(), entries))
}

fn row(visit: &Visit, account: AccountId, entry: &AccountEntry) -> AnyView {
    let when = words::day_and_clock(entry.timestamp, now(), visit.zone.as_ref());
    let by = match entry.by {
        None => t(["on the command line", "auf der Kommandozeile"]).to_owned(),
        Some(by) if by == account => t(["by themselves", "selbst"]).to_owned(),
        Some(by) => by.to_string(),
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
