//! Printing the page: paper has what the screen leaves out because it is out of sight.

use leptos::prelude::*;

/// Marks the one ticket that is printed instead of the page.
pub const PRINTED: &str = "data-print";

/// Whether the page is being printed, and not one ticket.
#[derive(Clone, Copy, Default)]
pub struct Printing(RwSignal<bool>);

impl Printing {
    pub fn from_context() -> Printing {
        expect_context()
    }

    pub fn listen(self) {
        window_event_listener_untyped("beforeprint", move |_| {
            let ticket = document().query_selector(&format!("[{PRINTED}]"));
            self.0.set(ticket.ok().flatten().is_none());
        });
        window_event_listener_untyped("afterprint", move |_| self.0.set(false));
    }

    pub fn get(self) -> bool {
        self.0.get()
    }
}
