//! The address of a server on the command line.

use clap::{
    Arg, Command,
    builder::TypedValueParser,
    error::{Error, ErrorKind},
};
use reqwest::Url;
use std::ffi::OsStr;

/// Parses such an address. Its errors do not repeat the value, which clap's own would: it may hold a password.
#[derive(Clone)]
pub struct ServerUrlParser;

impl TypedValueParser for ServerUrlParser {
    type Value = Url;

    fn parse_ref(
        &self,
        command: &Command,
        argument: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Url, Error> {
        let name = argument.map(ToString::to_string).unwrap_or_default();
        parse(value).map_err(|why| {
            let text = format!("{name}: {why}");
            command.clone().error(ErrorKind::ValueValidation, text)
        })
    }
}

fn parse(value: &OsStr) -> Result<Url, &'static str> {
    let url = value.to_str().and_then(|text| Url::parse(text).ok());
    let url = url.filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let url = url.ok_or("Write the address of a server like http://127.0.0.1:8000")?;
    match url.username().is_empty() && url.password().is_none() {
        true => Ok(url),
        false => Err("Leave the user and the password out: the server has no accounts"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_one_of_a_server_and_is_not_repeated_where_it_is_not() {
        for url in ["http://127.0.0.1:8000", "https://market.example/base/"] {
            assert!(parse(OsStr::new(url)).is_ok(), "{url}");
        }
        for url in [
            "http://s3cret@market.example",
            "http://user:s3cret@market.example",
            "http://s3cret@market.example:99999",
            "redis://s3cret@market.example",
            "s3cret@market.example:8000",
            "market.example:8000",
        ] {
            let url = OsStr::new(url);
            assert!(parse(url).is_err_and(|why| !why.contains("s3cret")));
            let error = ServerUrlParser.parse_ref(&Command::new("x"), None, url);
            assert!(
                !error.unwrap_err().to_string().contains("s3cret"),
                "{url:?}"
            );
        }
    }
}
