//! Accidental repeats. After a form is sent or answered, the page moves, and the button of another form may come under
//! the same finger: a second press there is meant for the first form.

use crate::{
    domain::Time,
    ui::browser::{dom::on_click, timer::browser_time},
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// A press this soon after the form before it may be a repeat.
const REPEAT_WITHIN: TimeDelta = TimeDelta::milliseconds(600);
/// Presses less than this many pixels apart are at the same place.
const SAME_PLACE: i32 = 40;

/// Where the window was pressed, in pixels.
type Point = (i32, i32);

#[derive(Clone, Copy)]
pub struct Presses {
    last: StoredValue<Point>,
    /// The press that sent the last form, and when that form was sent or answered.
    sent: StoredValue<(Point, Time)>,
}

impl Presses {
    pub fn new() -> Presses {
        Presses {
            last: StoredValue::default(),
            sent: StoredValue::default(),
        }
    }

    pub fn listen(self) {
        on_click(Box::new(move |event| {
            self.last.set_value((event.client_x(), event.client_y()));
        }));
        // A press after typing is no repeat.
        window_event_listener_untyped("input", move |_| {
            self.sent.update_value(|sent| sent.1 = Time::default());
        });
    }

    pub fn is_accidental_repeat(self, pressed: Time) -> bool {
        is_repeat((self.last.get_value(), pressed), self.sent.get_value())
    }

    /// The last press has sent a form.
    pub fn form_sent(self, pressed: Time) {
        self.sent.set_value((self.last.get_value(), pressed));
    }

    pub fn form_answered(self) {
        self.sent.update_value(|sent| sent.1 = browser_time());
    }
}

fn is_repeat((point, time): (Point, Time), (before, sent_or_answered): (Point, Time)) -> bool {
    time - sent_or_answered < REPEAT_WITHIN
        && (point.0 - before.0).abs() < SAME_PLACE
        && (point.1 - before.1).abs() < SAME_PLACE
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::at;

    #[test]
    fn a_repeat_is_soon_and_at_the_same_place() {
        let sent = ((100, 100), at(10));
        let after = |millis| at(10) + TimeDelta::milliseconds(millis);
        assert!(is_repeat(((139, 61), after(599)), sent));
        assert!(!is_repeat(((139, 61), after(600)), sent));
        assert!(!is_repeat(((140, 100), after(0)), sent));
        assert!(!is_repeat(((100, 60), after(0)), sent));
    }
}
