//! From earlier versions of a store's schema to this program's, in one run: an order of version 1 gets its `times`, from
//! its events as far as they are there; one of version 1 or 2 its `customer_id` and `driver_id`, which are null: it was
//! made in a market without accounts; each earlier one its `restaurant_id`, `cancellation` and `basket`, which are null,
//! too: it was made in a market without menus, which did not keep how an order ended. `migrate` does this to a store,
//! `restore` to a backup on its way in.

use crate::domain::{OrderId, Status, Time, Times};
use crate::server::store::snapshot::{Held, Record, StoredRecord};
use chrono::TimeDelta;
use serde::{Deserialize, Deserializer, Serialize, de::IgnoredAny};
use serde_json::value::RawValue;
use std::collections::HashMap;

/// What version 3 has at the end of each order.
const NO_ACCOUNTS: &str = ",\"customer_id\":null,\"driver_id\":null";
/// What version 4 has after that.
const NO_BASKET: &str = ",\"restaurant_id\":null,\"cancellation\":null,\"basket\":null";
/// As long as answers are kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

pub struct Upgrade {
    /// Older orders are in no answer that is still kept.
    oldest: Time,
    /// Those of the orders that have changed since then.
    times: HashMap<OrderId, Times>,
}

/// As version 1 wrote an order, and what later ones added. Orders of the Python backend have no version.
#[derive(Deserialize)]
struct Before {
    id: OrderId,
    status: Status,
    created_at: Time,
    updated_at: Time,
    #[serde(rename = "version")]
    _version: u32,
    times: Option<Times>,
    /// Null is there, too.
    #[serde(default, rename = "driver_id", deserialize_with = "is_there")]
    has_accounts: bool,
    #[serde(default, rename = "basket", deserialize_with = "is_there")]
    has_basket: bool,
}

fn is_there<'de, D: Deserializer<'de>>(value: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(value).map(|_| true)
}

/// An entry of the log.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredEntry<'a> {
    #[serde(borrow)]
    event_type: &'a RawValue,
    order: &'a RawValue,
    timestamp: &'a RawValue,
    /// Since version 3, where people sign in.
    #[serde(skip_serializing_if = "Option::is_none")]
    actor: Option<&'a RawValue>,
    id: &'a RawValue,
}

/// An answer that is kept under the key of a request. A refusal holds no order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer<'a> {
    #[serde(borrow)]
    token: &'a RawValue,
    #[serde(rename = "print")]
    fingerprint: &'a RawValue,
    result: Accepted<'a>,
}

#[derive(Serialize, Deserialize)]
struct Accepted<'a> {
    #[serde(borrow, rename = "Ok")]
    order: &'a RawValue,
}

impl Upgrade {
    pub fn new(now: Time) -> Upgrade {
        Upgrade {
            oldest: now + -KEPT,
            times: HashMap::new(),
        }
    }

    /// The record as this version has it. What earlier ones cannot have written stays as it is, and so does what has
    /// everything already.
    pub fn record(&mut self, record: Record) -> Record {
        match record {
            Record::Document(held) => Record::Document(self.document(held)),
            Record::Idempotency(stored) => Record::Idempotency(self.idempotency_record(stored)),
            Record::LogEntry { .. } | Record::Total { .. } => record,
        }
    }

    fn document(&mut self, mut held: Held) -> Held {
        let mut times = None;
        for past in &mut held.history {
            if let Some(text) = entry(&past.text, &mut times) {
                past.text = text;
            }
        }
        let Some(text) = &mut held.text else {
            return held;
        };
        if let Ok(before) = serde_json::from_str::<Before>(text) {
            if let Some(after) = order(text, &mut times) {
                *text = after;
            }
            if let Some(times) = times.filter(|_| before.updated_at >= self.oldest) {
                self.times.insert(before.id, times);
            }
        }
        held
    }

