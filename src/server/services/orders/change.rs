//! The use-cases that change orders: each is one atomic change, tried until it is made or refused.

use super::{COMMIT_DEADLINE, Failure, OrderService, commit::Commit, in_time};
use crate::{
    domain::{
        Command, CommandKind, Error, EventType, Offer, Order, OrderFacts, OrderId, Precondition,
        Sight, Viewer,
    },
    server::{
        clock::now,
        services::{
            accounts::Authority,
            command_log::record_command,
            idempotency::{Answer, IdempotentRequest},
            order_documents,
        },
        store::Batch,
    },
};
use futures::FutureExt;
use std::time::Instant;

impl OrderService {
    /// Makes an order; `accept` is a command that its kitchen carries out on it in the same step.
    pub async fn offer(
        &self,
        mut offer: Offer,
        accept: Option<Command>,
        by: &Authority,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        let deadline = Instant::now() + COMMIT_DEADLINE;
        let request = request.map(|request| request.of(by.key_scope()));
        let work = answer_in_time(async {
            by.check_offer(&offer)?;
            offer.restaurant_id = self.restaurant_called(&offer.supplier_name);
            let mut by = by.clone();
            let mut attempt = 0;
            // Until the deadline. A conflict is a higher id, which was made in the meantime or by a clock ahead of ours.
            loop {
                let now = now();
                let mut steps = vec![Order::new(self.new_id(attempt)?, offer.clone(), now)];
                if let Some(accept) = &accept {
                    let (order, _) = steps[0].clone();
                    steps.push(order.apply(accept.clone(), by.actor, now)?);
                }
                let change = order_documents::creation(&steps, by.event_actor().as_ref())?;
                let order = steps.swap_remove(steps.len() - 1).0;
                let commit = Commit {
                    by: &by,
                    request: request.as_ref(),
                    deadline,
                };
                if let Some(answer) = self.commit_answer(change, Ok(order), commit).await? {
                    return Ok(answer);
                }
                by = self.renewed(by).await?;
                attempt += 1;
            }
        });
        record_command(CommandKind::Offer, by.actor, None, work).await
    }

    /// Carries out a command on an order that exists. A driver is spelled as the market knows them.
    pub async fn act(
        &self,
        id: OrderId,
        command: Command,
        by: &Authority,
        expected: &Precondition,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        self.act_at_once(id, vec![command], by, expected, request)
            .await
    }

    /// Gives an order that has a driver to another one: recall and dispatch, in one commit.
    pub async fn reassign(
        &self,
        id: OrderId,
        dispatch: Command,
        by: &Authority,
        expected: &Precondition,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        let commands = vec![Command::Recall, dispatch];
        self.act_at_once(id, commands, by, expected, request).await
    }

    /// Carries out several commands on one order, all of them or none. It is logged as the last one.
    async fn act_at_once(
        &self,
        id: OrderId,
        mut commands: Vec<Command>,
        by: &Authority,
        expected: &Precondition,
        request: Option<&IdempotentRequest>,
    ) -> Answer {
        let deadline = Instant::now() + COMMIT_DEADLINE;
        let kind = commands.last().map_or(CommandKind::Recall, Command::kind);
        let request = request.map(|request| request.of(by.key_scope()));
        let work = answer_in_time(async {
            if !by.viewer.has(kind) {
                return Err(Error::NotAllowed.into());
            }
            for command in &mut commands {
                self.complete(command, by).await?;
            }
            let _turn = match kind {
                CommandKind::Take => self.guests_turn(&by.viewer, Some(id)).await?,
                _ => None,
            };
            let mut attempt = Attempt {
                id,
                commands: &commands,
                by: by.clone(),
                expected,
                request: request.as_ref(),
                deadline,
            };
            let mut known = self.known(id);
            // After a conflict the order is read. It is a step further then, and a lifecycle has few steps.
            loop {
                let was_known = known.is_some();
                if let Some(answer) = self.attempt(&attempt, known.take()).await? {
                    return Ok(answer);
                }
                if !was_known {
                    attempt.by = self.renewed(attempt.by).await?;
                }
            }
        });
        let answer = record_command(kind, by.actor, Some(id), work).await;
        if answer.result == Err(Error::TooLate) && !answer.replayed {
            // What comes of it is logged, and the answer is the same.
            let _ = self.expire(id).await;
        }
        answer
    }

    /// Carries out a command on several orders. Each is done or refused by itself; `request` makes the idempotent request
    /// of each.
    pub async fn act_on_several(
        &self,
        orders: Vec<(OrderId, u32)>,
        command: Command,
        by: &Authority,
        request: impl Fn(OrderId, u32) -> Option<IdempotentRequest>,
    ) -> Vec<(OrderId, Result<Order, Error>)> {
        let work = orders.into_iter().map(|(id, version)| {
            let command = command.clone();
            let (expected, request) = (Precondition::version(version), request(id, version));
            async move {
                let answer = self.act(id, command, by, &expected, request.as_ref());
                (id, answer.await.result)
            }
        });
        futures::future::join_all(work).await
    }

