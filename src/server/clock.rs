//! The one clock of the server. Everything that needs the time takes it from here or as an argument.

use crate::domain::Time;
use chrono::TimeDelta;

/// By how much the clocks of two machines may differ that are set over the network.
pub const MAX_DIFFERENCE: TimeDelta = TimeDelta::seconds(1);

pub fn now() -> Time {
    Time::from_millis(chrono::Utc::now().timestamp_millis())
}

/// How far this clock is behind a time that is stored, where that is more than clocks may differ.
pub fn behind(stored: Time) -> Option<TimeDelta> {
    Some(stored - now()).filter(|behind| *behind > MAX_DIFFERENCE)
}