    /// An order answered with is as it was then.
    fn idempotency_record(&self, mut stored: StoredRecord) -> StoredRecord {
        let read = || {
            let (cursor, text) = stored.text.split_once(' ')?;
            let answer: Answer = serde_json::from_str(text).ok()?;
            let before: Before = serde_json::from_str(answer.result.order.get()).ok()?;
            let times = self.times.get(&before.id);
            let mut times = times.and_then(|times| times.up_to(before.status));
            let order = order(answer.result.order.get(), &mut times)?;
            let order = &*RawValue::from_string(order).ok()?;
            let result = Accepted { order };
            let text = serde_json::to_string(&Answer { result, ..answer }).ok()?;
            Some(format!("{cursor} {text}"))
        };
        if let Some(text) = read() {
            stored.text = text;
        }
        stored
    }
}

/// The entry with everything that its order lacks.
fn entry(text: &str, times: &mut Option<Times>) -> Option<String> {
    let entry: StoredEntry = serde_json::from_str(text).ok()?;
    let order = order(entry.order.get(), times)?;
    let order = &*RawValue::from_string(order).ok()?;
    serde_json::to_string(&StoredEntry { order, ..entry }).ok()
}

/// The order with what it lacks. Its times go on from those that it had one event before. `None` where nothing has to
/// change.
fn order(text: &str, times: &mut Option<Times>) -> Option<String> {
    let before: Before = serde_json::from_str(text).ok()?;
    let mut added = String::new();
    if before.times.is_some() {
        *times = before.times;
    } else {
        let known = || Times::known(before.created_at, before.status, before.updated_at);
        let times = times.get_or_insert_with(known);
        if times
            .last()
            .is_none_or(|(status, _)| status != before.status)
        {
            times.enter(before.status, before.updated_at);
        }
        added = format!(",\"times\":{}", serde_json::to_string(times).ok()?);
    }
    if !before.has_accounts {
        added.push_str(NO_ACCOUNTS);
    }
    if !before.has_basket {
        added.push_str(NO_BASKET);
    }
    let open = text.trim_end().strip_suffix('}')?;
    (!added.is_empty()).then(|| format!("{open}{added}}}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Actor, Event, Order, samples},
        server::{
            services::order_documents,
            store::{Key, snapshot::Past},
        },
    };

    const TIMES: &str = ",\"times\":{";

    /// The same text as an earlier version wrote it.
    fn downgraded(text: &str, version: u32) -> String {
        let without = |text: &str, end: &str| {
            let (before, after) = text.split_once(end).unwrap();
            format!("{before}{after}")
        };
        let text = without(text, NO_BASKET);
        if version == 3 {
            return text;
        }
        let text = without(&text, NO_ACCOUNTS);
        if version == 2 {
            return text;
        }
        let (before, rest) = text.split_once(TIMES).unwrap();
        let (_, after) = rest.split_once('}').unwrap();
        format!("{before}{after}")
    }

    /// An order after some commands, with its history.
    fn stored(commands: &[usize]) -> Held {
        let (mut order, mut event_type) =
            Order::new(samples::id(1), samples::offer(), samples::at(0));
        let mut history = Vec::new();
        let mut note = |order: &Order, event_type, seq: usize| {
            let text = order_documents::write(&Event {
                event_type,
                order: order.clone(),
                timestamp: order.updated_at,
                actor: None,
                id: format!("e-{seq}").parse().unwrap(),
            });
            let (seq, text) = (seq as u64, text.unwrap().to_string());
            history.push(Past { seq, text });
        };
        note(&order, event_type, 1);
        for (n, command) in commands.iter().enumerate() {
            let command = samples::commands()[*command].clone();
            let now = samples::at(10 * (n as i64 + 1));
            (order, event_type) = order.apply(command, Actor::AnyRole, now).unwrap();
            note(&order, event_type, n + 2);
        }
        Held {
            key: Key("order:1".to_owned()),
            text: Some(order_documents::write(&order).unwrap().to_string()),
            indexes: Vec::new(),
            history,
        }
    }

    fn as_version(version: u32, mut held: Held) -> Held {
        held.text = held.text.map(|text| downgraded(&text, version));
        for past in &mut held.history {
            past.text = downgraded(&past.text, version);
        }
        held
    }

    fn upgraded(held: Held) -> Held {
        Upgrade::new(samples::at(0)).document(held)
    }

    fn times(held: &Held) -> Times {
        order_documents::read(held.text.as_deref().unwrap())
            .unwrap()
            .times
    }

    #[test]
    fn each_version_of_an_order_gets_the_times_that_it_would_have_had() {
        for commands in [&[][..], &[0], &[0, 2, 3, 9], &[0, 2, 3, 4, 5, 6, 7]] {
            let stored = stored(commands);
            // Again, it changes nothing.
            assert_eq!(upgraded(stored.clone()), stored);
            for version in [1, 2, 3] {
                let old = as_version(version, stored.clone());
                assert_ne!(old, stored);
                assert_eq!(upgraded(old), stored, "{version}");
                // Half of it is ended.
                let mut half = stored.clone();
                half.text = half.text.map(|text| downgraded(&text, version));
                if let Some(last) = half.history.last_mut() {
                    last.text = downgraded(&last.text, version);
                }
                assert_eq!(upgraded(half), stored, "{version}");
            }
        }
    }

    /// Those who have made its events stand in them since version 3.
    #[test]
    fn an_event_keeps_who_has_made_it() {
        let actor = "\"actor\":{\"role\":\"supplier\",\"id\":null,\"reason\":null},\"id\":\"e-";
        let mut held = stored(&[0, 2]);
        for past in &mut held.history {
            past.text = past.text.replace("\"id\":\"e-", actor);
        }
        let old = as_version(3, held.clone());
        assert_ne!(old, held);
        assert_eq!(upgraded(old), held);
    }

    #[test]
    fn whose_an_order_is_stays() {
        let theirs = |text: &str| {
            let id = "\"00000000-0000-0000-0000-000000000009\"";
            text.replace("\"driver_id\":null", &format!("\"driver_id\":{id}"))
        };
        let mut held = stored(&[0, 2]);
        held.text = held.text.map(|text| theirs(&text));
        for past in &mut held.history {
            past.text = theirs(&past.text);
        }
        assert_eq!(upgraded(held.clone()), held);
    }

    #[test]
    fn where_events_are_lost_what_is_known_stays() {
        let (made, changed) = (samples::at(0), samples::at(40));
        let whole = stored(&[0, 2, 3, 4]);
        let mut lost = as_version(1, whole.clone());
        lost.history.clear();
        let known = Times::known(made, Status::Ready, changed);
        assert_eq!(times(&upgraded(lost)), known);
        let mut holed = as_version(1, whole);
        holed.history.remove(1);
        holed.history[1].text = "unreadable".to_owned();
        let mut expected = Times::known(made, Status::Preparing, samples::at(30));
        expected.enter(Status::Ready, changed);
        assert_eq!(times(&upgraded(holed)), expected);
    }

    #[test]
    fn what_version_1_did_not_write_stays_as_it_is() {
        let python = r#"{"id":"00000000-0000-0000-0000-000000000001","status":"ready","created_at":"2026-05-28T20:26:40","updated_at":"2026-05-28T20:26:40"}"#;
        for text in [python, "{}", "no JSON", ""] {
            let held = Held {
                text: Some(text.to_owned()),
                history: Vec::new(),
                ..stored(&[])
            };
            assert_eq!(upgraded(held.clone()), held);
        }
    }

    #[test]
    fn an_answer_that_is_kept_is_of_its_moment() {
        let answer = |order: &Held| StoredRecord {
            name: "key:1".to_owned(),
            expires: 0,
            text: format!(
                "e-3 {{\"token\":\"t\",\"print\":\"p\",\"result\":{{\"Ok\":{}}}}}",
                order.text.as_deref().unwrap()
            ),
        };
        let then = stored(&[0, 2]);
        for version in [1, 2, 3] {
            let old = answer(&as_version(version, then.clone()));
            let mut upgrade = Upgrade::new(samples::at(0));
            upgrade.document(as_version(version, stored(&[0, 2, 3, 4])));
            assert_eq!(upgrade.idempotency_record(old), answer(&then), "{version}");
        }
        let upgrade = Upgrade::new(samples::at(0));
        let refusal = StoredRecord {
            text: "e-3 {\"token\":\"t\",\"print\":\"p\",\"result\":{\"Err\":\"Away\"}}".to_owned(),
            ..answer(&then)
        };
        assert_eq!(upgrade.idempotency_record(refusal.clone()), refusal);
    }
}
