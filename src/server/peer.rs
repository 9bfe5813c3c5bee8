//! Whose request it is: that of the address at the other end of the line, or, where a proxy of ours is at the other
//! end, of the address that this one names. Rates and live connections are counted by it.

use axum::http::HeaderMap;
use ipnet::IpNet;
use std::net::{IpAddr, SocketAddr};

/// The one header that is read. `Forwarded` is not: a proxy that writes the one hands on what a client has put into
/// the other.
const HEADER: &str = "x-forwarded-for";

/// The client's address. Each proxy adds at the end of the list whom it has seen, and only a trusted one is believed:
/// what a client itself has written stands before that, and counts for nothing.
pub fn client(trusted: &[IpNet], line: IpAddr, headers: &HeaderMap) -> IpAddr {
    let mut client = line.to_canonical();
    let lists = headers.get_all(HEADER).iter().rev();
    let mut named = lists.flat_map(|list| list.to_str().unwrap_or_default().rsplit(','));
    while is_trusted(trusted, client) {
        match named.next().and_then(address) {
            Some(before) => client = before,
            None => break,
        }
    }
    client
}

/// Whether somebody who is not trusted speaks for others: most often a proxy that has been forgotten in the settings.
pub fn is_unknown_proxy(trusted: &[IpNet], line: IpAddr, headers: &HeaderMap) -> bool {
    headers.contains_key(HEADER) && !is_trusted(trusted, line.to_canonical())
}

fn is_trusted(trusted: &[IpNet], address: IpAddr) -> bool {
    trusted.iter().any(|network| network.contains(&address))
}

/// As proxies write it: an address, or one with a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let with_port = || text.parse().map(|address: SocketAddr| address.ip());
    let address = text.parse().or_else(|_| with_port()).ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who it is for a server that trusts 10.0.0.0/8 and fd00::/8.
    fn seen(line: &str, lists: &[&str]) -> String {
        let trusted = ["10.0.0.0/8", "fd00::/8"].map(|network| network.parse().unwrap());
        let mut headers = HeaderMap::new();
        for list in lists {
            headers.append(HEADER, list.parse().unwrap());
        }
        client(&trusted, line.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_else() {
        assert_eq!(seen("192.0.2.1", &[]), "192.0.2.1");
        assert_eq!(seen("192.0.2.1", &["203.0.113.9"]), "192.0.2.1");
        assert_eq!(seen("10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("::ffff:10.0.0.1", &["203.0.113.9"]), "203.0.113.9");
        assert_eq!(seen("fd00::1", &["2001:db8::7"]), "2001:db8::7");
    }

    #[test]
    fn what_a_client_writes_about_itself_counts_for_nothing() {
        let list = "198.51.100.1, 10.0.0.7, 203.0.113.9";
        assert_eq!(seen("10.0.0.1", &[list]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["198.51.100.1", "203.0.113.9"]),
            "203.0.113.9"
        );
    }

    #[test]
    fn several_proxies_of_ours_are_walked_through() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9, 10.0.0.2"]), "203.0.113.9");
        assert_eq!(
            seen("10.0.0.1", &["203.0.113.9", "10.0.0.3,10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(seen("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3");
    }

    #[test]
    fn an_address_may_have_a_port_and_nonsense_is_no_address() {
        assert_eq!(seen("10.0.0.1", &["203.0.113.9:4711"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["[2001:db8::7]:4711"]), "2001:db8::7");
        for nonsense in ["", "unknown", "203.0.113.9, ", "203.0.113.9, _hidden"] {
            assert_eq!(seen("10.0.0.1", &[nonsense]), "10.0.0.1", "{nonsense}");
        }
    }
}
