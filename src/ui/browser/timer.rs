//! Time in the browser: its clock and its timers.

use crate::domain::{Time, Zone};
use futures::channel::oneshot;
use leptos::prelude::set_timeout;
use std::time::Duration;

/// The time of the device's clock, which may be wrong.
pub fn browser_time() -> Time {
    Time::from_millis(js_sys::Date::now() as i64)
}

/// The time zone of the device: for orders of the last ten years, and for the year in which the server knows it.
pub fn browser_zone() -> Zone {
    const YEAR: u32 = 366 * 24 * 60;
    let now = u32::try_from(browser_time().millis() / 60_000).unwrap_or_default();
    let span = now.saturating_sub(10 * YEAR)..now.saturating_add(YEAR);
    Zone::observe(span, &|minute| {
        let millis = f64::from(minute) * 60_000.0;
        -(js_sys::Date::new(&millis.into()).get_timezone_offset() as i32)
    })
}

pub async fn sleep(time: Duration) {
    let (fire, fired) = oneshot::channel();
    set_timeout(move || fire.send(()).unwrap_or_default(), time);
    // It fires, or never does: the sender lives in the timer.
    let _ = fired.await;
}
