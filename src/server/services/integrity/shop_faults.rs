//! What can be wrong with one document of a pizzeria.

use crate::{
    domain::{
        ShopKind,
        shop::{basket::RestaurantId, code::Code, counter::Counter, menu::Item, profile::Profile},
    },
    server::{
        services::shops::documents,
        store::{
            Key,
            snapshot::{Held, Past},
        },
    },
};
use serde::Deserialize;

/// What a key of a document of a pizzeria says.
pub struct ShopKey {
    pub kind: ShopKind,
    pub restaurant: RestaurantId,
    /// Of an item.
    pub code: Option<Code>,
}

impl ShopKey {
    pub fn read(key: &Key) -> Option<ShopKey> {
        let (kind, restaurant, code) = documents::parts(&key.0)?;
        Some(ShopKey {
            kind,
            restaurant,
            code,
        })
    }
}

/// What is wrong with a document, beside its indexes and what others demand of it.
pub fn shop_faults(held: &Held, key: &ShopKey) -> Vec<String> {
    let Some(text) = &held.text else {
        return match held.history.is_empty() {
            true => Vec::new(),
            false => vec!["has events, and is itself missing".to_owned()],
        };
    };
    let mut faults = Vec::new();
    if documents::indexes(key.kind, key.restaurant, text).is_none() {
        faults.push(format!("cannot be read as a {}", key.kind));
    }
    faults.extend(id_fault(text, key));
    faults.extend(history(held, text, key.kind));
    faults
}

/// Whether the text is of the document that the key names.
fn id_fault(text: &str, key: &ShopKey) -> Option<String> {
    let id = match key.kind {
        ShopKind::Restaurant => id_of(text, |profile: Profile| profile.id == key.restaurant),
        ShopKind::Counter => id_of(text, |counter: Counter| counter.id == key.restaurant),
        ShopKind::Item => id_of(text, |item: Item| Some(&item.id) == key.code.as_ref()),
        // An outline has no id.
        ShopKind::Menu => None,
    };
    let is_other = id == Some(false);
    is_other.then(|| "its text has another id".to_owned())
}

fn id_of<T: for<'de> Deserialize<'de>>(text: &str, is_of: impl Fn(T) -> bool) -> Option<bool> {
    serde_json::from_str(text).ok().map(is_of)
}

/// Each entry carries the next version, and the last one the document as it is.
fn history(held: &Held, text: &str, kind: ShopKind) -> Vec<String> {
    let mut faults = Vec::new();
    let (mut version, mut last) = (0, None);
    for past in &held.history {
        let Some((next, document)) = version_in(&held.key, past, kind) else {
            faults.push(format!("event {} does not carry it", past.seq));
            continue;
        };
        if next != version + 1 {
            let seq = past.seq;
            faults.push(format!("event {seq} has version {next} after {version}"));
        }
        (version, last) = (next, Some(document));
    }
    match last {
        None if held.history.is_empty() => faults.push("has no events".to_owned()),
        Some(last) if last != text => faults.push("is not what its events say".to_owned()),
        _ => {}
    }
    faults
}

/// The document in an entry, and its version.
fn version_in(key: &Key, past: &Past, kind: ShopKind) -> Option<(u32, String)> {
    #[derive(Deserialize)]
    struct Versioned {
        version: u32,
    }
    let (text, _) = documents::as_of(key, &past.text, kind)?;
    let read: Versioned = serde_json::from_str(&text).ok()?;
    Some((read.version, text.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::menu::Outline;
    use uuid::Uuid;

    fn held(versions: &[u32], stored: u32) -> Held {
        let text = |version| {
            let outline = Outline {
                version,
                ..Outline::default()
            };
            serde_json::to_string(&outline).unwrap()
        };
        let past = |(seq, version): (u64, &u32)| Past {
            seq,
            text: format!(
                r#"{{"event_type":"menu.changed","menu":{},"by":null}}"#,
                text(*version)
            ),
        };
        Held {
            key: documents::key(ShopKind::Menu, Uuid::from_u128(7)),
            text: Some(text(stored)),
            indexes: Vec::new(),
            history: (1..).zip(versions).map(past).collect(),
        }
    }

    fn faults(held: &Held) -> Vec<String> {
        shop_faults(held, &ShopKey::read(&held.key).unwrap())
    }

    #[test]
    fn the_events_of_a_document_lead_to_it() {
        assert_eq!(faults(&held(&[1, 2, 3], 3)), [""; 0]);
        for (versions, stored, fault) in [
            (&[1, 3][..], 3, "event 2 has version 3 after 1"),
            (&[2], 2, "event 1 has version 2 after 0"),
            (&[1, 2], 1, "is not what its events say"),
            (&[], 1, "has no events"),
        ] {
            assert_eq!(faults(&held(versions, stored)), [fault]);
        }
        let mut broken = held(&[1], 1);
        broken.history[0].text = r#"{"event_type":"item.changed","item":{}}"#.to_owned();
        assert_eq!(faults(&broken), ["event 1 does not carry it"]);
        broken.text = Some("{}".to_owned());
        assert_eq!(faults(&broken)[0], "cannot be read as a menu");
        broken.text = None;
        assert_eq!(faults(&broken), ["has events, and is itself missing"]);
    }

    #[test]
    fn a_text_has_the_id_of_its_key() {
        let id = Uuid::from_u128(7);
        let counter = serde_json::to_string(&Counter::new(Uuid::from_u128(8))).unwrap();
        let key = |kind| ShopKey {
            kind,
            restaurant: id,
            code: None,
        };
        assert!(id_fault(&counter, &key(ShopKind::Counter)).is_some());
        let counter = serde_json::to_string(&Counter::new(id)).unwrap();
        assert_eq!(id_fault(&counter, &key(ShopKind::Counter)), None);
    }
}
