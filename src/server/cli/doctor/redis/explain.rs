//! Explains errors of Redis or the network, with what to do about them. The rules are pure: texts in, a finding out.

use crate::server::cli::doctor::report::Finding;
use redis::{ConnectionInfo, ErrorKind, RedisError};

/// The names that messages need: the server's address, the account, and the settings to change.
#[derive(Clone, Debug)]
pub struct RedisNames {
    pub at: String,
    pub user: String,
    /// The settings with the address, the account, TLS and the database.
    pub address: &'static str,
    pub credentials: &'static str,
    pub tls: &'static str,
    pub database: &'static str,
}

impl RedisNames {
    pub fn of(info: &ConnectionInfo, credentials: &'static str) -> RedisNames {
        let in_parts = credentials != "REDIS_URL";
        let setting = |part, url| if in_parts { part } else { url };
        let account = info.redis_settings();
        // Without a password there is no sign-in, and a lone user may be a password whose colon was forgotten.
        let user = account.password().and(account.username());
        RedisNames {
            at: info.addr().to_string(),
            user: user.unwrap_or("default").to_owned(),
            address: setting("REDIS_HOST and REDIS_PORT", "REDIS_URL"),
            credentials,
            tls: setting("REDIS_TLS", "REDIS_URL (rediss:// or redis://)"),
            database: setting("REDIS_DB", "REDIS_URL"),
        }
    }
}

pub fn explain(error: &RedisError, names: &RedisNames) -> Finding {
    let text = match (error.code(), error.detail()) {
        (Some(code), detail) => format!("{code} {}", detail.unwrap_or_default()),
        (None, _) if error.kind() == ErrorKind::Parse => "not an answer of a Redis".to_owned(),
        (None, _) if error.is_timeout() => "timed out".to_owned(),
        (None, _) if error.is_connection_refusal() => "connection refused".to_owned(),
        (None, _) if error.is_connection_dropped() => format!("closed: {error}"),
        (None, _) => error.to_string(),
    };
    explain_text(&text, names)
}

/// By the first rule of which a word is in the text.
fn explain_text(text: &str, names: &RedisNames) -> Finding {
    let lower = text.to_lowercase();
    let all = rules(names);
    let rule = all
        .iter()
        .find(|(words, ..)| words.iter().any(|word| lower.contains(word)));
    let text = text.trim();
    match rule {
        Some((_, says, remedy)) => Finding::error(format!("{says} ({text})"), remedy.clone()),
        None => Finding::error(
            format!("Redis at {} answers: {text}", names.at),
            "Look that up in the documentation of Redis, and in its log",
        ),
    }
}

type Rule = (&'static [&'static str], String, String);

fn rules(names: &RedisNames) -> Vec<Rule> {
    [tls(names), access(names), states(names), network(names)].concat()
}

fn tls(names: &RedisNames) -> Vec<Rule> {
    let RedisNames { at, tls, .. } = names;
    vec![
        (
            &["unknownissuer", "unknown issuer", "causedas"],
            "this program trusts none of the authorities that signed the certificate".to_owned(),
            "Name the file of that authority in REDIS_CA, or install it on this machine".to_owned(),
        ),
        (
            &["notvalidforname", "not valid for name"],
            format!("the certificate is for another name than that of {at}"),
            format!("Set {} to a name that is in the certificate", names.address),
        ),
        (
            &[
                "certificate expired",
                ": expired",
                "notvalidyet",
                "not valid yet",
            ],
            "the certificate is not valid at this time".to_owned(),
            "Renew it on the server, and look at the clocks of both machines".to_owned(),
        ),
        (
            &["certificaterequired", "certificate required"],
            "Redis wants a certificate from its clients, and this program has none".to_owned(),
            "Set `tls-auth-clients no` on the server; the password still keeps others out"
                .to_owned(),
        ),
        (
            &["invalidcontenttype", "corrupt message"],
            format!("{at} does not speak TLS"),
            format!("Turn TLS off in {tls}, or set the port that Redis has for it (tls-port)"),
        ),
        (
            &[
                "tls handshake eof",
                "peer certificate",
                "fatal alert",
                "handshake",
            ],
            format!("TLS with {at} fails"),
            format!(
                "Look at the certificate and at the TLS settings of the server; or turn TLS off in {tls}"
            ),
        ),
    ]
}

