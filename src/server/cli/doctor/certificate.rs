//! The server's certificate: whether it is valid now, for how long, and for the host that people open.

use super::report::{Finding, Report};
use crate::{
    domain::Time,
    server::{
        clock,
        config::{Config, WebOrigin},
    },
};
use chrono::TimeDelta;
use rustls::{
    CertificateError, Error, RootCertStore,
    client::{verify_server_cert_signed_by_trust_anchor, verify_server_name},
    crypto::ring,
    pki_types::{CertificateDer, ServerName, UnixTime},
    server::ParsedCertificate,
};
use std::time::Duration;
use url::Host;

const GROUP: &str = "server";
const NAME: &str = "certificate";

/// Before the end: of a certificate for a few days, a sixth of its time.
const WARNING: TimeDelta = TimeDelta::days(14);
/// The last second of the year 9999, which ends everything that X.509 can write.
const END_OF_TIME: i64 = 253_402_300_799_000;

const RENEW: &str =
    "Renew it: the files of TLS_CERT and TLS_KEY are read again within ten seconds of a change";

/// Where the server speaks plain HTTP, there is nothing to look at.
pub fn examine(report: &mut Report, config: &Config) {
    let Some(files) = &config.tls else { return };
    let Some(certificate) = files
        .read()
        .ok()
        .and_then(|pem| pem.certificate_of_server())
    else {
        return report.add(GROUP, NAME, Finding::skipped("it cannot be read"));
    };
    let finding = judge(&certificate, config.hosts.origin(), clock::now());
    report.add(GROUP, NAME, finding);
}

fn judge(certificate: &CertificateDer, site: Option<&WebOrigin>, now: Time) -> Finding {
    let parsed = match ParsedCertificate::try_from(certificate) {
        Ok(parsed) => parsed,
        Err(error) => return Finding::error(format!("clients refuse it: {error}"), RENEW),
    };
    let (begin, end) = validity(&parsed);
    if begin > now {
        let remedy = "Set the clock of this machine, or wait";
        return Finding::error(format!("it is valid from {} on", day(begin)), remedy);
    }
    if end <= now {
        return Finding::error(format!("it has been invalid since {}", day(end)), RENEW);
    }
    let finding = match site.and_then(|site| foreign_host(&parsed, site)) {
        Some(host) => Finding::warning(
            format!("it is not for {host}, the host of SITE_ORIGIN"),
            "Get one for that host; behind a proxy that has its own it does not matter",
        ),
        None if end - now < WARNING.min((end - begin) / 6) => {
            Finding::warning(format!("it is valid until {} only", day(end)), RENEW)
        }
        None => Finding::ok(format!("it is valid until {}", day(end))),
    };
    finding.with("valid_until", end.to_string())
}

/// From when and until when it is valid. The library only says so of a certificate that it refuses, and is asked at both
/// ends of time.
fn validity(certificate: &ParsedCertificate) -> (Time, Time) {
    let (first, last) = (Time::from_millis(0), Time::from_millis(END_OF_TIME));
    let begin = match refusal(certificate, first) {
        Some(CertificateError::NotValidYetContext { not_before, .. }) => time(not_before),
        _ => first,
    };
    let end = match refusal(certificate, last) {
        Some(CertificateError::ExpiredContext { not_after, .. }) => time(not_after),
        _ => last,
    };
    (begin, end)
}

/// Why it is refused at a moment. Nobody vouches for it here, which is found out last.
fn refusal(certificate: &ParsedCertificate, at: Time) -> Option<CertificateError> {
    let seconds = u64::try_from(at.millis() / 1000).unwrap_or_default();
    let refused = verify_server_cert_signed_by_trust_anchor(
        certificate,
        &RootCertStore::empty(),
        &[],
        UnixTime::since_unix_epoch(Duration::from_secs(seconds)),
        ring::default_provider()
            .signature_verification_algorithms
            .all,
    );
    match refused {
        Err(Error::InvalidCertificate(why)) => Some(why),
        _ => None,
    }
}

/// The host of the site, if the certificate is not for it.
fn foreign_host(certificate: &ParsedCertificate, site: &WebOrigin) -> Option<String> {
    let host = match site.host()? {
        Host::Domain(name) => name.to_owned(),
        Host::Ipv4(address) => address.to_string(),
        Host::Ipv6(address) => address.to_string(),
    };
    let name = ServerName::try_from(host.as_str()).ok()?;
    let verified = verify_server_name(certificate, &name);
    verified.is_err().then_some(host)
}

fn time(time: UnixTime) -> Time {
    let seconds = i64::try_from(time.as_secs()).unwrap_or_default();
    Time::from_millis(seconds.saturating_mul(1000))
}

/// `2026-11-30`.
fn day(time: Time) -> String {
    time.to_string().chars().take(10).collect()
}

#[cfg(test)]
mod tests {
    use super::super::report::State;
    use super::*;
    use rcgen::{CertificateParams, KeyPair, date_time_ymd};

    /// For `market.example`, in June 2026.
    fn certificate() -> CertificateDer<'static> {
        let mut params = CertificateParams::new(["market.example".to_owned()]).unwrap();
        params.not_before = date_time_ymd(2026, 6, 1);
        params.not_after = date_time_ymd(2026, 7, 1);
        let key = KeyPair::generate().unwrap();
        params.self_signed(&key).unwrap().der().clone()
    }

    fn june(day: i64) -> Time {
        // 2026-06-01.
        Time::from_millis(1_780_272_000_000) + TimeDelta::days(day - 1)
    }

    #[test]
    fn a_certificate_has_its_days() {
        let certificate = certificate();
        for (day, state, says) in [
            (0, State::Error, "valid from 2026-06-01 on"),
            (1, State::Ok, "valid until 2026-07-01"),
            (25, State::Ok, "valid until 2026-07-01"),
            (27, State::Warning, "valid until 2026-07-01 only"),
            (31, State::Error, "invalid since 2026-07-01"),
            (400, State::Error, "invalid since 2026-07-01"),
        ] {
            let finding = judge(&certificate, None, june(day));
            assert_eq!(finding.state, state, "{day}: {}", finding.says);
            assert!(finding.says.contains(says), "{day}: {}", finding.says);
        }
    }

    #[test]
    fn a_certificate_is_for_the_host_of_the_site() {
        let certificate = certificate();
        for (site, state) in [
            ("https://market.example", State::Ok),
            ("https://market.example:8443", State::Ok),
            ("https://other.example", State::Warning),
            ("https://127.0.0.1", State::Warning),
        ] {
            let finding = judge(&certificate, Some(&site.parse().unwrap()), june(5));
            assert_eq!(finding.state, state, "{site}: {}", finding.says);
        }
    }

    #[test]
    fn what_is_no_certificate_is_refused() {
        let finding = judge(&CertificateDer::from(vec![1, 2, 3]), None, june(5));
        assert_eq!(finding.state, State::Error, "{}", finding.says);
    }
}
