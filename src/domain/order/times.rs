//! When an order last got to each status that it has had, in the order in which it got there.

use crate::domain::{Status, Time};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;

/// At most one moment for each status. On the wire it is an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times(Vec<(Status, Time)>);

impl Times {
    /// Those of an order whose way to its status is not known: when it was made, and when it last changed.
    pub fn known(created: Time, status: Status, changed: Time) -> Times {
        let mut times = Times::default();
        times.enter(Status::PendingSupplier, created);
        if status != Status::PendingSupplier {
            times.enter(status, changed);
        }
        times
    }

    /// It gets to a status: a status that it has had before moves to the end. A clock that was set back puts no moment
    /// before the one that it follows.
    pub fn enter(&mut self, status: Status, at: Time) {
        let at = self.last().map_or(at, |(_, before)| at.max(before));
        self.0.retain(|(of, _)| *of != status);
        self.0.push((status, at));
    }

    pub fn at(&self, status: Status) -> Option<Time> {
        let entry = self.0.iter().find(|(of, _)| *of == status);
        entry.map(|(_, at)| *at)
    }

    /// The status that it got to last.
    pub fn last(&self) -> Option<(Status, Time)> {
        self.0.last().copied()
    }

    /// The status before that one.
    pub fn last_but_one(&self) -> Option<(Status, Time)> {
        self.0.iter().nth_back(1).copied()
    }

    /// Those that it had when it got to `status`, if it did.
    pub fn up_to(&self, status: Status) -> Option<Times> {
        let place = self.0.iter().position(|(of, _)| *of == status)?;
        Some(Times(self.0[..=place].to_vec()))
    }
}

impl Serialize for Times {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(status, at)| (status, at)))
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Times, D::Error> {
        struct Object;

        impl<'de> de::Visitor<'de> for Object {
            type Value = Times;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of moments")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Times, A::Error> {
                let mut times = Times::default();
                while let Some((status, at)) = map.next_entry()? {
                    if times.at(status).is_some() {
                        return Err(de::Error::custom("a status that is there twice"));
                    }
                    times.0.push((status, at));
                }
                Ok(times)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::at;
    use Status::*;

    #[test]
    fn a_status_that_comes_again_moves_to_the_end() {
        let mut times = Times::default();
        for (status, second) in [(Preparing, 1), (Ready, 2), (Preparing, 3)] {
            times.enter(status, at(second));
        }
        assert_eq!(times.0, [(Ready, at(2)), (Preparing, at(3))]);
        assert_eq!(times.last(), Some((Preparing, at(3))));
        assert_eq!(times.last_but_one(), Some((Ready, at(2))));
        assert_eq!(times.at(Delivered), None);
        assert_eq!(times.up_to(Ready).unwrap().0, [(Ready, at(2))]);
        assert_eq!(times.up_to(Delivered), None);
    }

    #[test]
    fn a_clock_that_was_set_back_puts_nothing_before_its_cause() {
        let times = Times::known(at(5), Cancelled, at(3));
        assert_eq!(times.0, [(PendingSupplier, at(5)), (Cancelled, at(5))]);
        let new = Times::known(at(5), PendingSupplier, at(6));
        assert_eq!(new.0, [(PendingSupplier, at(5))]);
    }

    #[test]
    fn on_the_wire_it_is_an_object_in_the_order_of_its_moments() {
        let json = concat!(
            r#"{"ready":"2026-05-28T20:26:42.000Z","#,
            r#""preparing":"2026-05-28T20:26:43.000Z"}"#
        );
        let times = Times(vec![(Ready, at(2)), (Preparing, at(3))]);
        assert_eq!(serde_json::to_string(&times).unwrap(), json);
        assert_eq!(serde_json::from_str::<Times>(json).unwrap(), times);
        let twice = json.replace("preparing", "ready");
        for wrong in [&*twice, &*json.replace("ready", "eaten"), "[]", "null"] {
            assert!(serde_json::from_str::<Times>(wrong).is_err(), "{wrong}");
        }
    }
}
