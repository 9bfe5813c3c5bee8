//! The end of each change of an order: its commit, what is noted of it, and the answer.

use super::{Failure, OrderService};
use crate::{
    domain::{Cursor, Error, Order, OrderFacts, OrderId, Viewer},
    server::{
        services::{
            accounts::Authority,
            idempotency::{Answer, IdempotentRequest},
            live_feed::OrderIndex,
            order_documents,
        },
        store::{Batch, Outcome, StoreError},
        telemetry::trace,
    },
};
use std::time::Instant;

/// For whom a change is committed, until when, and for which request.
pub struct Commit<'a> {
    pub by: &'a Authority,
    pub request: Option<&'a IdempotentRequest>,
    pub deadline: Instant,
}

impl OrderService {
    /// An id above that of every order which this instance knows of. Each attempt leaves more room for the ids that are
    /// made elsewhere while it is under way.
    pub(in crate::server::services) fn new_id(&self, attempt: u32) -> Result<OrderId, Failure> {
        if let Some(newest) = self.feed.read_index(OrderIndex::newest).flatten() {
            self.ids.follow(newest);
        }
        let id = self.ids.next(attempt);
        let id = id.ok_or_else(|| StoreError::Broken("no id is above the highest one".to_owned()));
        Ok(id?)
    }

    /// Commits a change after which an order is so, and notes what was written: this instance reads it from then on.
    pub(in crate::server::services) async fn commit(
        &self,
        change: Batch,
        order: Option<&Order>,
    ) -> Result<Outcome, StoreError> {
        let outcome = self.store.commit(change).await?;
        match &outcome {
            Outcome::Committed(cursor) => self.record_written(cursor, order),
            Outcome::Replayed(_, cursor) => self.record_written(cursor, None),
            Outcome::NotHighest(highest) => {
                order_documents::id(highest).inspect(|id| self.ids.follow(*id));
            }
            Outcome::Conflict | Outcome::Full(_) => {}
        }
        Ok(outcome)
    }

    /// Makes a change and answers with `result`; or as this request was answered before. `None` if another change was
    /// faster.
    pub(super) async fn commit_answer(
        &self,
        mut change: Batch,
        result: Result<Order, Error>,
        Commit {
            by,
            request,
            deadline,
        }: Commit<'_>,
    ) -> Result<Option<Answer>, Failure> {
        (change.deadline, change.trace) = (Some(deadline), trace::parent());
        let standing = by.standing.iter();
        change
            .expect
            .extend(standing.flat_map(|standing| standing.expected()));
        let once = request.map(|request| request.record(&result));
        change.idempotency = once.transpose()?;
        let outcome = self.commit(change, result.as_ref().ok()).await?;
        if let Outcome::Full(index) = &outcome {
            let why = format!("a change that asks for no room found {} full", index.0);
            return Err(StoreError::Broken(why).into());
        }
        let answer: Option<Answer> = match (outcome, request) {
            (Outcome::Committed(_), _) => Some(result.into()),
            (Outcome::Replayed(text, _), Some(request)) => {
                let answer = request.stored_answer(&text)?;
                let now = self.facts_now(&answer, &by.viewer).await?;
                return Ok(Some(answer.seen_by(&by.viewer, now.as_ref())));
            }
            (
                Outcome::Conflict
                | Outcome::NotHighest(_)
                | Outcome::Full(_)
                | Outcome::Replayed(..),
                _,
            ) => None,
        };
        Ok(answer.map(|answer| answer.seen_by(&by.viewer, None)))
    }

    /// How the order of a stored answer stands now, where that decides how much of it is told: since the answer was
    /// stored, the order may be over, or another driver's.
    async fn facts_now(
        &self,
        answer: &Answer,
        viewer: &Viewer,
    ) -> Result<Option<OrderFacts>, Failure> {
        match (&answer.result, viewer) {
            (Ok(order), Viewer::Known(_)) => {
                let (now, _) = self.read(order.id).await?;
                Ok(Some(OrderFacts::from(&now)))
            }
            (Ok(_), Viewer::Open) | (Err(_), _) => Ok(None),
        }
    }

    fn record_written(&self, cursor: &Cursor, order: Option<&Order>) {
        let followed = self.feed.cursor();
        self.written().record(cursor, order, followed.as_ref());
    }
}
