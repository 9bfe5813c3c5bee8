//! Plays how a customer comes to an order from a menu: the price is asked for, agreed to, and asked for again where it
//! has changed.

use super::{
    client::{Reply, is_below_minimum},
    plan::{PlannedCommand, Visit},
    player::StoryPlayer,
};
use crate::domain::{CommandKind, Status};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How often a customer agrees to something else.
const AGREEMENTS: usize = 3;
/// The longest deadline that is waited for; where it is later, the kitchen rejects.
const LONGEST_WAIT: Duration = Duration::from_secs(90);
/// How long after its deadline an order is looked at before its story ends.
const EXPIRY_GRACE: Duration = Duration::from_secs(20);

impl StoryPlayer {
    /// Asks for the price, and orders at the intended moment, as far as the customer goes along.
    pub async fn visit(
        &self,
        visit: &Visit,
        order: &PlannedCommand,
        intended: Instant,
    ) -> Option<Value> {
        let mut order = order.clone();
        let path = format!("/api/restaurants/{}", order.restaurant.as_deref()?);
        if let Some(n) = visit.slot
            && let Some(slot) = self.slot(&path, &order.body, n).await
        {
            order.body["when"] = slot;
        }
        let mut quote = self.quote(visit, &path, &mut order.body).await?;
        if !self.sleep_until(intended).await || visit.is_abandoned {
            return None;
        }
        let mut intended = intended;
        for _ in 0..AGREEMENTS {
            order.body["agreed_total"] = quote["bill"]["to_pay"].clone();
            order.body["agreed_until"] = quote["promise"]["to"].clone();
            let problem = match self.client.command(&order, None, intended).await {
                Reply::Order(placed) => {
                    self.check_consent(&order.body, &placed);
                    return Some(placed);
                }
                Reply::Refused(_, problem) => problem,
                Reply::Unanswered => return None,
            };
            if !visit.is_easy {
                return None;
            }
            quote = match &problem["quote"] {
                Value::Null => {
                    order.body["when"] = next_slot(&problem)?;
                    self.quote(visit, &path, &mut order.body).await?
                }
                quote => quote.clone(),
            };
            intended = Instant::now();
        }
        None
    }

    /// The price now; for the next slot where it cannot be had for the wanted one.
    async fn quote(&self, visit: &Visit, path: &str, body: &mut Value) -> Option<Value> {
        for _ in 0..AGREEMENTS {
            let question =
                json!({"lines": body["lines"], "place": body["place"], "when": body["when"]});
            let path = format!("{path}/quote");
            let call = self
                .client
                .call(Method::POST, path.clone(), &question, None);
            let (status, answer) = self.client.answer(&call).await?;
            self.client.tally().answers += 1;
            match status {
                200 => return Some(answer),
                409 if visit.is_easy => body["when"] = next_slot(&answer)?,
                409 => return None,
                422 if is_below_minimum(&answer) => return None,
                _ => {
                    let problem = format!("quote {path} was answered with {status}: {answer}");
                    self.client.violation(problem);
                    return None;
                }
            }
        }
        None
    }

    /// One of the slots of today, where there are any.
    async fn slot(&self, path: &str, body: &Value, n: usize) -> Option<Value> {
        let (postcode, point) = (body["place"]["postcode"].as_str()?, &body["place"]["point"]);
        let point = match (point["lat"].as_f64(), point["lon"].as_f64()) {
            (Some(lat), Some(lon)) => format!("&lat={lat}&lon={lon}"),
            _ => String::new(),
        };
        let path = format!("{path}/slots?pieces=2&postcode={postcode}{point}");
        let slots = self.client.get(&path).await.ok()??;
        let slots = slots.as_array().filter(|slots| !slots.is_empty())?;
        Some(slots[n % slots.len()]["slot"].clone())
    }

    /// Nobody gets what nobody has agreed to.
    fn check_consent(&self, agreed: &Value, order: &Value) {
        let basket = &order["basket"];
        let (total, until) = (&basket["bill"]["to_pay"], &basket["promise"]["to"]);
        let is_cheap = total.as_f64() <= agreed["agreed_total"].as_f64();
        // Both are written in one form.
        let is_soon = until.as_str() <= agreed["agreed_until"].as_str();
        if !(is_cheap && is_soon) {
            let id = &order["id"];
            let why = format!("order {id} is {total} until {until}, and was agreed to as {agreed}");
            self.client.violation(why);
        }
    }

    /// The kitchen leaves an order unanswered until the market ends it. Where that would take long, it rejects.
    pub async fn miss(&self, order: &Value) {
        let Some(deadline) = time_to_answer(order) else {
            return;
        };
        if deadline > LONGEST_WAIT {
            let mut rng = fastrand::Rng::with_seed(0);
            let body = json!({"accept": false, "reason": "closed"});
            let reject = PlannedCommand::new(&mut rng, CommandKind::Reject, "", body);
            self.client
                .command(&reject, Some(order), Instant::now())
                .await;
            return;
        }
        let path = format!("/api/orders/{}", order["id"].as_str().unwrap_or_default());
        let end = Instant::now() + deadline + EXPIRY_GRACE;
        while Instant::now() < end {
            let read = self.client.get(&path).await.ok().flatten();
            let status = read.and_then(|order| Status::from_name(order["status"].as_str()?));
            let in_a_second = Instant::now() + Duration::from_secs(1);
            if status.is_none_or(Status::is_final) || !self.sleep_until(in_a_second).await {
                return;
            }
        }
    }
}

/// How long a kitchen has for its answer, by the clock of the market. `None` where it need not answer.
fn time_to_answer(order: &Value) -> Option<Duration> {
    let time = |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str()?).ok();
    let (from, to) = (
        time(&order["created_at"])?,
        time(&order["basket"]["answer_by"])?,
    );
    (to - from).to_std().ok()
}

/// The first slot that a refusal offers.
fn next_slot(problem: &Value) -> Option<Value> {
    let slot = &problem["slots"][0]["slot"];
    (!slot.is_null()).then(|| slot.clone())
}
