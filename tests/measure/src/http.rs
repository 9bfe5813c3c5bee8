//! A client with one connection that is kept alive.

use anyhow::{Result, ensure};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::{
    Method, Request,
    client::conn::http1::{SendRequest, handshake},
};
use hyper_util::rt::TokioIo;
use std::{
    net::SocketAddr,
    time::{Duration, Instant},
};
use tokio::net::TcpStream;

pub struct Client {
    connection: SendRequest<Full<Bytes>>,
    host: String,
    /// What each request carries beside its host.
    pub headers: Vec<(&'static str, String)>,
}

pub struct Answer {
    pub status: u16,
    /// As it was sent: compressed, if it was.
    pub body: Bytes,
    /// From the request until the first byte of the body.
    pub first_byte: Duration,
}

impl Client {
    pub async fn connect(address: SocketAddr) -> Result<Client> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Client {
            connection: sender,
            host: address.to_string(),
            headers: Vec::new(),
        })
    }

    pub async fn get(&mut self, path: &str, compressed: bool) -> Result<Answer> {
        let mut request = Request::get(path);
        if compressed {
            request = request.header("accept-encoding", "br");
        }
        self.send(request.body(Full::default())?).await
    }

    /// The JSON at a path.
    pub async fn read(&mut self, path: &str) -> Result<serde_json::Value> {
        let answer = self.get(path, false).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(serde_json::from_slice(&answer.body)?)
    }

    /// Puts JSON in place of what is there, whatever its version.
    pub async fn put(&mut self, path: &str, json: String) -> Result<()> {
        let request = Request::put(path)
            .header("if-match", "*")
            .header("content-type", "application/json");
        let answer = self.send(request.body(Full::from(json))?).await?;
        ensure!(answer.status == 200, "{path}: {}", answer.status);
        Ok(())
    }

    /// Sends JSON, and expects that it is done.
    pub async fn post(&mut self, path: &str, json: String) -> Result<Answer> {
        let answer = self.try_post(path, "application/json", json).await?;
        let said = || String::from_utf8_lossy(&answer.body).into_owned();
        ensure!(answer.status < 300, "{path}: {} {}", answer.status, said());
        Ok(answer)
    }

    /// Sends a body of a type, whatever is answered.
    pub async fn try_post(&mut self, path: &str, kind: &str, body: String) -> Result<Answer> {
        let request = Request::builder().method(Method::POST).uri(path);
        let request = request.header("content-type", kind);
        self.send(request.body(Full::from(body))?).await
    }

    async fn send(&mut self, mut request: Request<Full<Bytes>>) -> Result<Answer> {
        request.headers_mut().insert("host", self.host.parse()?);
        for (name, value) in &self.headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        self.connection.ready().await?;
        let began = Instant::now();
        let answer = self.connection.send_request(request).await?;
        let (head, mut body) = answer.into_parts();
        let (mut bytes, mut first_byte) = (Vec::new(), None);
        while let Some(frame) = body.frame().await {
            if let Ok(data) = frame?.into_data() {
                first_byte.get_or_insert_with(|| began.elapsed());
                bytes.extend_from_slice(&data);
            }
        }
        Ok(Answer {
            status: head.status.as_u16(),
            body: bytes.into(),
            first_byte: first_byte.unwrap_or_else(|| began.elapsed()),
        })
    }
}
