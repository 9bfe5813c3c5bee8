//! The pizzerias: the data of their time zones and places, and those that can never be ordered from.

use super::report::{Finding, Report};
use crate::{
    domain::{
        ShopKind, Time,
        shop::{
            basket::RestaurantId,
            menu::{Item, Outline},
            profile::Profile,
        },
    },
    server::{
        clock::now,
        config::{self, StoreConfig},
        services::{shops::documents, zones},
        store::{Embedded, Query, Redis, Result, Store, Target, ThroughServer, Unreadable, open},
    },
};
use std::{path::Path, time::Duration};
use tokio::time::timeout;

const GROUP: &str = "pizzerias";

/// Of reading them.
const READ_TIMEOUT: Duration = Duration::from_secs(5);
/// How many pizzerias are looked at.
const LIMIT: usize = 500;
/// How many are named.
const NAMED: usize = 5;

/// A pizzeria, and why nobody can order there.
struct Idle {
    slug: String,
    reasons: Vec<&'static str>,
}

/// What a store that can be read has of them. One that cannot has its own findings.
pub async fn examine(report: &mut Report, store: &StoreConfig) {
    let version = zones::database_version();
    let finding = Finding::ok(format!("{version}, which the program holds"));
    report.add(GROUP, "time zones", finding.with("version", version));
    if let Ok(places) = config::places() {
        let says = format!("{} postcodes", places.len());
        let finding = Finding::ok(says).with("postcodes", places.len());
        report.add(GROUP, "places", finding);
    }
    report.doing("reading the pizzerias");
    if let Ok(Some((count, idle))) = timeout(READ_TIMEOUT, read(store)).await {
        report.add(GROUP, "orders", who_takes_orders(count, &idle));
    }
}

async fn read(store: &StoreConfig) -> Option<(u64, Vec<Idle>)> {
    match store {
        StoreConfig::Embedded(folder) => read_file(folder).await,
        StoreConfig::Redis { info, credentials } => {
            let retention = config::retention().ok()?;
            let target = Target::of_market((**info).clone(), credentials, retention);
            let store = Redis::open_read_only(target).await.ok()?;
            find_idle(&store).await.ok()
        }
    }
}

async fn read_file(folder: &Path) -> Option<(u64, Vec<Idle>)> {
    let file = open::file(folder);
    if !file.exists() {
        return None;
    }
    match Embedded::open_read_only(&file) {
        Ok(store) => find_idle(&store).await.ok(),
        Err(Unreadable::Held) => find_idle(&ThroughServer::of(folder)).await.ok(),
        Err(Unreadable::Broken(_)) => None,
    }
}

async fn find_idle(store: &dyn Store) -> Result<(u64, Vec<Idle>)> {
    let all = Query {
        index: documents::restaurants(),
        before: None,
        limit: LIMIT,
    };
    let mut listing = store.list(&[all]).await?;
    let page = listing.pages.pop().unwrap_or_default();
    let mut idle = Vec::new();
    for text in &page.documents {
        // What cannot be read is found by `verify`.
        let Ok(profile) = serde_json::from_str::<Profile>(text) else {
            continue;
        };
        let has_menu = has_menu(store, profile.id).await?;
        let reasons = reasons(&profile, has_menu, now());
        if !reasons.is_empty() {
            let slug = profile.slug.to_string();
            idle.push(Idle { slug, reasons });
        }
    }
    Ok((page.total, idle))
}

/// Whether an item stands in a category.
async fn has_menu(store: &dyn Store, id: RestaurantId) -> Result<bool> {
    let outline = store.get(&documents::key(ShopKind::Menu, id)).await?;
    let outline = outline.and_then(|text| serde_json::from_str::<Outline>(&text).ok());
    let codes = outline.into_iter().flat_map(|outline| outline.categories);
    for code in codes.flat_map(|category| category.items) {
        let item = store.get(&documents::item_key(id, &code)).await?;
        let item = item.and_then(|text| serde_json::from_str::<Item>(&text).ok());
        if item.is_some_and(|item| !item.gone) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Why nobody can order there, now or later.
fn reasons(profile: &Profile, has_menu: bool, now: Time) -> Vec<&'static str> {
    let opens = zones::IanaZone::find(&profile.time_zone).is_ok_and(|zone| {
        let opening = profile.opening(&zone);
        opening.spans_from(now).next().is_some()
    });
    let checks = [
        (profile.listed, "it is not listed"),
        (opens, "it has no hours"),
        (!profile.areas.is_empty(), "it has no areas"),
        (has_menu, "its menu is empty"),
    ];
    let failed = checks.into_iter().filter(|(is_met, _)| !is_met);
    failed.map(|(_, why)| why).collect()
}

fn who_takes_orders(count: u64, idle: &[Idle]) -> Finding {
    let data = |finding: Finding| {
        let slugs: Vec<_> = idle.iter().map(|one| one.slug.clone()).collect();
        finding
            .with("pizzerias", count)
            .with("without_orders", slugs)
    };
    if idle.is_empty() {
        return data(Finding::ok(match count {
            0 => "there are no pizzerias".to_owned(),
            1 => "the one pizzeria can be ordered from".to_owned(),
            many => format!("{many} pizzerias can be ordered from"),
        }));
    }
    let named = idle.iter().take(NAMED);
    let named = named.map(|one| format!("{} ({})", one.slug, one.reasons.join(", ")));
    let more = match idle.len().saturating_sub(NAMED) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let named = named.collect::<Vec<_>>().join("; ");
    data(Finding::warning(
        format!("nobody can order from {named}{more}"),
        "Complete what is missing at /supplier/{slug}/settings and /supplier/{slug}/menu",
    ))
}

#[cfg(test)]
mod tests {
    use super::{super::report::State, *};
    use crate::domain::shop::{Hours, samples::profile};

    #[test]
    fn a_pizzeria_needs_hours_areas_and_a_menu() {
        let now = Time::from_millis(1_780_000_000_000);
        let mut shop = profile(7, "Bella Napoli");
        assert_eq!(reasons(&shop, true, now), [""; 0]);
        shop.listed = false;
        shop.hours = Hours::default();
        shop.areas.clear();
        let all = [
            "it is not listed",
            "it has no hours",
            "it has no areas",
            "its menu is empty",
        ];
        assert_eq!(reasons(&shop, false, now), all);
        let idle = Idle {
            slug: "bella-napoli".to_owned(),
            reasons: vec!["it has no areas"],
        };
        assert_eq!(who_takes_orders(3, &[]).state, State::Ok);
        let found = who_takes_orders(3, &[idle]);
        assert_eq!(found.state, State::Warning);
        assert!(
            found.says.ends_with("bella-napoli (it has no areas)"),
            "{}",
            found.says
        );
    }
}
