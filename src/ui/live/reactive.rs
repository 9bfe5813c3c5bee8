//! Observers that unsubscribe when their owner is disposed of. The reactive graph keeps a disposed observer in the list of
//! each source that it has read, for as long as the source lives: the clock and the route live as long as the page, so
//! the memory of a page that is open for weeks would only grow.

use leptos::{
    prelude::{Effect, Memo, on_cleanup},
    reactive::graph::Observer,
};

/// Unsubscribes the running observer from all its sources when it is disposed of or runs again. The observer needs an
/// owner of its own: code that another observer runs for a new owner is to be run with `untrack`.
pub fn unsubscribe_on_cleanup() {
    let Some(observer) = Observer::get() else {
        return;
    };
    // A view is dropped before its owner. The closure keeps the observer until then; the owner drops the closure.
    if let Some(inner) = observer.1.upgrade() {
        on_cleanup(move || inner.clear_sources(&observer));
    }
}

/// A memo that unsubscribes from its sources when its owner is disposed of.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    read: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    Memo::new(move |before| {
        unsubscribe_on_cleanup();
        read(before)
    })
}

/// Runs `work` once the page is hydrated, when it may differ from what the server has rendered; and again when a signal
/// changes that it reads.
pub fn when_hydrated(work: impl Fn() + Send + Sync + 'static) {
    fn boxed(work: Box<dyn Fn() + Send + Sync>) {
        Effect::new(move |_| {
            unsubscribe_on_cleanup();
            work();
        });
    }
    boxed(Box::new(work));
}

#[cfg(test)]
mod tests {
    use super::*;
    use leptos::{prelude::*, reactive::graph::AnySubscriber};

    #[test]
    fn a_memo_unsubscribes_when_its_owner_is_disposed_of() {
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
            // A subscribed observer would be out of date now.
            assert!(!kept.update_if_necessary());
            assert_eq!(runs.get_value(), 2);
        });
    }
}
