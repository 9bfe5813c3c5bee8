//! The one clock of the server. Everything that needs the time takes it from here or as an argument.

use crate::domain::Time;

pub fn now() -> Time {
    Time::from_millis(chrono::Utc::now().timestamp_millis())
}
