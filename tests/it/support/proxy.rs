//! A line between an instance and its Redis that can be cut, slowed down, or fall silent. Where TLS is everywhere, the
//! instance speaks it up to here.

use crate::support::tls::{self, Wire};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf, split},
    net::{TcpListener, TcpStream},
    sync::watch,
};
use tokio_rustls::TlsAcceptor;

/// What a line does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Line {
    Whole,
    /// Every answer comes so much later.
    Slow(Duration),
    /// Questions go through; answers do not.
    NoAnswers,
    /// Nothing goes through, and nothing says so.
    Dead,
    Cut,
}

pub struct Proxy {
    pub port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    target: watch::Sender<u16>,
    /// What a new line does.
    next: Mutex<Line>,
    open: Mutex<Vec<Open>>,
}

struct Open {
    line: watch::Sender<Line>,
    /// Whether this one waits for the log.
    waits: Arc<Mutex<bool>>,
}

impl Proxy {
    pub async fn to(target: u16) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Arc::new(Shared {
            target: watch::Sender::new(target),
            next: Mutex::new(Line::Whole),
            open: Mutex::default(),
        });
        let proxy = shared.clone();
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(proxy.clone().connect(client));
            }
        });
        Proxy { port, shared }
    }

    pub fn url(&self) -> String {
        let scheme = if tls::is_everywhere() {
            "rediss"
        } else {
            "redis"
        };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// What all lines do that are open now.
    pub fn now(&self, line: Line) {
        self.shared
            .open
            .lock()
            .unwrap()
            .retain(|open| open.line.send(line).is_ok());
    }

    /// What the line does on which the log is waited for.
    pub fn log(&self, line: Line) {
        for open in &*self.shared.open.lock().unwrap() {
            if *open.waits.lock().unwrap() {
                // It may be gone.
                let _ = open.line.send(line);
            }
        }
    }

    /// What lines do that are opened from now on.
    pub fn next(&self, line: Line) {
        *self.shared.next.lock().unwrap() = line;
    }

    /// Another Redis takes over.
    pub fn turn_to(&self, target: u16) {
        self.shared.target.send_replace(target);
        self.now(Line::Cut);
    }
}

impl Shared {
    async fn connect(self: Arc<Self>, client: TcpStream) {
        let line = *self.next.lock().unwrap();
        let target = *self.target.borrow();
        if line == Line::Cut {
            return;
        }
        let Ok(server) = TcpStream::connect(("127.0.0.1", target)).await else {
            return;
        };
        let (line, waits) = (watch::Sender::new(line), Arc::new(Mutex::new(false)));
        let (asks, answers) = (line.subscribe(), line.subscribe());
        self.open.lock().unwrap().push(Open {
            line,
            waits: waits.clone(),
        });
        let client: Box<dyn Wire> = match tls::is_everywhere() {
            true => match TlsAcceptor::from(tls::REDIS.server()).accept(client).await {
                Ok(client) => Box::new(client),
                Err(_) => return,
            },
            false => Box::new(client),
        };
        let (from_client, to_client) = split(client);
        let (from_server, to_server) = split(server);
        tokio::spawn(pass(from_client, to_server, asks, false, waits.clone()));
        tokio::spawn(pass(from_server, to_client, answers, true, waits));
    }
}

async fn pass(
    from: ReadHalf<impl Wire>,
    mut to: WriteHalf<impl Wire>,
    line: watch::Receiver<Line>,
    answers: bool,
    waits: Arc<Mutex<bool>>,
) {
    pass_on(from, &mut to, line, answers, waits).await;
    // The other side may be gone.
    let _ = to.shutdown().await;
}

async fn pass_on(
    mut from: ReadHalf<impl Wire>,
    to: &mut WriteHalf<impl Wire>,
    mut line: watch::Receiver<Line>,
    answers: bool,
    waits: Arc<Mutex<bool>>,
) {
    let mut bytes = vec![0; 64 * 1024];
    loop {
        let read = tokio::select! {
            read = from.read(&mut bytes) => read,
            cut = line.wait_for(|line| *line == Line::Cut) => {
                drop(cut);
                return;
            }
        };
        let n = match read {
            Ok(n) if n > 0 => n,
            _ => return,
        };
        // A proof of what is allowed names that command among its words.
        const WAIT: &[u8] = b"*8\r\n$5\r\nXREAD";
        if !answers && bytes[..n].windows(WAIT.len()).any(|words| words == WAIT) {
            *waits.lock().unwrap() = true;
        }
        let now = *line.borrow();
        match now {
            Line::Slow(time) if answers => tokio::time::sleep(time).await,
            Line::NoAnswers if answers => continue,
            Line::Dead => continue,
            Line::Cut => return,
            _ => {}
        }
        if to.write_all(&bytes[..n]).await.is_err() {
            return;
        }
    }
}
