//! Where stored data is read: the store itself, or a running server.

use super::{
    failure::{Failure, Result},
    remote::RemoteServer,
};
use crate::{
    domain::{Cursor, OrderId, Status},
    server::{
        cli::{http_client, tls},
        config::{self, StoreConfig},
        services::{order_documents, orders::ListFilter},
        store::{
            Embedded, JsonText, Keys, LogRead, Query, ReadOnly, Redis, Store, Target,
            ThroughServer, Unreadable, admin_socket, left_at, open, schema,
            snapshot::{Opened, open_file},
        },
    },
};
use redis::{ConnectionInfo, RedisResult};
use reqwest::Url;
use std::{
    collections::BTreeMap,
    error::Error,
    path::{Path, PathBuf},
    time::Duration,
};

/// How many events are read at once.
pub const CHUNK: usize = 512;

pub enum Source {
    /// A file that no server can write while it is open here.
    File(Embedded<ReadOnly>),
    Redis(Redis),
    /// A file that a server has open.
    Through(ThroughServer),
    Server(RemoteServer),
}

impl Source {
    /// The store that the settings name, or the server at `url`.
    pub async fn open(url: Option<Url>, authorities: Option<PathBuf>) -> Result<Source> {
        if let Some(url) = url {
            let tls = tls::public(authorities.as_deref()).map_err(Failure::Unreadable)?;
            return Ok(Source::Server(RemoteServer::at(url, tls)?));
        }
        match config::store()? {
            StoreConfig::Embedded(folder) => embedded(&open::file(&folder)).await,
            StoreConfig::Redis { info, credentials } => {
                let target = Target::of_market(*info, credentials, config::retention()?);
                let info = target.info.clone();
                let store = Redis::open_read_only(target).await?;
                // Where this fails, reading reports why.
                if let Ok(version) = schema_version(&info).await {
                    // A store without a history cannot be opened read-only, so this one has a history.
                    check_schema(schema::of_history(version.as_deref())?)?;
                }
                Ok(Source::Redis(store))
            }
        }
    }

    pub fn store(&self) -> std::result::Result<&dyn Store, &RemoteServer> {
        match self {
            Source::File(store) => Ok(store),
            Source::Redis(store) => Ok(store),
            Source::Through(store) => Ok(store),
            Source::Server(server) => Err(server),
        }
    }

    /// At most `limit` orders, newest first, older than `before`; and before which order the next page begins.
    pub async fn page(
        &self,
        filter: &ListFilter,
        before: Option<OrderId>,
        limit: usize,
    ) -> Result<(Vec<JsonText>, Option<OrderId>)> {
        let store = match self.store() {
            Ok(store) => store,
            Err(server) => {
                let page = server.page(filter, before, limit).await?;
                return Ok((page.orders, page.next));
            }
        };
        let query = Query {
            index: order_documents::index(filter.status, filter.supplier.as_ref()),
            before: before.map(order_documents::key),
            limit,
        };
        let page = store.list(&[query]).await?.pages.pop().unwrap_or_default();
        Ok((
            page.documents,
            page.next.as_ref().and_then(order_documents::id),
        ))
    }

    pub async fn order(&self, id: OrderId) -> Result<Option<JsonText>> {
        match self.store() {
            Ok(store) => Ok(store.get(&order_documents::key(id)).await?),
            Err(server) => server.order(id).await,
        }
    }

    /// All events of an order, oldest first.
    pub async fn history(&self, id: OrderId) -> Result<Vec<JsonText>> {
        match self.store() {
            Ok(store) => Ok(store.history(&order_documents::key(id)).await?),
            Err(server) => server.history(id).await,
        }
    }

    /// How many orders there are in each status.
    pub async fn counts(&self) -> Result<BTreeMap<Status, u64>> {
        let server = match self.store() {
            Ok(store) => {
                let total = |&status: &Status| Query {
                    index: order_documents::index(Some(status), None),
                    before: None,
                    limit: 0,
                };
                let queries: Vec<_> = Status::ALL.iter().map(total).collect();
                let pages = store.list(&queries).await?.pages.into_iter();
                let totals = pages.map(|page| page.total);
                return Ok(Status::ALL.iter().copied().zip(totals).collect());
            }
            Err(server) => server,
        };
        let mut counts: BTreeMap<_, _> = Status::ALL.iter().map(|&status| (status, 0)).collect();
        let mut before = None;
        loop {
            let page = server.page(&ListFilter::default(), before, CHUNK).await?;
            let orders = page.orders.iter();
            for order in orders.filter_map(|text| order_documents::read(text).ok()) {
                *counts.entry(order.status).or_default() += 1;
            }
            before = page.next;
            if before.is_none() {
                return Ok(counts);
            }
        }
    }

    /// The cursor of the newest event.
    pub async fn head(&self) -> Result<Cursor> {
        match self.store() {
            Ok(store) => Ok(store.list(&[]).await?.cursor),
            Err(server) => server.head().await,
        }
    }

