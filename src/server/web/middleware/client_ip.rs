//! Whose request it is: the address of the peer or, where the peer is one of our own proxies, the address that the
//! proxy names. Requests and live connections are counted by it.

use super::rate_limit::rate_limit_key;
use crate::server::config::is_proxy;
use axum::{
    extract::{ConnectInfo, Request},
    http::HeaderMap,
};
use ipnet::IpNet;
use std::{
    net::{IpAddr, SocketAddr},
    sync::Mutex,
};

/// The one header that is read. `Forwarded` is not: a proxy that writes the one passes on what a client has put into
/// the other.
const HEADER: &str = "x-forwarded-for";

/// Returns the client's address, and replaces the peer's by it in the request (its port is not known then).
pub fn resolve(trusted: &[IpNet], peer: IpAddr, request: &mut Request) -> IpAddr {
    if is_unlisted_proxy(trusted, peer, request.headers()) && is_first_of_its_network(peer) {
        tracing::warn!(address = %peer, "this address sends X-Forwarded-For, and TRUSTED_PROXIES does not name it: all of its clients count as one");
    }
    let client = client(trusted, peer, request.headers());
    if client != peer {
        let address = ConnectInfo(SocketAddr::new(client, 0));
        request.extensions_mut().insert(address);
    }
    client
}

/// Whether this network has not been named in the log yet. At most eight are: any client can pretend to be a proxy,
/// and must not fill the log. (Eight networks of such clients do keep a real proxy from being named.)
fn is_first_of_its_network(address: IpAddr) -> bool {
    const LIMIT: usize = 8;
    static NAMED: Mutex<Vec<IpAddr>> = Mutex::new(Vec::new());
    let network = rate_limit_key(address);
    let mut named = NAMED
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    let new = named.len() < LIMIT && !named.contains(&network);
    if new {
        named.push(network);
    }
    new
}

/// The client's address. Each proxy appends the address that it has seen, and only a trusted one is believed: what a
/// client itself has written stands before that, and counts for nothing.
fn client(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = peer.to_canonical();
    let lists = headers.get_all(HEADER).iter().rev();
    let mut named = lists.flat_map(|list| list.to_str().unwrap_or_default().rsplit(','));
    while is_proxy(trusted, client) {
        match named.next().and_then(address) {
            Some(before) => client = before,
            None => break,
        }
    }
    client
}

/// Whether a peer that is not trusted names other addresses: most often a proxy that the settings do not list.
fn is_unlisted_proxy(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> bool {
    headers.contains_key(HEADER) && !is_proxy(trusted, peer.to_canonical())
}

/// As proxies write it: an address, in quotes or not, with a port or not. One of IPv6 may stand in brackets, and have a
/// zone (RFC 4007), which means something to that proxy only.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let quoted = text
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    let text = quoted.map_or(text, str::trim);
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => rest.split_once(']')?,
        // More than one colon is an address of IPv6.
        None if text.matches(':').count() == 1 => text.split_at(text.find(':')?),
        None => (text, ""),
    };
    let is_port = |digits: &str| digits.parse::<u16>().is_ok();
    if !port.is_empty() && !port.strip_prefix(':').is_some_and(is_port) {
        return None;
    }
    let (host, _zone) = host.split_once('%').unwrap_or((host, ""));
    Some(host.parse::<IpAddr>().ok()?.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The client as a server sees it that trusts 10.0.0.0/8 and fd00::/8.
    fn seen(peer: &str, lists: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(HEADER, list.parse().unwrap());
        }
        client(&trusted, peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn only_a_trusted_proxy_is_believed() {
        assert_eq!(seen("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("fd00::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn what_a_client_writes_about_itself_is_ignored() {
        let list = "198.51.100.1, 10.0.0.7, 203.0.113.9";
        assert_eq!(seen("10.0.0.1", &[list]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1", "203.0.113.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn the_client_is_found_behind_several_trusted_proxies() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9", "10.0.0.3,10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn an_address_may_have_a_port_and_other_text_is_ignored() {
        for (written, address) in [
            ("203.0.113.9:4711", "203.0.113.9"),
            ("\"203.0.113.9\"", "203.0.113.9"),
            ("[2001:db8::7]:4711", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("\"[2001:db8::7]\"", "2001:db8::7"),
            ("\"[2001:db8::7]:4711\"", "2001:db8::7"),
            ("\" 2001:db8::7 \"", "2001:db8::7"),
            ("[::ffff:203.0.113.9]:4711", "203.0.113.9"),
            ("fe80::7%eth0", "fe80::7"),
            ("[fe80::7%eth0]", "fe80::7"),
            ("\"[fe80::7%25eth0]:4711\"", "fe80::7"),
            ("198.51.100.1, \"[2001:db8::7]:4711\"", "2001:db8::7"),
        ] {
            assert_eq!(seen("10.0.0.1", &[written]), address, "{written}");
        }
        for nonsense in [
            "",
            "unknown",
            "203.0.113.9, ",
            "203.0.113.9, _hidden",
            "203.0.113.9:http",
            "203.0.113.9:70000",
            "[2001:db8::7",
            "[2001:db8::7]4711",
            "\"2001:db8::7",
            "%eth0",
        ] {
            assert_eq!(seen("10.0.0.1", &[nonsense]), "10.0.0.1", "{nonsense}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_of_a_client_are_not_believed(lines in prop::collection::vec(any::<Vec<u8>>(), 0..3)) {
            let trusted = ["10.0.0.0/8".parse().unwrap()];
            let mut headers = HeaderMap::new();
            for line in lines.iter().filter_map(|line| axum::http::HeaderValue::from_bytes(line).ok()) {
                headers.append(HEADER, line);
            }
            let unlisted: IpAddr = "192.0.2.9".parse().unwrap();
            prop_assert_eq!(client(&trusted, unlisted, &headers), unlisted);
            // Of a proxy it is an address, or the proxy's own.
            let _ = client(&trusted, "10.0.0.1".parse().unwrap(), &headers);
        }
    }
}
