//! What the list of pizzerias is asked for, as its address says it.

use crate::{
    domain::{
        Field, is_blank, percent_decode, percent_encode,
        shop::shelf_search::{ShopCursor, ShopQuery},
    },
    server::web::query_string,
    ui::paths,
};

/// More than this is no search.
const LONGEST: usize = 60;

#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarketQuery {
    pub text: Option<String>,
    pub tag: Option<String>,
    pub is_open: bool,
    pub after: Option<ShopCursor>,
}

impl MarketQuery {
    /// Reads any address: what means nothing asks for nothing.
    pub fn read(query: &str) -> MarketQuery {
        let mut read = MarketQuery::default();
        for (name, pair) in query_string::pairs(query) {
            let value = pair.split_once('=').map_or("", |(_, value)| value);
            let value = percent_decode(value).unwrap_or_default();
            let text = || {
                let text: String = value.trim().chars().take(LONGEST).collect();
                (!is_blank(&text)).then_some(text)
            };
            match name.as_deref() {
                Some("q") => read.text = text(),
                Some("tag") => read.tag = text(),
                Some("open") => read.is_open = value == "1",
                Some("after") => read.after = ShopCursor::parse(&value).ok(),
                _ => {}
            }
        }
        read
    }

    pub fn address(&self) -> String {
        let text = |name: &str, value: &Option<String>| {
            let value = value.as_ref()?;
            Some(format!("{name}={}", percent_encode(value)))
        };
        let parts = [
            text("q", &self.text),
            text("tag", &self.tag),
            self.is_open.then(|| "open=1".to_owned()),
            text("after", &self.after.as_ref().map(ToString::to_string)),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        match parts.is_empty() {
            true => paths::SHOPS.to_owned(),
            false => format!("{}?{}", paths::SHOPS, parts.join("&")),
        }
    }

    pub fn is_filtered(&self) -> bool {
        self.text.is_some() || self.tag.is_some() || self.is_open
    }

    /// The same for the whole market: where the customer is comes on top.
    pub fn shops(&self) -> ShopQuery {
        ShopQuery {
            text: self.text.clone(),
            is_open: self.is_open.then_some(true),
            destination: None,
            tag: self.tag.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_back() {
        for query in ["", "q=tiramis%C3%B9%20%26%20co", "tag=vegan&open=1"] {
            let read = MarketQuery::read(query);
            let address = read.address();
            let (_, again) = address.split_once('?').unwrap_or((&address, ""));
            assert_eq!(MarketQuery::read(again), read, "{query}");
        }
        let read = MarketQuery::read("q=a+b&open=1");
        assert_eq!((read.text.as_deref(), read.is_open), (Some("a b"), true));
    }

    #[test]
    fn garbage_asks_for_nothing() {
        for query in [
            "q=", "q=%20", "open=yes", "after=x", "%zz=1", "q=%ff", "&&=",
        ] {
            assert_eq!(MarketQuery::read(query), MarketQuery::default(), "{query}");
        }
        let long = format!("q={}", "x".repeat(5000));
        assert_eq!(MarketQuery::read(&long).text.unwrap().len(), LONGEST);
    }
}