    /// Adds what a command leaves to the server: who takes an order, and which driver is meant.
    async fn complete(&self, command: &mut Command, by: &Authority) -> Result<(), Failure> {
        match command {
            Command::Take { customer_id, .. } => *customer_id = by.customer(),
            Command::Dispatch {
                driver_name,
                driver_id,
            } => {
                if driver_id.is_some() {
                    return Ok(());
                }
                *driver_name = self.spelled(driver_name).await;
                if by.viewer != Viewer::Open {
                    (*driver_name, *driver_id) =
                        self.driver(Some(driver_name.clone()), None).await?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// The authority as it stands after a conflict, which may have been about its account.
    async fn renewed(&self, by: Authority) -> Result<Authority, Failure> {
        match by.standing {
            Some(_) => Ok(self.accounts.renew(&by).await?),
            None => Ok(by),
        }
    }

    /// The order as this instance last heard of it. A commit has to prove that it still is so.
    fn known(&self, id: OrderId) -> Option<Order> {
        let written = self.written().order(id).cloned();
        let followed = self.feed.order(id);
        written
            .into_iter()
            .chain(followed)
            .max_by_key(|order| order.version)
    }

    /// Carries out a command on the order as it is known, or else as it is read. `None` if it is not, or no longer, so.
    async fn attempt(
        &self,
        attempt: &Attempt<'_>,
        known: Option<Order>,
    ) -> Result<Option<Answer>, Failure> {
        let is_known = known.is_some();
        let (before, text) = match known {
            // Where another program has stored it in other words, the commit is in conflict.
            Some(order) => {
                let text = order_documents::write(&order)?;
                (order, text)
            }
            None => match (self.read(attempt.id).await, attempt.request) {
                // Its key may belong to another request.
                (Err(Failure::Refused(error @ Error::UnknownOrder(_))), Some(request)) => {
                    let stored = self.store.idempotency_record(request.name()).await?;
                    let replayed = stored
                        .map(|text| request.stored_answer(&text))
                        .transpose()?;
                    let replayed = replayed.map(|answer| answer.seen_by(&attempt.by.viewer, None));
                    return Ok(Some(replayed.unwrap_or(Err(error).into())));
                }
                (read, _) => read?,
            },
        };
        let (change, result) = match attempt.decide(&before) {
            Ok(steps) if !steps.is_empty() => {
                let actor = attempt.by.event_actor();
                let mut change =
                    order_documents::change(Some((&before, text)), &steps, actor.as_ref())?;
                if attempt.answers(&before) {
                    let by = actor.and_then(|actor| actor.id);
                    self.note_answer(&before, by, is_known, &mut change).await?;
                }
                let after = steps.into_iter().next_back().map(|(order, _)| order);
                (change, Ok(after.unwrap_or(before)))
            }
            // Stored under the request's key, a refusal must be of the order as it stands, too; and so must be an answer
            // where everything is so already.
            unchanged if attempt.request.is_some() => {
                let expected = Batch {
                    expect: vec![(order_documents::key(attempt.id), Some(text))],
                    ..Batch::default()
                };
                (expected, unchanged.map(|_| before))
            }
            _ if is_known => return Ok(None),
            Ok(_) => {
                let answer: Answer = Ok(before).into();
                return Ok(Some(answer.seen_by(&attempt.by.viewer, None)));
            }
            Err(error) => return Err(error.into()),
        };
        let commit = Commit {
            by: &attempt.by,
            request: attempt.request,
            deadline: attempt.deadline,
        };
        self.commit_answer(change, result, commit).await
    }
}

/// A command on its way to an order, however often it has to be tried.
struct Attempt<'a> {
    id: OrderId,
    commands: &'a [Command],
    by: Authority,
    expected: &'a Precondition,
    request: Option<&'a IdempotentRequest>,
    deadline: Instant,
}

impl Attempt<'_> {
    /// What the commands make of an order, one after another. Nothing where everything is so already.
    fn decide(&self, before: &Order) -> Result<Vec<(Order, EventType)>, Error> {
        self.check_rights(before)?;
        before.check(self.expected)?;
        let mut steps: Vec<(Order, EventType)> = Vec::with_capacity(self.commands.len());
        for command in self.commands {
            let order = steps.last().map_or(before, |(order, _)| order).clone();
            let version = order.version;
            let step = order.apply(command.clone(), self.by.actor, now())?;
            steps.extend(Some(step).filter(|(order, _)| order.version != version));
        }
        Ok(steps)
    }

    /// Whether a kitchen answers a direct order by it.
    fn answers(&self, before: &Order) -> bool {
        let is_answer = |command: &Command| {
            let kind = command.kind();
            matches!(
                kind,
                CommandKind::Accept | CommandKind::Reject | CommandKind::Prepare
            )
        };
        before.is_unanswered() && self.commands.iter().any(is_answer)
    }

    /// An order that its actor does not see does not exist; of one that it sees it may not be allowed the command.
    fn check_rights(&self, before: &Order) -> Result<(), Error> {
        let facts = OrderFacts::from(before);
        if self.by.viewer.view(&facts) == Sight::None {
            return Err(Error::UnknownOrder(self.id));
        }
        for command in self.commands {
            self.by.viewer.may(command.kind(), Some(&facts)).check()?;
        }
        Ok(())
    }
}

fn answer_in_time(
    work: impl Future<Output = Result<Answer, Failure>>,
) -> impl Future<Output = Answer> {
    in_time(work).map(|answer| answer.unwrap_or_else(|error| Err(error).into()))
}
