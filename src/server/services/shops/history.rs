//! What has happened to a pizzeria: the entries about its profile and its counter as one list.

use super::{
    ShopService,
    catalog::ShopRef,
    documents,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{Cursor, Field, FieldError, Permission, ShopKind, Time, ValueKind, Viewer},
    server::{
        services::order_documents::{unreadable, write},
        store::{JsonText, Key, Result as Stored, StoreError},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::fmt;

/// A page of what has happened, newest first.
pub struct ShopHistory {
    pub entries: Vec<JsonText>,
    /// Where the next page begins, if there are more.
    pub next: Option<HistoryPlace>,
}

/// Where a page begins: at these versions of the profile and of the counter. Each version has one entry, so that a page
/// costs what it shows, however long the history is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HistoryPlace {
    profile: u32,
    counter: u32,
}

/// What the order of entries follows from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Head {
    id: Cursor,
    timestamp: Time,
    #[serde(default)]
    restaurant: Option<Versioned>,
    #[serde(default)]
    counter: Option<Versioned>,
}

#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Versioned {
    version: u32,
}

impl fmt::Display for HistoryPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.profile, self.counter)
    }
}

impl Field for HistoryPlace {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<HistoryPlace, FieldError> {
        let parts = text.split_once('.');
        let place = parts.and_then(|(profile, counter)| {
            Some(HistoryPlace {
                profile: profile.parse().ok()?,
                counter: counter.parse().ok()?,
            })
        });
        place.ok_or(FieldError::NotACursor)
    }
}

impl Head {
    fn version(&self) -> u32 {
        let document = self.restaurant.as_ref().or(self.counter.as_ref());
        document.map_or(0, |document| document.version)
    }
}

impl ShopService {
    /// At most `limit` of the entries about a pizzeria, newest first, from a place on.
    pub async fn history(
        &self,
        named: &ShopRef,
        from: Option<HistoryPlace>,
        limit: usize,
        viewer: &Viewer,
    ) -> Result<ShopHistory, ShopRefusal> {
        let shop = self.find(named).await?;
        let id = shop.profile.id;
        let is_own = viewer.may_edit_shop(&shop.profile.name, true) == Permission::Yes;
        in_time(async {
            // One more, to know whether there is more.
            let of = |kind, from| self.entries(documents::key(kind, id), from, limit + 1);
            let profile = of(ShopKind::Restaurant, from.map(|from| from.profile)).await?;
            let counter = of(ShopKind::Counter, from.map(|from| from.counter)).await?;
            let mut page = merged(profile, counter);
            let rest = page.split_off(page.len().min(limit));
            let told = page.iter().map(|(_, text)| match is_own {
                true => Ok(text.clone()),
                false => without_author(text),
            });
            let entries = told.collect::<Stored<_>>()?;
            let next = (!rest.is_empty()).then(|| HistoryPlace {
                profile: next(&page, &rest, |head| head.restaurant.is_some()),
                counter: next(&page, &rest, |head| head.restaurant.is_none()),
            });
            Ok(ShopHistory { entries, next })
        })
        .await
    }

    /// Those of one document, newest first, from a version on.
    async fn entries(
        &self,
        key: Key,
        from: Option<u32>,
        limit: usize,
    ) -> Result<Vec<(Head, JsonText)>, ShopFailure> {
        let skip = match from {
            None => 0,
            Some(0) => return Ok(Vec::new()),
            Some(from) => {
                let text = self.store.get(&key).await?;
                let newest = text.as_deref().map(serde_json::from_str::<Versioned>);
                let newest = newest
                    .transpose()
                    .map_err(|error| entry_unreadable(&error))?;
                newest.map_or(0, |newest| newest.version.saturating_sub(from))
            }
        };
        let texts = self.store.history_page(&key, skip as usize, limit).await?;
        let read = texts.into_iter().map(|text| {
            let head = serde_json::from_str(&text);
            Ok((head.map_err(|error| entry_unreadable(&error))?, text))
        });
        let mut read = read.collect::<Stored<Vec<(Head, _)>>>()?;
        // What has come since the document was read is newer.
        read.retain(|(head, _)| from.is_none_or(|from| head.version() <= from));
        Ok(read)
    }
}

