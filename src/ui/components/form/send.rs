//! Forms are sent until they are answered, and the answer is applied to the page.

use super::page_forms::Forms;
use crate::{
    api::{
        self,
        form::{Answers, SELECTED_ORDER},
    },
    domain::{Error, Order, OrderId},
    ui::{
        browser::{http, timer::sleep},
        live::store::LiveStore,
        route::percent::encode,
    },
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
use std::time::Duration;

/// How often a form that waits looks whether the connection is back.
const RETRY_EVERY: Duration = Duration::from_millis(500);

/// The addresses of forms that are about several orders, or about none.
const SEVERAL: [&str; 5] = [
    api::DispatchSeveral::PATH,
    api::SetOffAll::PATH,
    api::DeliverAll::PATH,
    api::SwitchDuty::PATH,
    api::PressCounter::PATH,
];

/// A form on its way to the server.
pub struct Submission {
    /// The orders that it is about.
    pub orders: Vec<OrderId>,
    pub path: &'static str,
    pub body: String,
}

impl Submission {
    async fn post(&self) -> Result<Answers, Error> {
        if SEVERAL.contains(&self.path) {
            return http::post(self.path, &self.body).await;
        }
        let order: Order = http::post(self.path, &self.body).await?;
        Ok(Answers::from([(order.id, Ok(order))]))
    }

    /// Each order that was refused, with its error.
    fn refused<'a>(
        &'a self,
        answer: &'a Result<Answers, Error>,
    ) -> Box<dyn Iterator<Item = (OrderId, &'a Error)> + 'a> {
        match answer {
            Ok(answers) => Box::new(
                answers
                    .iter()
                    .filter_map(|(order, answer)| Some((*order, answer.as_ref().err()?))),
            ),
            Err(error) => Box::new(self.orders.iter().map(move |order| (*order, error))),
        }
    }
}

impl Forms {
    /// Assigns orders to a driver, as the form for several does.
    pub fn dispatch_several(self, orders: Vec<(OrderId, u32)>, driver: &str, store: LiveStore) {
        let (key, driver) = (http::fresh_key(), encode(driver));
        let selected = |(id, version): &(OrderId, u32)| format!("&{SELECTED_ORDER}={id}.{version}");
        let selected: String = orders.iter().map(selected).collect();
        let submission = Submission {
            orders: orders.into_iter().map(|(id, _)| id).collect(),
            path: api::DispatchSeveral::PATH,
            body: format!("key={key}&driver_name={driver}{selected}"),
        };
        spawn_local(async move {
            let retries = Box::new(|| ());
            let answer = self.retry_until_answered(&submission, store, retries).await;
            self.apply_result(&answer, &submission.orders, store);
        });
    }

    /// Sends a form until there is an answer. The form has a key, so the server acts on it once. `retries` is called
    /// before each further attempt.
    pub(super) async fn retry_until_answered(
        self,
        submission: &Submission,
        store: LiveStore,
        retries: Box<dyn Fn()>,
    ) -> Result<Answers, Error> {
        self.sending
            .update(|sending| sending.extend(&submission.orders));
        let mut answer = self.send(submission, store).await;
        while matches!(answer, Err(Error::NoAnswer)) {
            retries();
            sleep(RETRY_EVERY).await;
            if store.is_live_untracked() {
                answer = self.send(submission, store).await;
            }
        }
        answer
    }

    /// Puts the orders that were changed on the board. From here on, only events change them.
    pub(super) fn apply_result(
        self,
        answer: &Result<Answers, Error>,
        orders: &[OrderId],
        store: LiveStore,
    ) {
        let changed = answer.iter().flatten();
        let changed = changed.filter_map(|(_, answer)| answer.as_ref().ok());
        for order in changed {
            self.note_made(order.id, order.version);
            store.put(order);
        }
        self.sending.update(|sending| {
            for order in orders {
                let at = sending.iter().position(|sent| sent == order);
                at.map(|at| sending.swap_remove(at));
            }
        });
    }

    /// Sends a form once, and keeps each refusal with its order.
    async fn send(self, submission: &Submission, store: LiveStore) -> Result<Answers, Error> {
        let orders = &submission.orders;
        self.refusals.update(|refusals| refusals.remove(orders));
        let answer = submission.post().await;
        self.presses.form_answered();
        let now = store.now_untracked();
        self.refusals.update(|refusals| {
            refusals.remove(orders);
            for (order, error) in submission.refused(&answer) {
                refusals.add(order, error, now);
            }
        });
        answer
    }
}
