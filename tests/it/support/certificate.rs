//! Throw-away certificates of tests.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use std::{fs, sync::LazyLock};
use tempfile::TempDir;

/// Whether everything speaks TLS.
pub fn is_everywhere() -> bool {
    std::env::var_os("TLS").is_some()
}

/// That of the Redis servers, where TLS is everywhere.
pub static REDIS: LazyLock<Certificate> = LazyLock::new(Certificate::new);

/// A certificate of this machine, by an authority of its own, in the files of a folder.
pub struct Certificate {
    folder: TempDir,
}

impl Certificate {
    pub fn new() -> Certificate {
        Certificate::of(&["localhost", "127.0.0.1", "::1"])
    }

    pub fn of(names: &[&str]) -> Certificate {
        let certificate = Certificate {
            folder: tempfile::tempdir().unwrap(),
        };
        certificate.renew(names);
        certificate
    }

    /// Writes another certificate by another authority into the same files.
    pub fn renew(&self, names: &[&str]) {
        let mut params = CertificateParams::default();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        // Each has a name of its own: by its name, an authority is looked up.
        let name = format!("Authority {:x} of a test", fastrand::u64(..));
        params.distinguished_name.push(DnType::CommonName, name);
        let key = KeyPair::generate().unwrap();
        let authority = params.self_signed(&key).unwrap();
        let issuer = Issuer::new(params, key);

        let names: Vec<_> = names.iter().map(|name| (*name).to_owned()).collect();
        let key = KeyPair::generate().unwrap();
        let params = CertificateParams::new(names).unwrap();
        let certificate = params.signed_by(&key, &issuer).unwrap();
        for (file, pem) in [
            (self.authority(), authority.pem()),
            (self.certificate(), certificate.pem()),
            (self.key(), key.serialize_pem()),
        ] {
            fs::write(file, pem).unwrap();
        }
    }

    pub fn authority(&self) -> String {
        self.file("authority.pem")
    }

    pub fn certificate(&self) -> String {
        self.file("certificate.pem")
    }

    pub fn key(&self) -> String {
        self.file("key.pem")
    }

    fn file(&self, name: &str) -> String {
        let file = self.folder.path().join(name);
        file.to_str().unwrap().to_owned()
    }
}
