//! The page of a driver: what they carry, and where it goes. Its forms are those of dispatch; the driver's own rights
//! decide.

use super::{
    fields::hidden,
    layout::{Page, not_theirs, page, refused},
    refusals::sentence,
    visit::Visit,
};
use crate::{
    api::{
        self,
        form::{ACT, form_id},
    },
    domain::{
        AccountId, AccountRole, BoardQuery, CommandKind, Cursor, Error, Order, Scope, Sequence,
        Status, Topic,
    },
    server::clock::now,
    ui::{
        Icon, empty,
        i18n::{
            domain_texts, format,
            locale::{Text, t},
        },
        icon, name, paths, refusal,
    },
};
use axum::response::Response;
use chrono::TimeDelta;
use leptos::{prelude::*, server_fn::ServerFn};
use uuid::Uuid;

const TITLE: Text = ["My orders", "Meine Bestellungen"];
/// A still page shows what is new by being loaded again. With JavaScript it is, as soon as there is something new.
const REFRESH_SECONDS: u16 = 30;
/// The second tap of a press is not the next step, whose button stands at the same place.
const PAUSE: TimeDelta = TimeDelta::seconds(3);
/// More than anybody carries.
const MOST: usize = 200;

pub async fn show(visit: Visit) -> Response {
    let (driver, may_act) = match visit.identity() {
        None => return visit.to_sign_in(),
        Some(identity) => match (identity.role, identity.driver_id) {
            (AccountRole::Driver, Some(driver)) => {
                (driver, visit.door.viewer.has(CommandKind::SetOff))
            }
            _ => {
                return not_theirs(&visit, &Error::NotAllowed).await;
            }
        },
    };
    let notice = visit.notice().await;
    let (orders, cursor) = match own_orders(&visit, driver).await {
        Ok(read) => read,
        Err(error) => {
            let way_on = (["Try again", "Noch einmal"], paths::DRIVER.to_owned());
            return refused(&visit, &error, way_on).await;
        }
    };
    let layout = Page {
        // What was refused stays to be read.
        refresh: notice.is_none().then_some(REFRESH_SECONDS),
        ..Page::new(TITLE)
    };
    page(&visit, layout, || {
        let elsewhere = notice.as_ref().and_then(|notice| notice.error.as_ref());
        let elsewhere = elsewhere.map(|error| refusal(sentence(error)));
        view! {
            <div class="page-head">
                <h1>{t(TITLE)}</h1>
                <a class="button" href=paths::DRIVER>{icon(Icon::Undo)} {t(["Look again", "Neu laden"])}</a>
            </div>
            {elsewhere}
            {follow(driver, &cursor, notice.is_some())}
            {list(&visit, &orders, may_act)}
        }
        .into_any()
    })
    .await
}

/// What the driver still carries, what is due first at the top.
async fn own_orders(visit: &Visit, driver: AccountId) -> Result<(Vec<Order>, Cursor), Error> {
    let query = BoardQuery {
        scope: Scope::of([Topic::Driver(driver)]),
        statuses: vec![Status::Dispatched, Status::InTransit],
        sequence: Sequence::Due,
        first: MOST,
    };
    let snapshot = visit
        .app
        .orders
        .snapshot(&query, None, &visit.door.viewer)
        .await?;
    let shown = snapshot
        .board
        .orders()
        .filter_map(|order| visit.door.viewer.shown(order.clone()));
    let mut orders: Vec<_> = shown
        .filter(|order| matches!(order.status, Status::Dispatched | Status::InTransit))
        .collect();
    orders.sort_by_key(|order| (order.due(), order.id));
    Ok((orders, snapshot.board.cursor().clone()))
}

/// What the script of the page follows: the events about this driver that come after the page. What was refused stays to
/// be read.
fn follow(driver: AccountId, cursor: &Cursor, has_notice: bool) -> Option<AnyView> {
    if has_notice {
        return None;
    }
    let about = Topic::Driver(driver).to_string();
    let lost = t([
        "No connection. What you see may have changed; it is kept up to date again as soon as there is one.",
        "Keine Verbindung. Was hier steht, kann sich geändert haben; sobald es wieder eine gibt, ist es aktuell.",
    ]);
    Some(view! { <p class="small" role="status" data-about=about data-since=cursor.to_string() data-lost=lost></p> }.into_any())
}

fn list(visit: &Visit, orders: &[Order], may_act: bool) -> AnyView {
    if orders.is_empty() {
        return empty(
            Icon::Check,
            t(["Nothing to bring", "Nichts zu fahren"]),
            t([
                "As soon as dispatch gives you an order, it shows up here.",
                "Sobald die Auslieferung dir etwas gibt, steht es hier.",
            ]),
            None,
        );
    }
    let rows: Vec<_> = orders
        .iter()
        .map(|order| row(visit, order, may_act))
        .collect();
    view! { <ol class="stack">{rows}</ol> }.into_any()
}

fn row(visit: &Visit, order: &Order, may_act: bool) -> AnyView {
    let promised = order.promised().map(|time| {
        let clock = format::clock(time, visit.zone.as_ref());
        view! { <p>{icon(Icon::Clock)} " " {t(["Promised for ", "Zugesagt für "])} <time translate="no" datetime=time.to_string()>{clock}</time></p> }.into_any()
    });
    let customer = order
        .customer_name
        .as_deref()
        .map(|customer| view! { <p>{icon(Icon::Person)} " " {name(customer)}</p> }.into_any());
    let address = order.delivery_address.as_deref().map(|address| {
        view! { <p class="address">{icon(Icon::Pin)} " " <bdi translate="no">{address.to_owned()}</bdi></p> }.into_any()
    });
    view! {
        <li>
            <article class="paper stack driver" id=format!("o{}", order.id)>
                <h2>{name(&order.pizza_name)} " " <span class="soft" translate="no">{order.id.number()}</span></h2>
                <p>{t(["From ", "Von "])} {name(&order.supplier_name)} " · " {domain_texts::status(order.status)}</p>
                {address} {customer} {promised}
                {may_act.then(|| step(order))}
            </article>
        </li>
    }
    .into_any()
}

/// The next step, as a plain form. It is made for the version that is shown.
fn step(order: &Order) -> AnyView {
    let (path, word) = match order.status {
        Status::Dispatched => (api::SetOff::PATH, ["Set off", "Losgefahren"]),
        _ => (api::Deliver::PATH, ["Delivered", "Geliefert"]),
    };
    let id = form_id(path.trim_start_matches(ACT), Some(order.id));
    let rests = now() - order.updated_at < PAUSE && order.status == Status::InTransit;
    view! {
        <form id=id method="post" action=path data-rests=rests.then_some("")>
            {hidden("id", order.id.to_string())}
            {hidden("version", order.version.to_string())}
            {hidden("key", Uuid::now_v7().to_string())}
            <button class="button primary wide">{t(word)}</button>
        </form>
    }
    .into_any()
}
