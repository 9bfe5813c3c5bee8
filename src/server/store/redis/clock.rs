//! The clock of the Redis server, estimated from here: commit deadlines are checked by that clock.

use redis::{RedisResult, aio::MultiplexedConnection, cmd};
use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::{Duration, Instant},
};

/// In milliseconds since 1970. Either clock may be set, run slow or stand still for a while, so this one is renewed
/// with every probe of the connection.
pub struct Clock {
    origin: Instant,
    /// What the server's clock showed at `origin`.
    at_origin: AtomicU64,
}

impl Default for Clock {
    fn default() -> Clock {
        Clock {
            origin: Instant::now(),
            at_origin: AtomicU64::new(0),
        }
    }
}

impl Clock {
    pub async fn renew(&self, connection: &mut MultiplexedConnection) -> RedisResult<()> {
        let asked = Instant::now();
        let (seconds, micros): (u64, u64) = cmd("TIME").query_async(connection).await?;
        self.update(seconds * 1_000 + micros / 1_000, asked, Instant::now());
        Ok(())
    }

    /// The server's clock showed `shown` at some moment between `asked` and `answered`. The previous estimate stays as
    /// long as it is consistent with that: an answer that took long is less exact.
    fn update(&self, shown: u64, asked: Instant, answered: Instant) {
        let at_origin = |moment: Instant| shown.saturating_sub(millis(moment - self.origin));
        let (earliest, latest) = (at_origin(answered), at_origin(asked));
        if !(earliest..=latest).contains(&self.at_origin.load(Ordering::Relaxed)) {
            // The earliest value is safe: with it no batch is committed after its deadline.
            self.at_origin.store(earliest, Ordering::Relaxed);
        }
    }

    /// What the server's clock shows at this moment.
    pub fn at(&self, moment: Instant) -> u64 {
        let passed = moment.saturating_duration_since(self.origin);
        self.at_origin.load(Ordering::Relaxed) + millis(passed)
    }
}

fn millis(time: Duration) -> u64 {
    time.as_millis() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_clock_is_followed_and_a_slow_answer_is_not() {
        let clock = Clock::default();
        let after = |ms| clock.origin + Duration::from_millis(ms);
        clock.update(1_000_000, clock.origin, after(10));
        assert_eq!(clock.at(after(10)), 1_000_000);
        // Nothing has changed, and the second answer took long.
        clock.update(1_001_000, after(1_005), after(1_020));
        clock.update(1_002_000, after(2_000), after(3_900));
        assert_eq!(clock.at(after(4_000)), 1_003_990);
        // Set forward and back.
        clock.update(1_035_000, after(5_000), after(5_010));
        assert_eq!(clock.at(after(5_010)), 1_035_000);
        clock.update(906_000, after(6_000), after(6_010));
        assert_eq!(clock.at(after(7_010)), 907_000);
    }
}
