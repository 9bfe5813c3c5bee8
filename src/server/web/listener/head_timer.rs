//! The timer of a connection, which waits for the head of one request after the other.

use hyper::rt::{Sleep, Timer};
use std::{
    pin::Pin,
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll},
    time::{Duration, Instant},
};
use tokio::time;

/// All sleeps of a connection are one entry among the timers of the runtime: there is one at a time, and moving an entry
/// to a later time takes no lock that all connections share.
#[derive(Clone)]
pub struct HeadTimer(Arc<Mutex<Pin<Box<time::Sleep>>>>);

impl HeadTimer {
    pub fn new() -> HeadTimer {
        let sleep = time::sleep(Duration::ZERO);
        HeadTimer(Arc::new(Mutex::new(Box::pin(sleep))))
    }
}

impl Timer for HeadTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        self.sleep_until(self.now() + duration)
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        let mut sleep = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sleep.as_mut().reset(deadline.into());
        Box::pin(HeadSleep(self.0.clone()))
    }

    fn now(&self) -> Instant {
        time::Instant::now().into()
    }
}

struct HeadSleep(Arc<Mutex<Pin<Box<time::Sleep>>>>);

impl Future for HeadSleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let mut sleep = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        sleep.as_mut().poll(context)
    }
}

impl Sleep for HeadSleep {}
