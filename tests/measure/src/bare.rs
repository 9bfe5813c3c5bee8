//! The bare program: plain axum with one handler that stores a document as large as an order, over Redis by a script or
//! in a file by one transaction for all that wait. No history of an order is read, nothing is checked, and nothing is
//! remembered for a repeated request. Beside it, a handler that answers the bytes of a file, which it has read before.

use anyhow::{Result, bail};
use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use redb::{Database, TableDefinition};
use redis::{Script, aio::MultiplexedConnection};
use serde_json::Value;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};
use tokio::sync::{mpsc, oneshot};

/// Documents that are stored in one transaction, at most.
const GROUP: usize = 256;
const DOCUMENTS: TableDefinition<&str, &str> = TableDefinition::new("documents");
const LOG: TableDefinition<u64, &str> = TableDefinition::new("log");
/// What a commit of an order has at least: the document, four indexes that change, the log, the history and the channel.
const COMMIT: &str = "
    redis.call('GET', KEYS[1])
    redis.call('SET', KEYS[1], ARGV[1])
    redis.call('ZADD', KEYS[2], 0, ARGV[2])
    redis.call('ZADD', KEYS[3], 0, ARGV[2])
    redis.call('ZREM', KEYS[4], ARGV[2])
    redis.call('ZREM', KEYS[5], ARGV[2])
    local seq = redis.call('HINCRBY', KEYS[6], 'seq', 1)
    local entry = ARGV[3] .. ',\"id\":\"bare-' .. seq .. '\"}'
    redis.call('XADD', KEYS[7], 'MAXLEN', '~', 100000, seq .. '-0', 'entry', entry)
    redis.call('RPUSH', KEYS[8], entry)
    redis.call('PUBLISH', 'bare', entry)
    return seq";

#[derive(Clone)]
enum Store {
    None,
    Redis(MultiplexedConnection, Arc<Script>),
    File(mpsc::Sender<Job>),
    Document(Bytes),
}

struct Job {
    key: String,
    document: String,
    entry: String,
    done: oneshot::Sender<()>,
}

pub async fn serve(address: &str, store: &[&str]) -> Result<()> {
    let store = match store {
        [] => Store::None,
        ["redis", url] => {
            let client = redis::Client::open(*url)?;
            let connection = client.get_multiplexed_async_connection().await?;
            Store::Redis(connection, Arc::new(Script::new(COMMIT)))
        }
        ["redb", file] => Store::File(writer(Path::new(file))?),
        ["document", file] => Store::Document(std::fs::read(file)?.into()),
        _ => bail!("usage: measure bare ADDRESS [redis URL | redb FILE | document FILE]"),
    };
    let alive = async || {
        (
            [(header::CONTENT_TYPE, "application/json")],
            r#"{"status":"alive"}"#,
        )
    };
    let app = Router::new()
        .route("/healthz", get(alive))
        .route("/commit", post(commit))
        .route("/document", get(document))
        .with_state(store);
    let listener = tokio::net::TcpListener::bind(address).await?;
    Ok(axum::serve(listener, app).await?)
}

/// The version of the document, which never changes.
pub const TAG: &str = "\"2\"";

async fn document(State(store): State<Store>, headers: HeaderMap) -> Response {
    let Store::Document(bytes) = store else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let tag = [(header::ETAG, TAG)];
    if headers
        .get(header::IF_NONE_MATCH)
        .is_some_and(|it| it == TAG)
    {
        return (StatusCode::NOT_MODIFIED, tag).into_response();
    }
    (tag, [(header::CONTENT_TYPE, "application/json")], bytes).into_response()
}

/// Stores a document of its own for each call.
async fn commit(State(store): State<Store>, Json(body): Json<Value>) -> Result<String, StatusCode> {
    static NUMBER: AtomicU64 = AtomicU64::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let key = format!("order:{number:036}");
    let document = format!(
        r#"{{"id":"{number:036}","supplier_name":"Bella Napoli","pizza_name":"Margherita","supplier_price":9.5,"customer_price":12.35,"markup_percentage":30.0,"status":"preparing","customer_name":"Ana","delivery_address":"Kurze Gasse 1","driver_name":null,"estimated_delivery_time":25,"supplier_notes":null,"created_at":"2026-02-17T10:30:00.000Z","updated_at":"2026-02-17T10:30:00.000Z","version":4,"times":{{"pending_supplier":"2026-02-17T10:30:00.000Z","supplier_accepted":"2026-02-17T10:30:00.000Z","customer_accepted":"2026-02-17T10:30:00.000Z","preparing":"2026-02-17T10:30:00.000Z"}},"customer_id":null,"driver_id":null,"restaurant_id":null,"cancellation":null,"basket":null,"body":{body}}}"#
    );
    let entry = format!(
        r#"{{"event_type":"order.preparing","order":{document},"timestamp":"2026-02-17T10:30:00.000Z""#
    );
    let failed = |_| StatusCode::SERVICE_UNAVAILABLE;
    match store {
        Store::None | Store::Document(_) => return Err(StatusCode::NOT_FOUND),
        Store::Redis(mut connection, script) => {
            let mut call = script.key(&key);
            for name in ["all", "status", "of status", "of supplier", "meta", "log"] {
                call.key(name);
            }
            call.key(format!("history:{number}"));
            call.arg(&document).arg(&key).arg(entry);
            let stored = call.invoke_async::<u64>(&mut connection).await;
            stored.map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
        }
        Store::File(writer) => {
            let (done, stored) = oneshot::channel();
            let job = Job {
                key,
                document: document.clone(),
                entry: format!("{entry}}}"),
                done,
            };
            writer
                .send(job)
                .await
                .map_err(|_| StatusCode::SERVICE_UNAVAILABLE)?;
            stored.await.map_err(failed)?;
        }
    }
    Ok(document)
}

/// A thread that stores all that waits, synced, in one transaction.
fn writer(file: &Path) -> Result<mpsc::Sender<Job>> {
    let database = Database::create(file)?;
    let (sender, mut jobs) = mpsc::channel(GROUP);
    std::thread::spawn(move || {
        let (mut group, mut seq) = (Vec::new(), 0);
        while jobs.blocking_recv_many(&mut group, GROUP) > 0 {
            if let Err(error) = store(&database, &group, &mut seq) {
                eprintln!("{error}");
                return;
            }
            for job in group.drain(..) {
                // Its client may have gone.
                let _ = job.done.send(());
            }
        }
    });
    Ok(sender)
}

fn store(database: &Database, group: &[Job], seq: &mut u64) -> Result<(), redb::Error> {
    let txn = database.begin_write()?;
    {
        let (mut documents, mut log) = (txn.open_table(DOCUMENTS)?, txn.open_table(LOG)?);
        for job in group {
            *seq += 1;
            documents.insert(&*job.key, &*job.document)?;
            log.insert(*seq, &*job.entry)?;
        }
    }
    Ok(txn.commit()?)
}
