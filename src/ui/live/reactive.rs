//! Observers that leave with what they belong to. The reactive graph keeps an observer that is gone in the list of
//! each source that it has read, for as long as the source lives: the clock and the address live as long as the
//! page, so a page that shows orders for weeks would only ever grow.

use leptos::{
    prelude::{Memo, on_cleanup},
    reactive::graph::Observer,
};

/// Unsubscribes the running observer from all that it reads, as soon as it is disposed of or runs again. Its owner
/// has to be its own: code that another observer runs for a new owner is to be run with `untrack`.
pub fn unsubscribe_on_cleanup() {
    let Some(observer) = Observer::get() else {
        return;
    };
    // A view is dropped before its owner. This keeps the observer until then; the owner lets it go.
    if let Some(inner) = observer.1.upgrade() {
        on_cleanup(move || inner.clear_sources(&observer));
    }
}

/// A memo that leaves the sources it reads when its owner goes.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    read: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    Memo::new(move |before| {
        unsubscribe_on_cleanup();
        read(before)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::{prelude::*, reactive::graph::AnySubscriber};

    #[test]
    fn a_memo_leaves_its_source_when_its_owner_goes() {
        let page = Owner::new();
        page.with(|| {
            let clock = RwSignal::new(0);
            let observer: StoredValue<Option<AnySubscriber>> = StoredValue::default();
            let runs = StoredValue::new(0);
            let row = page.child();
            let shown = row.with(|| {
                memo(move |_| {
                    observer.set_value(Observer::get());
                    runs.update_value(|runs| *runs += 1);
                    clock.get()
                })
            });
            assert_eq!(shown.get_untracked(), 0);
            clock.set(1);
            assert_eq!((shown.get_untracked(), runs.get_value()), (1, 2));
            let kept = observer.get_value().unwrap().1.upgrade().unwrap();
            row.cleanup();
            clock.set(2);
            // One that still listens would be out of date now.
            assert!(!kept.update_if_necessary());
            assert_eq!(runs.get_value(), 2);
        });
    }
}
