//! The files of TLS: the certificate and the key of the server, and the authorities that it trusts.

use super::{
    env::{ConfigError, Result},
    settings::{REDIS_CA, Setting, TLS_CERT, TLS_KEY},
};
use rustls::{
    RootCertStore, ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The files of the server's certificate, with those that lead to its authority, and of its private key.
#[derive(Clone)]
pub struct TlsFiles {
    certificate: PathBuf,
    key: PathBuf,
}

/// What the two files hold.
#[derive(PartialEq)]
pub struct Pem {
    certificate: Vec<u8>,
    key: Vec<u8>,
}

/// The files of the certificate and the key, which can be used; `None` where the server speaks plain HTTP.
pub fn tls() -> Result<Option<TlsFiles>> {
    let files = match (TLS_CERT.value()?, TLS_KEY.value()?) {
        (None, None) => return Ok(None),
        (Some(_), None) => return Err(TLS_KEY.invalid("TLS_CERT is set, and this is not")),
        (None, Some(_)) => return Err(TLS_CERT.invalid("TLS_KEY is set, and this is not")),
        (Some(certificate), Some(key)) => TlsFiles {
            certificate: certificate.into(),
            key: key.into(),
        },
    };
    files.read()?.server_config()?;
    Ok(Some(files))
}

/// The scheme of the server's own URLs.
pub fn own_scheme() -> Result<&'static str> {
    Ok(match TLS_CERT.value()? {
        Some(_) => "https",
        None => "http",
    })
}

impl TlsFiles {
    pub fn read(&self) -> Result<Pem> {
        Ok(Pem {
            certificate: read(&TLS_CERT, &self.certificate)?,
            key: read(&TLS_KEY, &self.key)?,
        })
    }
}

impl Pem {
    /// The first certificate, which is the server's own.
    pub fn certificate_of_server(&self) -> Option<CertificateDer<'static>> {
        parse(&self.certificate).ok()?.into_iter().next()
    }

    /// How the server speaks TLS with these: in the versions 1.2 and 1.3, and in HTTP/1.1.
    pub fn server_config(&self) -> Result<Arc<ServerConfig>> {
        let chain = certificates(&TLS_CERT, &self.certificate)?;
        let key = PrivateKeyDer::from_pem_slice(&self.key)
            .map_err(|_| TLS_KEY.invalid("it holds no private key in PEM, without a passphrase"))?;
        let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(|error| TLS_CERT.invalid(error.to_string()))?;
        let mut config = builder
            .with_no_client_auth()
            .with_single_cert(chain, key)
            .map_err(unusable)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn unusable(error: rustls::Error) -> ConfigError {
    match error {
        rustls::Error::InconsistentKeys(_) => {
            TLS_KEY.invalid("it is not the key of the certificate in TLS_CERT")
        }
        rustls::Error::InvalidCertificate(_) => TLS_CERT.invalid(error.to_string()),
        error => TLS_KEY.invalid(error.to_string()),
    }
}

/// The PEM of the authorities that a Redis with TLS is checked with; `None`: those of this machine.
pub fn redis_authorities() -> Result<Option<Vec<u8>>> {
    let Some(file) = REDIS_CA.value()? else {
        return Ok(None);
    };
    let pem = read(&REDIS_CA, Path::new(&file))?;
    roots(&pem).map_err(|why| REDIS_CA.invalid(why))?;
    Ok(Some(pem))
}

/// The authorities of a PEM file.
pub fn authorities(file: &Path) -> std::result::Result<RootCertStore, String> {
    let pem = fs::read(file).map_err(|error| cannot_read(file, &error))?;
    roots(&pem)
}

fn roots(pem: &[u8]) -> std::result::Result<RootCertStore, String> {
    let mut roots = RootCertStore::empty();
    for certificate in parse(pem)? {
        roots.add(certificate).map_err(|error| error.to_string())?;
    }
    Ok(roots)
}

fn certificates(setting: &Setting, pem: &[u8]) -> Result<Vec<CertificateDer<'static>>> {
    parse(pem).map_err(|why| setting.invalid(why))
}

fn parse(pem: &[u8]) -> std::result::Result<Vec<CertificateDer<'static>>, String> {
    match CertificateDer::pem_slice_iter(pem).collect::<std::result::Result<Vec<_>, _>>() {
        Ok(all) if !all.is_empty() => Ok(all),
        _ => Err("it holds no certificate in PEM".to_owned()),
    }
}

fn read(setting: &Setting, file: &Path) -> Result<Vec<u8>> {
    fs::read(file).map_err(|error| setting.invalid(cannot_read(file, &error)))
}

fn cannot_read(file: &Path, error: &io::Error) -> String {
    format!("cannot read {}: {error}", file.display())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn any_bytes_are_no_certificate_and_no_key(
            bytes: Vec<u8>, body in "[A-Za-z0-9+/=\\r\\n -]{0,200}",
            label in "(CERTIFICATE|PRIVATE KEY|RSA PRIVATE KEY|EC PRIVATE KEY|X509 CRL|)"
        ) {
            let armoured = format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n");
            let mixed = [armoured.as_bytes(), &bytes].concat();
            for text in [&*bytes, armoured.as_bytes(), &mixed] {
                let pem = Pem { certificate: text.to_vec(), key: text.to_vec() };
                prop_assert!(pem.server_config().is_err());
                let _ = pem.certificate_of_server();
                let _ = roots(text);
            }
        }
    }
}
