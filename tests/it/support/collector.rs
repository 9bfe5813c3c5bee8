//! A collector of traces.

use opentelemetry_proto::tonic::{
    collector::trace::v1::ExportTraceServiceRequest, trace::v1::Span,
};
use prost::Message;
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

/// A collector that takes traces, or does not answer at all.
pub struct Collector {
    pub port: u16,
    pub spans: Arc<Mutex<Vec<Span>>>,
    pub heads: Arc<Mutex<Vec<String>>>,
}

impl Collector {
    pub fn start(answers: bool) -> Collector {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let collector = Collector {
            port: listener.local_addr().unwrap().port(),
            spans: Arc::default(),
            heads: Arc::default(),
        };
        let (spans, heads) = (collector.spans.clone(), collector.heads.clone());
        thread::spawn(move || {
            let mut kept = Vec::new();
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                if !answers {
                    kept.push(stream);
                    continue;
                }
                let (spans, heads) = (spans.clone(), heads.clone());
                thread::spawn(move || while take(&stream, &spans, &heads).is_some() {});
            }
        });
        collector
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    pub fn spans(&self) -> Vec<Span> {
        self.spans.lock().unwrap().clone()
    }
}

/// Reads one request with spans, and answers it.
fn take(
    mut stream: &TcpStream,
    spans: &Mutex<Vec<Span>>,
    heads: &Mutex<Vec<String>>,
) -> Option<()> {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        if line == "\r\n" {
            break;
        }
        if let Some(value) = line.to_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let request = ExportTraceServiceRequest::decode(&*body).unwrap();
    let scopes = request
        .resource_spans
        .into_iter()
        .flat_map(|r| r.scope_spans);
    spans
        .lock()
        .unwrap()
        .extend(scopes.flat_map(|scope| scope.spans));
    heads.lock().unwrap().push(head);
    stream
        .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
        .ok()
}

pub fn attribute(span: &Span, name: &str) -> Option<String> {
    let found = span
        .attributes
        .iter()
        .find(|attribute| attribute.key == name)?;
    Some(format!("{:?}", found.value.as_ref()?.value.as_ref()?))
}

pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
