//! A server that is honest about everything but one event on one socket.

use crate::support::tls::{self, Wire};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, copy, split},
    net::{TcpListener, TcpStream},
};

/// How a line between a server and its clients lies about one event.
#[derive(Clone, Copy, PartialEq)]
pub enum Lie {
    Silence,
    Twice,
    Late,
}

/// Its address; `honest` is the server that it asks.
pub async fn liar(honest: String, lie: Lie) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let told = Arc::new(AtomicBool::default());
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            let server = tls::connect(&honest).await;
            tokio::spawn(between(client, server, lie, told.clone()));
        }
    });
    url
}

async fn between(client: TcpStream, server: Box<dyn Wire>, lie: Lie, told: Arc<AtomicBool>) {
    let ((mut from_client, mut to_client), (mut from_server, mut to_server)) =
        (split(client), split(server));
    let mut asked = [0; 7];
    if from_client.read_exact(&mut asked).await.is_err()
        || to_server.write_all(&asked).await.is_err()
    {
        return;
    }
    tokio::spawn(async move {
        let _ = copy(&mut from_client, &mut to_server).await;
        let _ = to_server.shutdown().await;
    });
    // Either side may leave at any time.
    if &asked == b"GET /ws" {
        let _ = frames(&mut from_server, &mut to_client, lie, &told).await;
    } else {
        let _ = copy(&mut from_server, &mut to_client).await;
    }
    let _ = to_client.shutdown().await;
}

async fn frames(
    from: &mut (impl AsyncRead + Unpin),
    to: &mut (impl AsyncWrite + Unpin),
    lie: Lie,
    told: &AtomicBool,
) -> std::io::Result<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(from.read_u8().await?);
    }
    to.write_all(&head).await?;
    let mut held = Vec::new();
    loop {
        let frame = frame(from).await?;
        let about = frame.windows(15).any(|word| word == b"order.preparing");
        let now = about && !told.swap(true, Relaxed);
        if now && lie == Lie::Late {
            held = frame;
            continue;
        }
        if !now || lie == Lie::Twice {
            to.write_all(&frame).await?;
        }
        if now && lie == Lie::Twice {
            to.write_all(&frame).await?;
        }
        to.write_all(&std::mem::take(&mut held)).await?;
    }
}

/// One frame of a WebSocket server (RFC 6455, section 5.2), which masks nothing.
async fn frame(from: &mut (impl AsyncRead + Unpin)) -> std::io::Result<Vec<u8>> {
    let mut frame = vec![from.read_u8().await?, from.read_u8().await?];
    let longer = match frame[1] {
        126 => 2,
        127 => 8,
        _ => 0,
    };
    let mut length = u64::from(frame[1]);
    if longer > 0 {
        let mut bytes = vec![0; longer];
        from.read_exact(&mut bytes).await?;
        length = bytes
            .iter()
            .fold(0, |length, byte| length << 8 | u64::from(*byte));
        frame.extend(bytes);
    }
    let mut payload = vec![0; length as usize];
    from.read_exact(&mut payload).await?;
    frame.extend(payload);
    Ok(frame)
}
