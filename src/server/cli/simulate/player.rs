//! Plays one order's story against the market.

use super::{
    client::{Client, Reply},
    display::Display,
    plan::{Step, Story},
};
use crate::domain::Status;
use futures::future::join_all;
use serde_json::Value;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{select, time::sleep_until};

#[derive(Clone)]
pub struct StoryPlayer {
    pub client: Arc<Client>,
    pub display: Arc<Display>,
    /// When the evening began, and how much faster than real time it is.
    pub begun: Instant,
    pub speed: f64,
}

impl StoryPlayer {
    /// Plays the story to its end, until Ctrl-C, or until the order is final earlier than planned.
    pub async fn play(self, story: Story) {
        let mut order = None;
        for (n, step) in story.steps.iter().enumerate() {
            let intended = self.at(step.at);
            // A visit begins before the order.
            let begins = match n {
                0 => self.at(story.begins()),
                _ => intended,
            };
            if !self.sleep_until(begins).await {
                return;
            }
            order = match &story.visit {
                Some(visit) if n == 0 => self.visit(visit, &step.commands[0], intended).await,
                _ => self.take(step, order, intended).await,
            };
            self.display.count_steps(1);
            let status = order
                .as_ref()
                .and_then(|order| Status::from_name(order["status"].as_str()?));
            if status.is_none_or(Status::is_final) {
                return self.display.count_steps(story.steps.len() - n - 1);
            }
        }
        if let (Some(order), Some(_)) = (order, story.visit.filter(|visit| visit.is_missed)) {
            self.miss(&order).await;
        }
    }

    /// The moment of a time of the evening.
    pub fn at(&self, time: Duration) -> Instant {
        self.begun + time.div_f64(self.speed)
    }

    /// Sleeps until a moment. Returns whether it came before Ctrl-C.
    pub async fn sleep_until(&self, moment: Instant) -> bool {
        select! {
            () = sleep_until(moment.into()) => true,
            () = self.client.stop.cancelled() => false,
        }
    }

    /// Sends all commands of a step at once. Returns the newest state of the order, as far as it is known.
    async fn take(&self, step: &Step, order: Option<Value>, intended: Instant) -> Option<Value> {
        let commands = step
            .commands
            .iter()
            .map(|command| self.client.command(command, order.as_ref(), intended));
        let replies = join_all(commands).await;
        let orders = replies.into_iter().filter_map(|reply| match reply {
            Reply::Order(order) => Some(order),
            Reply::Refused(..) | Reply::Unanswered => None,
        });
        match orders.max_by_key(|order| order["version"].as_u64()) {
            Some(newest) => Some(newest),
            // A command of another client came first.
            None => {
                let path = format!("/api/orders/{}", order.as_ref()?["id"].as_str()?);
                self.client.get(&path).await.ok().flatten()
            }
        }
    }
}
