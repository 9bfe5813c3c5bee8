//! What has happened to a pizzeria: the entries about its profile and its counter as one list.

use super::{
    ShopService,
    catalog::ShopRef,
    documents,
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{Cursor, FieldError, Permission, ShopKind, Time, Viewer},
    server::{
        services::order_documents::{unreadable, write},
        store::{JsonText, Key, Result as Stored, StoreError},
    },
};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// A page of what has happened, newest first.
pub struct ShopHistory {
    pub entries: Vec<JsonText>,
    /// The last entry of this page, if there are more.
    pub next: Option<Cursor>,
}

/// What the order of entries follows from.
#[derive(Clone, Debug, PartialEq, Deserialize)]
struct Head {
    id: Cursor,
    timestamp: Time,
}

impl ShopService {
    /// At most `limit` of the entries about a pizzeria, newest first, that are older than one of them.
    pub async fn history(
        &self,
        named: &ShopRef,
        before: Option<&Cursor>,
        limit: usize,
        viewer: &Viewer,
    ) -> Result<ShopHistory, ShopRefusal> {
        let shop = self.find(named).await?;
        let id = shop.profile.id;
        let is_own = viewer.may_edit_shop(&shop.profile.name, true) == Permission::Yes;
        in_time(async {
            let of = |kind| self.entries(documents::key(kind, id));
            let (profile, counter) = (of(ShopKind::Restaurant), of(ShopKind::Counter));
            let all = merged(profile.await?, counter.await?);
            let start = match before {
                None => 0,
                Some(before) => {
                    let place = all.iter().position(|(head, _)| head.id == *before);
                    let unknown = || ShopRefusal::invalid("cursor", FieldError::NotACursor);
                    place.ok_or_else(unknown)? + 1
                }
            };
            let has_more = all.len() > start.saturating_add(limit);
            let page: Vec<_> = all.into_iter().skip(start).take(limit).collect();
            let last = page.last().map(|(head, _)| head.id.clone());
            let told = page.into_iter().map(|(_, text)| match is_own {
                true => Ok(text),
                false => without_author(&text),
            });
            Ok(ShopHistory {
                next: last.filter(|_| has_more),
                entries: told.collect::<Stored<_>>()?,
            })
        })
        .await
    }

    /// Newest first.
    async fn entries(&self, key: Key) -> Result<Vec<(Head, JsonText)>, ShopFailure> {
        let texts = self.store.history(&key).await?;
        let read = texts.into_iter().rev().map(|text| {
            let head = serde_json::from_str(&text);
            Ok((head.map_err(|error| entry_unreadable(&error))?, text))
        });
        Ok(read.collect::<Stored<_>>()?)
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