/// Sign-in that is wrong, missing or needless; addresses that are not allowed.
fn access(names: &RedisNames) -> Vec<Rule> {
    let RedisNames {
        user, credentials, ..
    } = names;
    vec![
        (
            &["wrongpass", "invalid username-password pair", "invalid password"],
            format!("Redis has no user “{user}” with this password, or that user is off"),
            format!(
                "Correct {credentials}; `ACL GETUSER {user}` on the server shows whether that user is on. At a provider, \
                 copy name and password from its console again: both count, and the name often is “default”"
            ),
        ),
        (
            &["without any password configured"],
            "a password is set here, and Redis has none".to_owned(),
            format!("Take the password out of {credentials}, or give Redis one (requirepass)"),
        ),
        (
            &["noauth", "authentication required"],
            "Redis wants a password, and none is set here".to_owned(),
            match *credentials {
                "REDIS_URL" => {
                    "Put user and password into REDIS_URL: redis://user:password@host:port".to_owned()
                }
                names => format!("Set {names}"),
            },
        ),
        (
            &["protected mode"],
            "this machine's address is not allowed: Redis runs in protected mode, and accepts connections of its own machine alone".to_owned(),
            "Give Redis a password (requirepass, or an ACL user) and the address to listen on (bind), or run both on one machine".to_owned(),
        ),
        (
            &["allowlist", "allow list", "whitelist", "ip address is not", "not permitted from"],
            "this machine's address is not allowed".to_owned(),
            "Add this machine's public address to the provider's list of allowed addresses".to_owned(),
        ),
        (
            &["max number of clients"],
            "Redis has as many clients as it accepts".to_owned(),
            "Raise maxclients, or see with `CLIENT LIST` which programs hold so many connections".to_owned(),
        ),
        (
            &["db index is out of range", "select is not allowed"],
            "there is no database of this number".to_owned(),
            format!("Correct {}: without other settings Redis has the databases 0 to 15, and at many providers 0 alone", names.database),
        ),
        (
            &["noperm"],
            format!("the account “{user}” may not do this"),
            format!("See “rights”, or set another account in {credentials}"),
        ),
    ]
}

/// States in which Redis answers nothing, or accepts no changes.
fn states(names: &RedisNames) -> Vec<Rule> {
    vec![
        (
            &["loading"],
            "Redis is still loading its data".to_owned(),
            "Wait: `INFO persistence` shows the progress. The server then connects by itself".to_owned(),
        ),
        (
            &["busy"],
            "a script or a module keeps Redis busy, and no other client gets an answer".to_owned(),
            "`SCRIPT KILL` ends a script that has written nothing yet; else wait for it".to_owned(),
        ),
        (
            &["masterdown"],
            "this is a replica that has lost its primary".to_owned(),
            format!("Set {} to the primary", names.address),
        ),
        (
            &["readonly", "read only replica"],
            "this is a replica, which accepts no changes".to_owned(),
            format!("Set {} to the primary", names.address),
        ),
        (
            &["oom ", "maxmemory"],
            "Redis is out of memory, and accepts no changes".to_owned(),
            "Raise maxmemory, or give the market a Redis of its own".to_owned(),
        ),
        (
            &["misconf"],
            "Redis cannot save to its disk, and accepts no changes until it can".to_owned(),
            "Look at the free space and the rights of its folder (`CONFIG GET dir`), and at its log".to_owned(),
        ),
        (
            &["noreplicas"],
            "Redis has fewer replicas than it is set to need, and accepts no changes".to_owned(),
            "Bring the replicas back, or lower min-replicas-to-write".to_owned(),
        ),
        (
            &["unknown command"],
            "this Redis lacks a command that the market needs".to_owned(),
            "Give the command its name back (rename-command), or use a Redis that has it".to_owned(),
        ),
    ]
}

