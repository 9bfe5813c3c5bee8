//! The table of all settings: name, default, secrecy and explanation of each.
//!
//! Everything else derives from it: the reading (only settings of this table can be read), `.env.example`, the table in
//! the README, and what `doctor` shows. Tests compare the two documents with it.

/// An environment variable that configures the program.
#[derive(Clone, Copy)]
pub struct Setting {
    pub name: &'static str,
    pub default: Default,
    pub secrecy: Secrecy,
}

/// The value of a setting that is not set.
#[derive(Clone, Copy)]
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the documents have these words")
)]
pub enum Default {
    Value(&'static str),
    /// The value in `Leptos.toml`, which is this one as delivered.
    LeptosToml(&'static str),
    /// There is no value; what the program does instead, for the README.
    None(&'static str),
}

/// How much of a setting's value may be shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Secrecy {
    Public,
    /// Nothing.
    Secret,
    /// A URL, without the password in it.
    Url,
}

impl Setting {
    /// The value that counts where the variable is not set.
    pub fn default_value(&self) -> Option<&'static str> {
        match self.default {
            Default::Value(value) => Some(value),
            Default::LeptosToml(_) | Default::None(_) => None,
        }
    }
}

/// Settings that are explained together.
#[cfg_attr(
    not(test),
    expect(dead_code, reason = "only the documents have these words")
)]
struct Group {
    explanation: &'static str,
    settings: &'static [Setting],
}

/// Defines a constant for each setting, the groups, and the list of all settings, in this order.
macro_rules! settings {
    ($($explanation:literal: { $($name:ident: $secrecy:ident, $default:ident($value:literal);)* })*) => {
        $($(pub const $name: Setting = Setting {
            name: stringify!($name),
            default: Default::$default($value),
            secrecy: Secrecy::$secrecy,
        };)*)*

        #[cfg_attr(not(test), expect(dead_code, reason = "only the documents are grouped"))]
        const GROUPS: &[Group] = &[$(Group { explanation: $explanation, settings: &[$($name),*] }),*];

        /// All settings, in the order of `.env.example`.
        pub const SETTINGS: [Setting; [$($(stringify!($name)),*),*].len()] = [$($($name),*),*];
    };
}

