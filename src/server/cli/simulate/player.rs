//! Plays one order's story against the market.

use super::{
    client::{Client, Reply},
    display::Display,
    plan::{Step, Story},
};
use crate::domain::Status;
use futures::future::join_all;
use serde_json::Value;
use std::{sync::Arc, time::Instant};
use tokio::{select, time::sleep_until};

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
            let intended = self.begun + step.at.div_f64(self.speed);
            select! {
                () = sleep_until(intended.into()) => {}
                () = self.client.stop.cancelled() => return,
            }
            order = self.take(step, order, intended).await;
            self.display.count_steps(1);
            let status = order
                .as_ref()
                .and_then(|order| Status::from_name(order["status"].as_str()?));
            if status.is_none_or(Status::is_final) {
                return self.display.count_steps(story.steps.len() - n - 1);
            }
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
            Reply::Refused(_) | Reply::Unanswered => None,
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
