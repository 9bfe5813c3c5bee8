//! A command that cannot be taken back is sent a while after the press: until then it can be stopped. When the page is
//! left, it is sent at once.

use crate::ui::{
    components::basics::{changing, text},
    i18n::locale::{say, t},
    live::reactive::memo,
};
use leptos::{leptos_dom::helpers::IntervalHandle, prelude::*};
use std::time::Duration;

/// Seconds between the press and the command.
const SECONDS: u32 = 5;

type Send = Box<dyn FnOnce() + std::marker::Send + Sync>;

#[derive(Clone, Copy)]
pub struct Countdown {
    /// Seconds that are left, while it counts.
    left: RwSignal<Option<u32>>,
    send: StoredValue<Option<Send>>,
    timer: StoredValue<Option<IntervalHandle>>,
}

impl Countdown {
    pub fn new() -> Countdown {
        let countdown = Countdown {
            left: RwSignal::new(None),
            send: StoredValue::new(None),
            timer: StoredValue::new(None),
        };
        let leave = window_event_listener_untyped("pagehide", move |_| countdown.finish());
        on_cleanup(move || {
            leave.remove();
            countdown.finish();
        });
        countdown
    }

    /// Sends a command when it is over.
    pub(super) fn begin(self, send: Send) {
        self.send.set_value(Some(send));
        self.left.set(Some(SECONDS));
        let tick = move || match self.left.try_get_untracked().flatten() {
            Some(left) if left > 1 => self.left.set(Some(left - 1)),
            _ => self.finish(),
        };
        let timer = set_interval_with_handle(tick, Duration::from_secs(1));
        self.timer.set_value(timer.ok());
    }

    pub fn is_counting(self) -> bool {
        self.left.with(Option::is_some)
    }

    /// Sends what waits, if anything does.
    fn finish(self) {
        let send = self.send.try_update_value(Option::take).flatten();
        self.stop();
        if let Some(send) = send {
            send();
        }
    }

    fn stop(self) {
        let timer = self.timer.try_update_value(Option::take).flatten();
        timer.inspect(IntervalHandle::clear);
        let _ = self.send.try_update_value(Option::take);
        let _ = self.left.try_set(None);
    }

    /// The button, or while it counts how long it still can be stopped.
    pub fn view(
        self,
        button: impl Fn() -> AnyView + std::marker::Send + Sync + 'static,
    ) -> AnyView {
        let counts = memo(move |_| self.is_counting());
        let left = text(move || {
            let left = self.left.get().unwrap_or_default();
            say!("Delivered in {left} s", "Geliefert in {left} s")
        });
        changing(move || {
            Some(match counts.get() {
                false => button(),
                true => view! {
                    <div class="countdown">
                        <p role="timer">{left}</p>
                        <button class="button" type="button" data-rests="short" on:click=move |_| self.stop()>
                            {t(["Not yet", "Noch nicht"])}
                        </button>
                    </div>
                }
                .into_any(),
            })
        })
    }
}
