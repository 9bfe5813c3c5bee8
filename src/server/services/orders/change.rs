//! The use-cases that change orders: each command is one atomic change, tried until it is made or refused.

use super::{Failure, OrderService, in_time};
use crate::{
    domain::{
        Actor, Board, Command, CommandKind, DispatchSeveral, Error, Offer, Order, OrderId,
        Precondition, known_driver_name,
    },
    server::{
        clock::now,
        services::{
            command_log::record_command,
            idempotency::{Answer, IdempotentRequest},
            order_documents,
        },
        store::{Batch, JsonText, Outcome, Result as Stored, StoreError},
        telemetry::trace,
    },
};
use std::time::{Duration, Instant};
use unicode_normalization::UnicodeNormalization;

/// A change may be made until then: early enough for its answer to arrive before the request times out.
const COMMIT_DEADLINE: Duration = Duration::from_secs(4);

impl OrderService {
    pub async fn offer(
        &self,
        offer: Offer,
        actor: Actor,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        let deadline = Instant::now() + COMMIT_DEADLINE;
        let work = answer_in_time(async {
            let mut attempt = 0;
            // Until the deadline. A conflict is a higher id, which was made in the meantime or by a clock ahead of ours.
            loop {
                let now = now();
                let (order, event) = Order::new(self.new_id(attempt)?, offer.clone(), now);
                let change = order_documents::creation(&order, event)?;
                let answer = self.commit_answer(change, Ok(order), request, deadline);
                if let Some(answer) = answer.await? {
                    return Ok(answer);
                }
                attempt += 1;
            }
        });
        record_command(CommandKind::Offer, actor, None, work).await
    }

    /// Carries out a command on an order that exists. A driver is spelled as the market knows them.
    pub async fn act(
        &self,
        id: OrderId,
        command: Command,
        actor: Actor,
        expected: &Precondition,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        let deadline = Instant::now() + COMMIT_DEADLINE;
        let kind = command.kind();
        let work = answer_in_time(async {
            let attempt = Attempt {
                id,
                command: self.with_known_driver(command).await,
                actor,
                expected,
                request,
                deadline,
            };
            // After a conflict the order is a step further, and a lifecycle has few steps.
            loop {
                if let Some(answer) = self.attempt(&attempt).await? {
                    return Ok(answer);
                }
            }
        });
        record_command(kind, actor, Some(id), work).await
    }

    /// Gives several orders to one driver. Each is a command of its own, done or refused by itself; `request` makes
    /// the idempotent request of each.
    pub async fn dispatch_several(
        &self,
        several: DispatchSeveral,
        actor: Actor,
        request: impl Fn(OrderId, u32) -> Option<IdempotentRequest>,
    ) -> Vec<(OrderId, Result<Order, Error>)> {
        let work = several.orders.into_iter().map(|(id, version)| {
            let driver_name = several.driver_name.clone();
            let (expected, request) = (Precondition::version(version), request(id, version));
            async move {
                let command = Command::Dispatch { driver_name };
                let answer = self.act(id, command, actor, &expected, request.as_ref());
                (id, answer.await.result)
            }
        });
        futures::future::join_all(work).await
    }

    /// Spells a driver whom this command assigns as the board does. A spelling that it does not have may be of a
    /// driver whose first order was stored here a moment ago.
    async fn with_known_driver(&self, command: Command) -> Command {
        let Command::Dispatch { driver_name } = command else {
            return command;
        };
        let known = || {
            let find = |board: &_| known_driver_name(board, &driver_name, fold_name).cloned();
            self.feed.read_board(find).flatten()
        };
        if known().as_ref() != Some(&driver_name) {
            self.catch_up().await;
        }
        let driver_name = known().unwrap_or(driver_name);
        Command::Dispatch { driver_name }
    }