/// The version at which the next page begins, of those documents that `is_of` tells.
fn next<T>(page: &[(Head, T)], rest: &[(Head, T)], is_of: impl Fn(&Head) -> bool) -> u32 {
    let mut of = rest.iter().map(|(head, _)| head).filter(|head| is_of(head));
    let shown = page.iter().rev().map(|(head, _)| head);
    match of.next() {
        Some(first) => first.version(),
        // All that was read of it is shown.
        None => {
            let mut shown = shown.filter(|head| is_of(head));
            shown
                .next()
                .map_or(0, |last| last.version().saturating_sub(1))
        }
    }
}

/// The entry as those are told it who do not work there: without who has made the change.
fn without_author(text: &str) -> Stored<JsonText> {
    #[derive(Serialize, Deserialize)]
    struct Entry<'a> {
        #[serde(borrow)]
        event_type: &'a RawValue,
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        restaurant: Option<&'a RawValue>,
        #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
        counter: Option<&'a RawValue>,
        #[serde(skip_deserializing)]
        by: (),
        #[serde(borrow)]
        timestamp: &'a RawValue,
        #[serde(borrow)]
        id: &'a RawValue,
    }
    let entry: Stored<Entry> = serde_json::from_str(text).map_err(|error| entry_unreadable(&error));
    write(&entry?)
}

fn entry_unreadable(error: &serde_json::Error) -> StoreError {
    unreadable("an entry about a pizzeria", error)
}

/// Two lists as one, each in its own order, newest first. Where the log has begun again between two entries, their times
/// decide.
fn merged<T>(one: Vec<(Head, T)>, other: Vec<(Head, T)>) -> Vec<(Head, T)> {
    let mut merged = Vec::with_capacity(one.len() + other.len());
    let (mut one, mut other) = (one.into_iter().peekable(), other.into_iter().peekable());
    while let (Some((first, _)), Some((second, _))) = (one.peek(), other.peek()) {
        let is_first = match first.id.epoch == second.id.epoch {
            true => first.id.seq > second.id.seq,
            false => first.timestamp >= second.timestamp,
        };
        merged.extend(if is_first { one.next() } else { other.next() });
    }
    merged.extend(one);
    merged.extend(other);
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn heads(given: &[(&str, i64)]) -> Vec<(Head, String)> {
        let head = |(id, second): &(&str, i64)| {
            let head = Head {
                id: id.parse().unwrap(),
                timestamp: Time::from_millis(*second),
                restaurant: None,
                counter: None,
            };
            (head, (*id).to_owned())
        };
        given.iter().map(head).collect()
    }

    #[test]
    fn who_has_made_a_change_is_left_out() {
        let entry = |by: &str| {
            format!(
                r#"{{"event_type":"counter.changed","counter":{{"version":2}},"by":{by},"timestamp":"t","id":"a-1"}}"#
            )
        };
        let told = without_author(&entry("\"0198c0de-0000-7abc-8def-000000009127\"")).unwrap();
        assert_eq!(*told, entry("null"));
    }

    #[test]
    fn two_histories_are_one_in_the_order_of_the_log() {
        // The clock of another instance was behind.
        let one = heads(&[("b-9", 5), ("b-4", 40), ("a-7", 20)]);
        let other = heads(&[("b-5", 30), ("a-9", 21), ("a-8", 22), ("a-6", 19)]);
        let texts = |all: Vec<(Head, String)>| {
            let texts = all.into_iter().map(|(_, text)| text);
            texts.collect::<Vec<_>>()
        };
        let expected = ["b-9", "b-5", "b-4", "a-9", "a-8", "a-7", "a-6"];
        assert_eq!(texts(merged(one.clone(), other.clone())), expected);
        assert_eq!(texts(merged(other, one.clone())), expected);
        assert_eq!(texts(merged(one.clone(), Vec::new())), texts(one));
    }
}
