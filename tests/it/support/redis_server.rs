//! A real redis-server of a test's own: on a free port, in a temporary folder, gone with the test.

use super::certificate::{Certificate, REDIS, is_everywhere};
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};
use tempfile::TempDir;

pub struct RedisServer {
    pub port: u16,
    /// Where it speaks TLS, if it does.
    tls_port: Option<u16>,
    folder: TempDir,
    args: Vec<String>,
    process: Option<Child>,
}

impl RedisServer {
    /// With every answered write on the disk, so that a kill loses nothing.
    pub fn start() -> RedisServer {
        RedisServer::with(&["--appendonly", "yes", "--appendfsync", "always"])
    }

    pub fn with(args: &[&str]) -> RedisServer {
        RedisServer::launch(args, is_everywhere().then(|| &*REDIS))
    }

    /// One that speaks TLS with this certificate, wherever others do.
    pub fn secured(certificate: &Certificate, args: &[&str]) -> RedisServer {
        RedisServer::launch(args, Some(certificate))
    }

    fn launch(args: &[&str], certificate: Option<&Certificate>) -> RedisServer {
        let tls_port = certificate.map(|_| free_port());
        let tls = certificate.zip(tls_port);
        let tls = tls.into_iter().flat_map(|(certificate, port)| {
            [
                ("--tls-port", port.to_string()),
                ("--tls-cert-file", certificate.certificate()),
                ("--tls-key-file", certificate.key()),
                ("--tls-ca-cert-file", certificate.authority()),
                ("--tls-auth-clients", "no".to_owned()),
            ]
        });
        let tls = tls.flat_map(|(name, value)| [name.to_owned(), value]);
        let folder = tempfile::tempdir().unwrap();
        let args = tls.chain(args.iter().map(|arg| arg.to_string())).collect();
        let mut server = RedisServer {
            port: free_port(),
            tls_port,
            folder,
            args,
            process: None,
        };
        server.start_again();
        server
    }

    /// For the program.
    pub fn url(&self) -> String {
        self.url_of("")
    }

    /// For the program, with an account like `name:password@`.
    pub fn url_of(&self, account: &str) -> String {
        match self.tls_port {
            Some(port) => format!("rediss://{account}127.0.0.1:{port}"),
            None => self.plain_url_of(account),
        }
    }

    /// The settings for the program in parts.
    pub fn parts(&self) -> [(&'static str, String); 3] {
        [
            ("REDIS_HOST", "127.0.0.1".to_owned()),
            ("REDIS_PORT", self.tls_port.unwrap_or(self.port).to_string()),
            ("REDIS_TLS", self.tls_port.is_some().to_string()),
        ]
    }

    /// For the tests themselves.
    pub fn plain_url_of(&self, account: &str) -> String {
        format!("redis://{account}127.0.0.1:{}", self.port)
    }

    /// Starts it on the same port with what it has on the disk.
    pub fn start_again(&mut self) {
        let process = Command::new("redis-server")
            .args([
                "--port",
                &self.port.to_string(),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
            ])
            .arg("--dir")
            .arg(self.folder.path())
            .args(&self.args)
            .stdout(Stdio::null())
            .spawn()
            .expect("redis-server is on the PATH (`make test` installs it)");
        self.process = Some(process);
        let deadline = Instant::now() + Duration::from_secs(20);
        while !self.answers() {
            assert!(
                Instant::now() < deadline,
                "redis-server on port {} does not answer",
                self.port
            );
            std::thread::yield_now();
        }
    }

    /// kill -9.
    pub fn kill(&mut self) {
        if let Some(mut process) = self.process.take() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
    }

    /// Also where it says that it wants a password first.
    fn answers(&self) -> bool {
        let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) else {
            return false;
        };
        let mut reply = [0; 5];
        let said = stream
            .write_all(b"PING\r\n")
            .and_then(|()| stream.read_exact(&mut reply));
        said.is_ok() && [b"+PONG", b"-NOAU"].contains(&&reply)
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that is free now.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}
