//! How many frames a peer may send: what it sends is ignored, and must not cost more than that.

use std::time::Duration;
use tokio::time::Instant;

pub const MAX_FRAMES_PER_SECOND: u32 = 50;

/// The frames of one socket since a second began, with the first frame after the last second.
pub struct FrameRate {
    began: Instant,
    frames: u32,
}

impl FrameRate {
    pub fn new(now: Instant) -> FrameRate {
        FrameRate {
            began: now,
            frames: 0,
        }
    }

    /// Counts a frame; returns whether the peer may send it.
    pub fn allows(&mut self, now: Instant) -> bool {
        if now.duration_since(self.began) >= Duration::from_secs(1) {
            *self = FrameRate::new(now);
        }
        self.frames += 1;
        self.frames <= MAX_FRAMES_PER_SECOND
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether frames that come this often are allowed, for five seconds.
    fn allowed(interval: Duration) -> bool {
        let start = Instant::now();
        let mut rate = FrameRate::new(start);
        let times = (0..).map(|n| interval * n);
        let mut times = times.take_while(|time| *time < Duration::from_secs(5));
        times.all(|time| rate.allows(start + time))
    }

    #[test]
    fn fifty_frames_a_second_are_allowed_and_more_are_not() {
        assert!(allowed(Duration::from_millis(20)));
        assert!(!allowed(Duration::from_millis(19)));
    }
}
