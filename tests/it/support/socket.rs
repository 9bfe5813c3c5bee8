//! A WebSocket as a client has it. Each frame is compared with the description.

use crate::support::{SOON, description::check_frame, tls};
use futures::{SinkExt, StreamExt};
use reqwest::StatusCode;
use serde_json::Value;
use std::time::Duration;
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    Connector, MaybeTlsStream, WebSocketStream, connect_async_tls_with_config,
    tungstenite::{
        self, Message, client::IntoClientRequest, handshake::client::Response, protocol::CloseFrame,
    },
};

pub struct Socket {
    stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
}

impl Socket {
    pub async fn open(
        request: impl IntoClientRequest + Unpin,
    ) -> Result<Socket, tungstenite::Error> {
        Ok(Socket::answered(request).await?.0)
    }

    /// One that has been opened in another way.
    pub fn of(stream: WebSocketStream<MaybeTlsStream<TcpStream>>) -> Socket {
        Socket { stream }
    }

    /// With the answer to the upgrade.
    pub async fn answered(
        request: impl IntoClientRequest + Unpin,
    ) -> Result<(Socket, Response), tungstenite::Error> {
        let tls = Some(Connector::Rustls(tls::CLIENT.clone()));
        let (stream, answer) = connect_async_tls_with_config(request, None, false, tls).await?;
        Ok((Socket { stream }, answer))
    }

    /// The status with which the upgrade was refused.
    pub async fn refused(request: impl IntoClientRequest + Unpin) -> StatusCode {
        match Socket::open(request).await {
            Err(tungstenite::Error::Http(response)) => response.status(),
            other => panic!("not refused: {:?}", other.err()),
        }
    }

    pub async fn say(&mut self, message: Message) {
        self.stream.send(message).await.unwrap();
    }

    /// The next frame, whatever it is.
    pub async fn any_frame(&mut self) -> Value {
        loop {
            let message = timeout(SOON, self.stream.next())
                .await
                .expect("a frame comes")
                .expect("it is open")
                .unwrap();
            if let Message::Text(text) = message {
                let frame = serde_json::from_str(&text).unwrap();
                check_frame(&frame);
                return frame;
            }
        }
    }

    /// The next frame, or `None` when it is closed or breaks.
    pub async fn try_frame(&mut self) -> Option<Value> {
        loop {
            match self.stream.next().await? {
                Ok(Message::Text(text)) => return serde_json::from_str(&text).ok(),
                Ok(_) => {}
                Err(_) => return None,
            }
        }
    }

    /// The next frame, or how it is closed from the other side.
    pub async fn next_or_closed(&mut self) -> Result<Value, CloseFrame> {
        loop {
            match self.stream.next().await {
                Some(Ok(Message::Text(text))) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(Some(frame)))) => return Err(frame),
                Some(Ok(_)) => {}
                other => panic!("it broke: {other:?}"),
            }
        }
    }

    /// The next frame about an order.
    pub async fn event(&mut self) -> Value {
        loop {
            let frame = self.any_frame().await;
            if !frame["event_type"].as_str().unwrap().starts_with("stream.") {
                return frame;
            }
        }
    }

    /// The next signal of this name; whatever comes before it is skipped.
    pub async fn signal(&mut self, name: &str) -> Value {
        loop {
            let frame = self.any_frame().await;
            if frame["event_type"] == name {
                return frame;
            }
        }
    }

    /// How it is closed from the other side, before another event.
    pub async fn closed_without_event(&mut self, within: Duration) -> CloseFrame {
        let closing = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame,
                    Some(Ok(Message::Text(text))) => {
                        assert!(text.contains(r#""event_type":"stream."#), "{text}");
                    }
                    Some(Ok(_)) => {}
                    other => panic!("it broke: {other:?}"),
                }
            }
        };
        timeout(within, closing).await.expect("it is closed")
    }

    /// How it is closed from the other side.
    pub async fn closed(&mut self, within: Duration) -> CloseFrame {
        let closing = async {
            loop {
                match self.stream.next().await {
                    Some(Ok(Message::Close(Some(frame)))) => return frame,
                    Some(Ok(_)) => {}
                    other => panic!("it broke: {other:?}"),
                }
            }
        };
        timeout(within, closing).await.expect("it is closed")
    }
}