/// The network.
fn network(names: &RedisNames) -> Vec<Rule> {
    let RedisNames { at, address, .. } = names;
    vec![
        (
            &["not an answer of a redis"],
            format!("the program that listens at {at} is not a Redis"),
            format!("Correct {address}: another program has that port"),
        ),
        (
            &["timed out", "deadline has elapsed"],
            format!("{at} does not answer in time"),
            format!(
                "See whether a firewall or a list of allowed addresses lies between, and whether {address} is right; \
                 `redis-cli -h HOST -p PORT ping` from this machine shows the same"
            ),
        ),
        (
            &["connection refused"],
            format!("nothing listens at {at}"),
            format!(
                "Start Redis, correct {address}, or let Redis listen on that address too (bind)"
            ),
        ),
        (
            &["unreachable"],
            format!("there is no way to {at} from here"),
            format!("Correct {address}, or the routes and the VPN of this machine"),
        ),
        (
            &["closed:", "reset by peer", "broken pipe", "unexpected end"],
            format!("{at} closes the connection without an answer"),
            format!(
                "See whether this machine's address is allowed there (a provider's list of addresses), and whether {address} \
                 is a Redis at all"
            ),
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An error, and parts of its explanation and of its remedy.
    const ERRORS: &[(&str, &str, &str)] = &[
        (
            "WRONGPASS invalid username-password pair or user is disabled.",
            "no user “market”",
            "ACL GETUSER market",
        ),
        (
            "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?",
            "Redis has none",
            "requirepass",
        ),
        (
            "NOAUTH Authentication required.",
            "wants a password",
            "into REDIS_URL",
        ),
        (
            "DENIED Redis is running in protected mode because protected mode is enabled",
            "protected mode",
            "bind",
        ),
        (
            "ERR Client IP address is not in the allowlist.",
            "not allowed",
            "list of allowed addresses",
        ),
        (
            "ERR max number of clients reached",
            "as many clients",
            "maxclients",
        ),
        ("ERR DB index is out of range", "no database", "REDIS_URL"),
        (
            "LOADING Redis is loading the dataset in memory",
            "loading",
            "Wait",
        ),
        (
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.",
            "busy",
            "SCRIPT KILL",
        ),
        (
            "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
            "replica",
            "primary",
        ),
        (
            "READONLY You can't write against a read only replica.",
            "replica",
            "primary",
        ),
        (
            "OOM command not allowed when used memory > 'maxmemory'.",
            "out of memory",
            "maxmemory",
        ),
        (
            "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
            "disk",
            "free space",
        ),
        (
            "NOREPLICAS Not enough good replicas to write.",
            "replicas",
            "min-replicas-to-write",
        ),
        (
            "ERR unknown command 'EVAL', with args beginning with: ",
            "lacks a command",
            "rename-command",
        ),
        (
            "invalid peer certificate: UnknownIssuer",
            "trusts",
            "REDIS_CA",
        ),
        (
            "invalid peer certificate: certificate not valid for name \"a\"; certificate is only valid for DnsName(\"b\")",
            "another name",
            "in the certificate",
        ),
        (
            "invalid peer certificate: certificate expired: verification time 5 (UNIX)",
            "not valid at this time",
            "Renew",
        ),
        (
            "received fatal alert: CertificateRequired",
            "from its clients",
            "tls-auth-clients no",
        ),
        (
            "received corrupt message of type InvalidContentType",
            "does not speak TLS",
            "tls-port",
        ),
        (
            "not an answer of a Redis",
            "is not a Redis",
            "Correct REDIS_URL",
        ),
        ("timed out", "does not answer in time", "firewall"),
        ("connection refused", "nothing listens", "Start Redis"),
        ("Network is unreachable (os error 101)", "no way", "routes"),
        (
            "closed: unexpected end of file",
            "without an answer",
            "address is allowed",
        ),
        ("ERR something new", "answers: ERR something new", "log"),
    ];

    #[test]
    fn known_errors_are_explained() {
        let names = RedisNames {
            at: "redis.example:6379".to_owned(),
            user: "market".to_owned(),
            address: "REDIS_URL",
            credentials: "REDIS_URL",
            tls: "REDIS_URL",
            database: "REDIS_URL",
        };
        for &(text, says, remedy) in ERRORS {
            let finding = explain_text(text, &names);
            assert!(finding.says.contains(says), "{text}: {}", finding.says);
            let advice = finding.remedy.unwrap();
            assert!(advice.contains(remedy), "{text}: {advice}");
        }
    }
}