    /// Carries out a command on the order as it is now; `None` if another change was faster.
    async fn attempt(&self, attempt: &Attempt<'_>) -> Result<Option<Answer>, Failure> {
        let (before, text) = match (self.read(attempt.id).await, attempt.request) {
            // Its key may belong to another request.
            (Err(Failure::Refused(error @ Error::UnknownOrder(_))), Some(request)) => {
                let stored = self.store.idempotency_record(request.name()).await?;
                let replayed = stored
                    .map(|text| request.stored_answer(&text))
                    .transpose()?;
                return Ok(Some(replayed.unwrap_or(Err(error).into())));
            }
            (read, _) => read?,
        };
        let (change, result) = attempt.decide(&before, text)?;
        self.commit_answer(change, result, attempt.request, attempt.deadline)
            .await
    }

    /// An id above that of every order which this instance knows of. Each attempt leaves more room for the ids that are
    /// made elsewhere while it is under way.
    fn new_id(&self, attempt: u32) -> Result<OrderId, Failure> {
        let newest = |board: &Board| board.orders().next_back().map(|order| order.id);
        if let Some(newest) = self.feed.read_board(newest).flatten() {
            self.ids.follow(newest);
        }
        let id = self.ids.next(attempt);
        let id = id.ok_or_else(|| StoreError::Broken("no id is above the highest one".to_owned()));
        Ok(id?)
    }

    /// Makes a change and answers with `result`; or as this request was answered before. `None` if another change was
    /// faster.
    async fn commit_answer(
        &self,
        mut change: Batch,
        result: Result<Order, Error>,
        request: Option<&IdempotentRequest>,
        deadline: Instant,
    ) -> Result<Option<Answer>, Failure> {
        (change.deadline, change.trace) = (Some(deadline), trace::parent());
        let once = request.map(|request| request.record(&result));
        change.idempotency = once.transpose()?;
        Ok(match (self.commit(change).await?, request) {
            (Outcome::Committed(_), _) => Some(result.into()),
            (Outcome::Replayed(text, _), Some(request)) => Some(request.stored_answer(&text)?),
            (Outcome::Conflict | Outcome::NotHighest(_) | Outcome::Replayed(..), _) => None,
        })
    }

    async fn commit(&self, batch: Batch) -> Stored<Outcome> {
        let outcome = self.store.commit(batch).await?;
        if let (Outcome::Committed(cursor) | Outcome::Replayed(_, cursor), Ok(mut written)) =
            (&outcome, self.written.lock())
        {
            let older = written
                .as_ref()
                .is_some_and(|w| w.epoch == cursor.epoch && w.seq > cursor.seq);
            if !older {
                *written = Some(cursor.clone());
            }
        }
        if let Outcome::NotHighest(highest) = &outcome {
            order_documents::id(highest).inspect(|id| self.ids.follow(*id));
        }
        Ok(outcome)
    }
}

/// A command on its way to an order, however often it has to be tried.
struct Attempt<'a> {
    id: OrderId,
    command: Command,
    actor: Actor,
    expected: &'a Precondition,
    request: Option<&'a IdempotentRequest>,
    deadline: Instant,
}

impl Attempt<'_> {
    /// The change of an order as it stands (and as its text says), and the answer to the command.
    fn decide(
        &self,
        before: &Order,
        text: JsonText,
    ) -> Result<(Batch, Result<Order, Error>), Failure> {
        let now = now();
        let decided = before.check(self.expected).and_then(|()| {
            Ok(before
                .clone()
                .apply(self.command.clone(), self.actor, now)?)
        });
        match decided {
            Ok((after, event)) => {
                let change = order_documents::change(Some((before, text)), &after, event)?;
                Ok((change, Ok(after)))
            }
            // Stored under the request's key, a refusal must be of the order as it stands, too.
            Err(error) if self.request.is_some() => {
                let unchanged = Batch {
                    expect: vec![(order_documents::key(self.id), Some(text))],
                    ..Batch::default()
                };
                Ok((unchanged, Err(error)))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// What two spellings of one name have in common: capitals and Unicode's normal forms make no difference.
fn fold_name(name: &str) -> String {
    name.to_lowercase().nfc().collect()
}

async fn answer_in_time(work: impl Future<Output = Result<Answer, Failure>>) -> Answer {
    let answer = in_time(work).await;
    answer.unwrap_or_else(|error| Err(error).into())
}
