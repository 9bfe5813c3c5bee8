//! TLS in the tests: what speaks it, and clients that trust the certificates of tests.
//!
//! With `TLS` set (`make test-tls`), every server and every Redis of the tests speaks TLS, and the program is told so by
//! its settings.

pub use crate::support::certificate::{Certificate, REDIS, is_everywhere};

use crate::support::address_of;
use rustls::{
    ClientConfig, RootCertStore, ServerConfig, SupportedProtocolVersion,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, ServerName, pem::PemObject},
};
use std::sync::{Arc, LazyLock};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
};
use tokio_rustls::TlsConnector;

/// A stream of bytes, with TLS or without.
pub trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// That of the instances, where TLS is everywhere.
pub static SERVER: LazyLock<Certificate> = LazyLock::new(Certificate::new);

/// The settings of a program, where TLS is everywhere: also what its commands trust when they are given a URL.
pub fn settings() -> Vec<(&'static str, String)> {
    if !is_everywhere() {
        return Vec::new();
    }
    vec![
        ("TLS_CERT", SERVER.certificate()),
        ("TLS_KEY", SERVER.key()),
        ("REDIS_CA", REDIS.authority()),
        ("SSL_CERT_FILE", SERVER.authority()),
    ]
}

impl Certificate {
    /// Clients that trust it and no other.
    pub fn trusting(&self) -> Arc<ClientConfig> {
        Arc::new(self.trusting_in(rustls::DEFAULT_VERSIONS))
    }

    /// The same in these versions of TLS alone.
    pub fn trusting_in(&self, versions: &[&'static SupportedProtocolVersion]) -> ClientConfig {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(self.authority()).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let builder = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_protocol_versions(versions).unwrap();
        builder.with_root_certificates(roots).with_no_client_auth()
    }

    /// A server that has it.
    pub fn server(&self) -> Arc<ServerConfig> {
        let chain = CertificateDer::pem_file_iter(self.certificate()).unwrap();
        let key = PrivateKeyDer::from_pem_file(self.key()).unwrap();
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()));
        let builder = builder.with_safe_default_protocol_versions().unwrap();
        let config = builder
            .with_no_client_auth()
            .with_single_cert(chain.map(Result::unwrap).collect(), key);
        Arc::new(config.unwrap())
    }
}

/// Trusts the instances.
pub static CLIENT: LazyLock<Arc<ClientConfig>> = LazyLock::new(|| SERVER.trusting());

/// An HTTP client of the instances.
pub fn http() -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .tls_backend_preconfigured((**CLIENT).clone())
        .no_proxy()
}

/// A connection to the server at this URL, on which no request has been sent.
pub async fn connect(url: &str) -> Box<dyn Wire> {
    let stream = TcpStream::connect(address_of(url)).await.unwrap();
    wrap(url, stream).await
}

/// The same on a TCP connection that is open already.
pub async fn wrap(url: &str, stream: TcpStream) -> Box<dyn Wire> {
    if url.starts_with("http:") {
        return Box::new(stream);
    }
    let name = ServerName::try_from("127.0.0.1").unwrap();
    let connector = TlsConnector::from(CLIENT.clone());
    Box::new(connector.connect(name, stream).await.unwrap())
}
