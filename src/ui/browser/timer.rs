//! Time in the browser: its clock and its timers.

use crate::domain::Time;
use futures::channel::oneshot;
use leptos::prelude::set_timeout;
use std::time::Duration;

/// The time of the device's clock, which may be wrong.
pub fn browser_time() -> Time {
    Time::from_millis(js_sys::Date::now() as i64)
}

/// The time zone of the device, in minutes east of UTC.
pub fn browser_zone() -> i32 {
    -(js_sys::Date::new_0().get_timezone_offset() as i32)
}

pub async fn sleep(time: Duration) {
    let (fire, fired) = oneshot::channel();
    set_timeout(move || fire.send(()).unwrap_or_default(), time);
    // It fires, or never does: the sender lives in the timer.
    let _ = fired.await;
}