    /// At most `limit` events after a cursor, up to now.
    pub async fn read_log(&self, cursor: &Cursor, limit: usize) -> Result<LogRead> {
        match self.store() {
            Ok(store) => Ok(store.read_log(cursor, limit, Duration::ZERO).await?),
            Err(server) => server.read_log(cursor, limit).await,
        }
    }

    /// All events after a cursor, up to now; `None` where the store does not hold them any more, or never did.
    pub async fn up_to_now(&self, since: &Cursor) -> Result<Option<Vec<JsonText>>> {
        let head = self.head().await?;
        let (mut cursor, mut events) = (since.clone(), Vec::new());
        loop {
            let limit = match head.seq.checked_sub(cursor.seq) {
                Some(0) if head.epoch == cursor.epoch => return Ok(Some(events)),
                Some(left) if head.epoch == cursor.epoch => left as usize,
                _ => return Ok(None),
            };
            // A server sends them one by one; a store returns them all at once.
            let limit = match self {
                Source::Server(_) => limit,
                _ => limit.min(CHUNK),
            };
            match self.read_log(&cursor, limit).await? {
                LogRead::Entries(more) if !more.is_empty() => {
                    cursor.seq += more.len() as u64;
                    events.extend(more.into_iter().map(|entry| entry.text));
                }
                _ => return Ok(None),
            }
        }
    }

    /// The cursor before the newest `count` events, or before fewer where fewer are held.
    pub async fn before_last(&self, mut count: u64) -> Result<Cursor> {
        let head = self.head().await?;
        loop {
            let seq = head.seq.saturating_sub(count);
            let cursor = Cursor {
                seq,
                ..head.clone()
            };
            if count == 0 || matches!(self.read_log(&cursor, 1).await?, LogRead::Entries(_)) {
                return Ok(cursor);
            }
            count = head.seq.min(count) / 2;
        }
    }
}

/// Rejects a store of another schema version, which would be misread.
pub fn check_schema(version: u32) -> Result<()> {
    Ok(schema::check(version, None)?)
}

/// The schema version of a Redis, as it is stored.
async fn schema_version(info: &ConnectionInfo) -> RedisResult<Option<String>> {
    let client = redis::Client::open(info.clone())?;
    let mut connection = client.get_multiplexed_async_connection().await?;
    let mut ask = redis::cmd("HGET");
    ask.arg(Keys::new("").meta()).arg("schema");
    ask.query_async(&mut connection).await
}

/// The file, or the server that uses it.
async fn embedded(file: &Path) -> Result<Source> {
    // Another file may have taken the name of the one that the server has open.
    let folder = file.parent().unwrap_or(file);
    if matches!(admin_socket::connect(folder), Ok(Some(_))) {
        // Its API shows a guest what is on offer, and no more.
        if config::is_sign_in_required()? {
            return Ok(Source::Through(ThroughServer::of(folder)));
        }
        return holder(file).await.map(Source::Server);
    }
    let why = match Embedded::open_read_only(file) {
        Ok(store) => {
            if let Opened::Free(snapshot) = open_file(file)? {
                check_schema(snapshot.head.schema)?;
            }
            return Ok(Source::File(store));
        }
        Err(Unreadable::Held) => return holder(file).await.map(Source::Server),
        Err(_) if matches!(file.try_exists(), Ok(false)) => format!(
            "There is no store at {} (DATA_DIR), and no Redis is set. Is this the folder that the server runs in?",
            file.display()
        ),
        Err(Unreadable::Broken(error)) => error.to_string(),
    };
    Err(Failure::Unreadable(why))
}

/// The running server that uses this file: another one may listen at its address.
async fn holder(file: &Path) -> Result<RemoteServer> {
    let held = format!(
        "A server is using {}, which can be read only through it",
        file.display()
    );
    let addr = config::site_addr()?;
    if addr.port() == 0 {
        let why = format!("{held}. It chose a free port: pass its address with --url.");
        return Err(Failure::Unreadable(why));
    }
    let unreadable = |error: &dyn Error| Failure::Unreadable(error.to_string());
    let address = http_client::own_url(addr)?;
    let hint = "Set its address with LEPTOS_SITE_ADDR or --url";
    let url = Url::parse(&address).map_err(|error| unreadable(&error))?;
    let tls = tls::own_server().map_err(|error| unreadable(&error))?;
    let server = RemoteServer::at(url, tls)?;
    let head = server.head().await;
    let head = head.map_err(|error| Failure::Unreadable(format!("{held}. {error} {hint}.")))?;
    match left_at(file) {
        Some(own) if own.epoch != head.epoch => {
            let why = format!("{held}. The server at {address} serves another market. {hint}.");
            Err(Failure::Unreadable(why))
        }
        _ => Ok(server),
    }
}
