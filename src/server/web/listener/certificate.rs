//! The server's certificate, read again and again: a renewal needs no restart of the server.

use crate::server::config::{ConfigError, Pem, TlsFiles};
use rustls::ServerConfig;
use std::{sync::Arc, time::Duration};
use tokio::{sync::watch, task::spawn_blocking, time::sleep};

/// How often the files are read. The contract's: a change counts within 10 s.
const POLL_INTERVAL: Duration = Duration::from_secs(5);

pub struct Certificate {
    files: TlsFiles,
    /// What the files held when they were last read, or why they could not be read.
    read: Result<Pem, String>,
    current: watch::Sender<Arc<ServerConfig>>,
}

impl Certificate {
    pub fn load(files: TlsFiles) -> Result<Certificate, ConfigError> {
        let pem = files.read()?;
        let current = watch::Sender::new(pem.server_config()?);
        Ok(Certificate {
            files,
            read: Ok(pem),
            current,
        })
    }

    pub fn subscribe(&self) -> watch::Receiver<Arc<ServerConfig>> {
        self.current.subscribe()
    }

    /// Takes each new pair, permanently. One that cannot be used is logged once, and the one before stays.
    pub async fn follow(mut self) {
        loop {
            sleep(POLL_INTERVAL).await;
            let files = self.files.clone();
            let Ok(read) = spawn_blocking(move || files.read()).await else {
                return;
            };
            let read = read.map_err(|error| error.to_string());
            if read != self.read {
                self.take(&read);
                self.read = read;
            }
        }
    }

    fn take(&self, read: &Result<Pem, String>) {
        let config = match read {
            Ok(pem) => pem.server_config().map_err(|error| error.to_string()),
            Err(error) => Err(error.clone()),
        };
        match config {
            Ok(config) => {
                self.current.send_replace(config);
                tracing::info!("the new certificate is in use");
            }
            Err(error) => {
                tracing::warn!(%error, "the new certificate cannot be used: the one before stays in use");
            }
        }
    }
}
