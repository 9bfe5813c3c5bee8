//! Where the customer is: a postcode that was typed, or the position of the browser.

use crate::{
    domain::{
        Field, Text,
        shop::{
            area::{Destination, Postcode},
            basket::Point,
        },
    },
    ui::i18n::locale::t,
};

/// A postcode as somebody has typed it.
pub type TypedPostcode = Text<12, false>;

/// What the text of a position begins with. No postcode does.
const HERE: char = '@';

#[derive(Clone, Debug, PartialEq)]
pub enum Near {
    Postcode(TypedPostcode),
    Here(Point),
}

impl Near {
    /// A postcode, or `@` and a position: `@52.52,13.405`. `None` for what can be neither.
    pub fn parse(text: &str) -> Option<Near> {
        match text.strip_prefix(HERE) {
            Some(point) => Point::parse(point).map(Near::Here),
            None => TypedPostcode::parse(text).ok().map(Near::Postcode),
        }
    }

    /// The text that it is parsed from.
    pub fn text(&self) -> String {
        match self {
            Near::Postcode(postcode) => postcode.to_string(),
            Near::Here(point) => format!("{HERE}{point}"),
        }
    }

    pub fn postcode(&self) -> Option<&TypedPostcode> {
        match self {
            Near::Postcode(postcode) => Some(postcode),
            Near::Here(_) => None,
        }
    }

    pub fn point(&self) -> Option<Point> {
        match self {
            Near::Postcode(_) => None,
            Near::Here(point) => Some(*point),
        }
    }

    /// As a sentence goes on after “to”.
    pub fn words(&self) -> String {
        match self {
            Near::Postcode(postcode) => postcode.to_string(),
            Near::Here(_) => t(["where you are", "deinem Standort"]).to_owned(),
        }
    }

    pub fn destination(&self) -> Option<Destination> {
        Some(Destination {
            postcode: match self.postcode() {
                Some(typed) => Some(Postcode::of(typed)?),
                None => None,
            },
            point: self.point(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_postcode_and_a_position_are_read_back() {
        for text in ["10117", "SW1A 1AA", "@52.52,13.405", "@-33.9,-151", "@0,0"] {
            let near = Near::parse(text).unwrap();
            assert_eq!(near.text(), text);
            assert_eq!(near.point().is_some(), text.starts_with('@'), "{text}");
            assert!(near.destination().is_some(), "{text}");
        }
    }

    #[test]
    fn garbage_is_nowhere() {
        for text in [
            "",
            " ",
            "@",
            "@52",
            "@91,0",
            "@0,181",
            "@1,2,3",
            "@1.123456,2",
            "@a,b",
            "@NaN,1",
            "1234567890123",
        ] {
            assert_eq!(Near::parse(text), None, "{text}");
        }
    }
}
