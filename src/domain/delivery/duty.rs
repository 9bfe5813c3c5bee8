//! Which drivers dispatch has switched on duty, or off. Of all others, their orders tell (see `drivers`).

use crate::domain::{Error, Fields, Name, Time};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A driver who has had nothing to do for this long has gone home.
pub const OFF_DUTY: TimeDelta = TimeDelta::hours(4);
/// At most this many switches are kept, the last ones.
const KEPT: usize = 200;

/// The last switch of each driver, for as long as it says more than that they have gone home.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Duty(BTreeMap<Name, Switched>);

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
struct Switched {
    on: bool,
    at: Time,
}

impl Duty {
    /// Reads a switch: the driver, and whether they are on duty.
    pub fn read_switch(mut fields: Fields) -> Result<(Name, bool), Error> {
        let off = fields.optional::<Name>("off");
        let on = match off {
            Some(_) => None,
            None => fields.required::<Name>("on"),
        };
        let (off, on) = (
            off.map(|driver| (driver, false)),
            on.map(|driver| (driver, true)),
        );
        fields.finish(|| off.or(on))
    }

    pub fn switch(&mut self, driver: Name, on: bool, now: Time) {
        self.0.insert(driver, Switched { on, at: now });
        self.0.retain(|_, switched| now - switched.at < OFF_DUTY);
        while self.0.len() > KEPT
            && let Some((oldest, _)) = self.0.iter().min_by_key(|(_, switched)| switched.at)
        {
            let oldest = oldest.clone();
            self.0.remove(&oldest);
        }
    }

    /// Those who were switched on, by name, and when.
    pub fn on(&self) -> impl Iterator<Item = (&Name, Time)> {
        let on = self.0.iter().filter(|(_, switched)| switched.on);
        on.map(|(driver, switched)| (driver, switched.at))
    }

    /// When a driver was switched off, if that was the last switch.
    pub fn off_since(&self, driver: &Name) -> Option<Time> {
        let switched = self.0.get(driver).filter(|switched| !switched.on);
        switched.map(|switched| switched.at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, Value, samples::at};
    use proptest::prelude::*;

    fn name(name: &str) -> Name {
        Name::parse(name).unwrap()
    }

    #[test]
    fn a_switch_names_one_driver() {
        let read = |given: &[(&str, &str)]| {
            let mut fields = Fields::default();
            for (name, value) in given {
                fields.add(*name, Value::Plain((*value).to_owned()));
            }
            Duty::read_switch(fields)
        };
        assert_eq!(read(&[("off", " Jonas ")]), Ok((name("Jonas"), false)));
        assert_eq!(read(&[("on", "Jonas")]), Ok((name("Jonas"), true)));
        for (given, field) in [
            (&[][..], "on"),
            (&[("off", "Jonas"), ("on", "Giulia")][..], "on"),
            (&[("off", "\u{7}")][..], "off"),
            (&[("on", " ")][..], "on"),
        ] {
            let error = read(given).unwrap_err();
            assert!(error.field_error(field).is_some(), "{error}");
        }
    }

    #[test]
    fn the_last_switch_counts_until_the_driver_would_have_gone_home() {
        let mut duty = Duty::default();
        duty.switch(name("Jonas"), false, at(0));
        duty.switch(name("Giulia"), true, at(1));
        assert_eq!(duty.off_since(&name("Jonas")), Some(at(0)));
        assert_eq!(duty.off_since(&name("Giulia")), None);
        duty.switch(name("Jonas"), true, at(2));
        assert_eq!(duty.off_since(&name("Jonas")), None);
        let on: Vec<_> = duty.on().collect();
        assert_eq!(on, [(&name("Giulia"), at(1)), (&name("Jonas"), at(2))]);
        duty.switch(name("Ada"), true, at(1) + OFF_DUTY);
        let on: Vec<_> = duty.on().map(|(driver, _)| driver.to_string()).collect();
        assert_eq!(on, ["Ada", "Jonas"]);
        let json = serde_json::to_string(&duty).unwrap();
        assert_eq!(serde_json::from_str::<Duty>(&json).unwrap(), duty);
    }

    proptest! {
        #[test]
        fn it_is_bounded_and_knows_the_last_switches(
            switches in prop::collection::vec((0u32..400, any::<bool>()), 1..900),
        ) {
            let mut duty = Duty::default();
            for (second, (driver, on)) in (0..).zip(&switches) {
                duty.switch(name(&format!("Driver {driver}")), *on, at(second));
            }
            prop_assert!(duty.0.len() <= KEPT);
            let mut last: Vec<(u32, bool)> = Vec::new();
            for (driver, on) in switches.into_iter().rev() {
                if last.len() < KEPT && last.iter().all(|(known, _)| *known != driver) {
                    last.push((driver, on));
                }
            }
            prop_assert_eq!(duty.0.len(), last.len());
            for (driver, on) in last {
                let is_off = duty.off_since(&name(&format!("Driver {driver}"))).is_some();
                prop_assert_eq!(is_off, !on);
            }
        }
    }
}