settings! {
    "The address on which the server listens.": {
        LEPTOS_SITE_ADDR: Public, LeptosToml("127.0.0.1:8000");
    }
    "The files of the server's certificate (with those that lead to its authority) and of its private key, both in PEM. With\n\
     them it speaks HTTPS and WSS, by TLS 1.2 or 1.3. They are read again within 10 seconds of a change.": {
        TLS_CERT: Public, None("none: plain HTTP");
        TLS_KEY: Public, None("none: plain HTTP");
    }
    "The folder of the site: style, icons, WebAssembly. Default: the one beside the server's program, or target/site.": {
        LEPTOS_SITE_ROOT: Public, None("the site beside the program, or `target/site`");
    }
    "Whether the names of the site's files contain hashes. Default: whether the build made hashes.": {
        LEPTOS_HASH_FILES: Public, None("whether the build hashed the file names");
    }
    "The folder of the embedded store, which is one file. It is used when no Redis is set.": {
        DATA_DIR: Public, Value("data");
    }
    "A Redis (7.0 or later) as the store: redis:// or, with TLS, rediss://user:password@host:port/database.": {
        REDIS_URL: Url, None("none: the embedded store");
    }
    "The same in parts. Each of them makes Redis the store; REDIS_URL overrides them.": {
        REDIS_HOST: Public, Value("127.0.0.1");
        REDIS_PORT: Public, Value("6379");
        REDIS_USERNAME: Public, None("none");
        REDIS_PASSWORD: Secret, None("none");
        REDIS_DB: Public, Value("0");
        REDIS_TLS: Public, Value("false");
    }
    "The authorities that a Redis with TLS is checked with, as a PEM file. Default: those that this machine trusts.": {
        REDIS_CA: Public, None("those that this machine trusts");
    }
    "The least number of events that a client can resume from.": {
        EVENT_RETENTION: Public, Value("100000");
    }
    "The one origin that people open, like https://market.example: the server then takes requests for its host alone.\n\
     Needed behind a proxy on the same machine. Default: on a loopback address only address literals and localhost\n\
     are taken; on any other address, each host name.": {
        SITE_ORIGIN: Public, None("none: address literals and `localhost` on a loopback address, elsewhere any host");
    }
    "Whether people sign in. `open`: everybody who reaches the server sees and does everything. `required`: rights are\n\
     those of accounts; it needs SITE_ORIGIN (https, but for a loopback host) and a secret. Default: `open` where only this\n\
     machine reaches the server (a loopback address, without SITE_ORIGIN and TRUSTED_PROXIES), else `required`.": {
        AUTH: Public, None("`open` on a loopback address without `SITE_ORIGIN` and `TRUSTED_PROXIES`, else `required`");
    }
    "What everything signed is signed with: base64 of at least 32 bytes (openssl rand -base64 32), or a file with that. Of\n\
     several, with commas between them, the first signs, and all verify.": {
        AUTH_SECRET: Secret, None("none");
        AUTH_SECRET_FILE: Public, None("none");
    }
    "An API key (`pizza-market account key` makes one) for the commands that ask a server over HTTP: simulate, and inspect\n\
     with --url. The server itself does not read it.": {
        MARKET_KEY: Secret, None("none: a command is a guest where people sign in");
    }
    "Whether somebody who is not signed in sees offers and may take one, and whether customers may make an account: on or\n\
     off.": {
        GUESTS: Public, Value("on");
        SIGN_UP: Public, Value("on");
    }
    "Other origins whose pages may use the API and the WebSocket from a browser, separated by commas.": {
        CORS_ALLOWED_ORIGINS: Public, Value("http://localhost:5173,http://localhost:3000");
    }
    "The limits of connections to this instance: in all, and from one address that is none of TRUSTED_PROXIES.": {
        MAX_CONNECTIONS: Public, Value("20000");
        MAX_CONNECTIONS_PER_ADDRESS: Public, Value("2000");
    }
    "The limits of WebSockets among them, in the same way.": {
        MAX_SOCKETS: Public, Value("10000");
        MAX_SOCKETS_PER_ADDRESS: Public, Value("1000");
    }
    "Proxies in front of this server: addresses, or networks like 10.0.0.0/8, separated by commas. X-Forwarded-For is\n\
     read only from them; without this setting, all clients behind a proxy count as one.": {
        TRUSTED_PROXIES: Public, None("none");
    }
    "The currency of the prices: EUR, USD, GBP, CHF, PLN, CZK, DKK, NOK or SEK.": {
        CURRENCY: Public, Value("EUR");
    }
    "Where postcodes are, for areas of so many metres: a CSV with the first line postcode,town,lat,lon, or a file of GeoNames'\n\
     postal codes. Default: the places of the example market.": {
        PLACES: Public, None("the places of the example market");
    }
    "What the menus of pizzerias may take in memory, in MiB. The ones that were used last are kept; the others are read\n\
     from the store when they are needed.": {
        MENU_MEMORY: Public, Value("256");
    }
    "Requests per second and address, with bursts of four times that; `off` for load tests.": {
        RATE_LIMIT: Public, Value("100");
    }
    "The level of the log: error, warn, info, debug or trace, also by module.": {
        RUST_LOG: Public, Value("info");
    }
    "The format of the log: pretty (text) or json (an object per line). Default: pretty on a terminal, else json.": {
        LOG_FORMAT: Public, None("`pretty` on a terminal, else `json`");
    }
    "A separate address for /metrics, such as 127.0.0.1:9090. Default: the server's own address; with AUTH=required they\n\
     are then not served.": {
        METRICS_ADDR: Public, None("none: `/metrics` is served with everything else, and with `AUTH=required` not at all");
    }
    "The OpenTelemetry collector that receives traces, over OTLP by HTTP (http/protobuf), such as http://127.0.0.1:4318.\n\
     Default: no traces are made. Other variables of the standard that count: OTEL_SERVICE_NAME, OTEL_RESOURCE_ATTRIBUTES,\n\
     OTEL_TRACES_SAMPLER, OTEL_EXPORTER_OTLP_HEADERS, OTEL_EXPORTER_OTLP_TIMEOUT, OTEL_BSP_*.": {
        OTEL_EXPORTER_OTLP_ENDPOINT: Public, None("none: no traces");
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: Public, None("none: no traces");
        OTEL_EXPORTER_OTLP_PROTOCOL: Public, Value("http/protobuf");
        OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: Public, Value("http/protobuf");
        OTEL_TRACES_EXPORTER: Public, Value("otlp");
        OTEL_SDK_DISABLED: Public, Value("false");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENV_EXAMPLE: &str = include_str!("../../../.env.example");
    const README: &str = include_str!("../../../README.md");

    fn env_example() -> String {
        let mut text = "\
            # Every setting with its default. Copy this file to `.env`, or set them in the environment, which wins.\n\
            # An empty value counts as not set. An invalid value stops the start with a message that names the setting.\n\
            # Blanks around a value are removed and # after a blank begins a comment, but not between quotes. $ is a plain\n\
            # character. Between double quotes \\\" \\\\ \\$ \\` stand for \" \\ $ `.\n"
            .to_owned();
        for group in GROUPS {
            text.push('\n');
            for line in group.explanation.lines() {
                text += &format!("# {line}\n");
            }
            for setting in group.settings {
                let value = match setting.default {
                    Default::Value(value) | Default::LeptosToml(value) => value,
                    Default::None(_) => "",
                };
                text += &format!("# {}={value}\n", setting.name);
            }
        }
        text
    }

    fn readme_table() -> String {
        let mut text = "| setting | default |\n| --- | --- |\n".to_owned();
        for setting in &SETTINGS {
            let default = match setting.default {
                Default::Value(value) | Default::LeptosToml(value) => format!("`{value}`"),
                Default::None(words) => words.to_owned(),
            };
            text += &format!("| `{}` | {default} |\n", setting.name);
        }
        text
    }

    #[test]
    fn env_example_is_that_of_the_table() {
        let expected = env_example();
        assert!(ENV_EXAMPLE == expected, "expected:\n{expected}");
    }

    #[test]
    fn the_readme_has_the_table() {
        let expected = readme_table();
        assert!(README.contains(&expected), "expected:\n{expected}");
    }

    #[test]
    fn defaults_from_leptos_toml_are_those_of_the_file() {
        let file = include_str!("../../../Leptos.toml");
        for setting in &SETTINGS {
            if let Default::LeptosToml(value) = setting.default {
                assert!(file.contains(&format!("\"{value}\"")), "{}", setting.name);
            }
        }
    }
}
