//! The threads that hash. They have a lower priority, so that a flood of sign-ins leaves the processors to orders.

use std::{
    collections::VecDeque,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
};
use tokio::sync::oneshot;

/// How many wait at most.
const PASSWORDS: usize = 32;
const PINS: usize = 4;

/// How much lower the priority is.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// A password that is being stored or tried does not fit into the queue of the hashing threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HashingQueueFull;

/// Which queue of the hashing threads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HashingQueue {
    Password,
    /// Short, of its own, and served first: a flood of sign-ins stops no hand-over.
    Pin,
}

/// The threads, which begin with the first hash and end when this is dropped.
#[derive(Default)]
pub struct HashingThreads {
    queues: Arc<Queues>,
    started: OnceLock<usize>,
}

#[derive(Default)]
struct Queues {
    waiting: Mutex<Waiting>,
    changed: Condvar,
}

#[derive(Default)]
struct Waiting {
    passwords: VecDeque<Job>,
    pins: VecDeque<Job>,
    is_over: bool,
}

type Job = Box<dyn FnOnce() + Send>;

impl Waiting {
    /// One of the queues, and how long it may be.
    fn of(&mut self, queue: HashingQueue) -> (&mut VecDeque<Job>, usize) {
        match queue {
            HashingQueue::Password => (&mut self.passwords, PASSWORDS),
            HashingQueue::Pin => (&mut self.pins, PINS),
        }
    }
}

impl HashingThreads {
    /// Runs `work` on one of the threads, unless nobody waits for it any more by then.
    pub async fn run<T: Send + 'static>(
        &self,
        queue: HashingQueue,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, HashingQueueFull> {
        if *self.started.get_or_init(|| start(&self.queues)) == 0 {
            return Err(HashingQueueFull);
        }
        let (answer, answered) = oneshot::channel();
        let job = move || {
            if !answer.is_closed() {
                let _ = answer.send(work());
            }
        };
        self.queues.add(queue, Box::new(job))?;
        answered.await.map_err(|_| HashingQueueFull)
    }

    /// Whether one more would wait now, and not be refused.
    pub fn check_room(&self, queue: HashingQueue) -> Result<(), HashingQueueFull> {
        let mut waiting = self.queues.lock();
        let (jobs, longest) = waiting.of(queue);
        (jobs.len() < longest).then_some(()).ok_or(HashingQueueFull)
    }
}

impl Drop for HashingThreads {
    fn drop(&mut self) {
        self.queues.lock().is_over = true;
        self.queues.changed.notify_all();
    }
}

impl Queues {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, queue: HashingQueue, job: Job) -> Result<(), HashingQueueFull> {
        let mut waiting = self.lock();
        let (jobs, longest) = waiting.of(queue);
        if jobs.len() == longest {
            return Err(HashingQueueFull);
        }
        jobs.push_back(job);
        self.changed.notify_one();
        Ok(())
    }

    /// The next job, once there is one; `None` at the end.
    fn next(&self) -> Option<Job> {
        let mut waiting = self.lock();
        loop {
            if waiting.is_over {
                return None;
            }
            let pin = waiting.pins.pop_front();
            if let Some(job) = pin.or_else(|| waiting.passwords.pop_front()) {
                return Some(job);
            }
            let woken = self.changed.wait(waiting);
            waiting = woken.unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn work(&self) {
        // Of this thread alone, which is so on Linux only.
        #[cfg(target_os = "linux")]
        if let Err(error) = rustix::process::nice(NICENESS) {
            tracing::debug!(%error, "cannot lower the priority of a hashing thread");
        }
        while let Some(job) = self.next() {
            // It ends with the job, not the thread: who waits for the answer gets none.
            let _ = catch_unwind(AssertUnwindSafe(job));
        }
    }
}

/// One thread for two processors. Returns how many have started.
fn start(queues: &Arc<Queues>) -> usize {
    let processors = thread::available_parallelism().map_or(1, usize::from);
    let threads = (0..(processors / 2).max(1)).map(|_| {
        let queues = queues.clone();
        let thread = thread::Builder::new().name("hashing".to_owned());
        thread.spawn(move || queues.work())
    });
    let started = threads.filter(|thread| match thread {
        Ok(_) => true,
        Err(error) => {
            tracing::error!(%error, "cannot start a hashing thread");
            false
        }
    });
    started.count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    fn add(queues: &Queues, queue: HashingQueue, job: impl FnOnce() + Send + 'static) -> bool {
        queues.add(queue, Box::new(job)).is_ok()
    }

    #[test]
    fn pins_have_a_queue_of_their_own_which_is_served_first() {
        let queues = Queues::default();
        let (done, seen) = mpsc::channel();
        for (queue, longest) in [(HashingQueue::Password, 32), (HashingQueue::Pin, 4)] {
            for _ in 0..longest {
                let done = done.clone();
                assert!(add(&queues, queue, move || done.send(queue).unwrap()));
            }
            assert!(!add(&queues, queue, || ()));
        }
        for _ in 0..36 {
            queues.next().unwrap()();
        }
        let seen: Vec<_> = seen.try_iter().collect();
        assert_eq!(seen[..4], [HashingQueue::Pin; 4]);
        assert_eq!(seen[4..], [HashingQueue::Password; 32]);
        assert!(add(&queues, HashingQueue::Password, || ()));
        queues.lock().is_over = true;
        assert!(queues.next().is_none());
    }

    #[test]
    fn there_is_room_until_a_queue_is_full() {
        let threads = HashingThreads::default();
        let room = |queue| threads.check_room(queue);
        for _ in 0..PASSWORDS {
            assert_eq!(room(HashingQueue::Password), Ok(()));
            assert!(add(&threads.queues, HashingQueue::Password, || ()));
        }
        assert_eq!(room(HashingQueue::Password), Err(HashingQueueFull));
        assert_eq!(room(HashingQueue::Pin), Ok(()));
    }

    #[tokio::test]
    async fn work_is_answered() {
        let threads = HashingThreads::default();
        let answer = threads.run(HashingQueue::Password, || 7).await;
        assert_eq!(answer, Ok(7));
    }

    #[tokio::test]
    async fn a_panic_ends_no_queue() {
        let threads = HashingThreads::default();
        let broken = threads.run(HashingQueue::Pin, || -> u8 { panic!("no hash") });
        assert!(broken.await.is_err());
        assert_eq!(threads.run(HashingQueue::Pin, || 7).await, Ok(7));
    }
}
