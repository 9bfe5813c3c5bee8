//! What the parts of a menu can demand of each other and miss. It holds names, so that each language has its own sentence
//! for it; the one here is for integrators.

use std::fmt;

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MenuFault {
    /// Two parts of a kind with one code.
    TwoCodes {
        kind: &'static str,
        code: String,
    },
    TooManyItems {
        max: usize,
    },
    MinOverMax {
        group: String,
        min: u32,
        max: u32,
    },
    MaxOverOptions {
        group: String,
        max: u32,
        choosable: u64,
    },
    TooManyDefaults {
        group: String,
        max: u32,
        defaults: usize,
    },
    /// `size` is a code.
    OptionOfUnknownSize {
        option: String,
        group: String,
        size: String,
    },
    UnknownItem {
        category: String,
        item: String,
    },
    ShownTwice {
        item: String,
        first: String,
        second: String,
    },
    NoPrice {
        item: String,
    },
    WithAndWithoutSize {
        item: String,
    },
    /// `size` is a code.
    TwoPrices {
        item: String,
        size: Option<String>,
    },
    /// `size` is a code.
    HalfWithoutPrice {
        item: String,
        size: String,
    },
    TooLarge {
        bytes: usize,
        max: usize,
    },
    /// `size` is a code.
    ItemOfUnknownSize {
        item: String,
        size: String,
    },
    /// `group` is a code.
    UnknownGroup {
        item: String,
        group: String,
    },
    /// `size` is a name.
    OptionWithoutPrice {
        option: String,
        group: String,
        size: Option<String>,
        item: String,
    },
    /// As it has come over the wire.
    Said {
        why: String,
    },
}

impl MenuFault {
    pub fn said(why: &str) -> Option<MenuFault> {
        let why = why.to_owned();
        Some(MenuFault::Said { why })
    }
}

impl fmt::Display for MenuFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use MenuFault::*;
        match self {
            TwoCodes { kind, code } => write!(f, "Two {kind}s have the code {code}."),
            TooManyItems { max } => write!(f, "At most {max} items fit on a menu."),
            MinOverMax { group, min, max } => {
                write!(f, "{group} wants at least {min} and allows at most {max}.")
            }
            MaxOverOptions {
                group,
                max,
                choosable,
            } => write!(
                f,
                "{group} allows {max}, and its options can be chosen {choosable} times."
            ),
            TooManyDefaults {
                group,
                max,
                defaults,
            } => write!(
                f,
                "{group} allows {max}, and {defaults} are chosen beforehand."
            ),
            OptionOfUnknownSize {
                option,
                group,
                size,
            } => write!(
                f,
                "{option} of {group} has a price for the size {size}, which is not there."
            ),
            UnknownItem { category, item } => {
                write!(f, "{category} names the item {item}, which is not there.")
            }
            ShownTwice {
                item,
                first,
                second,
            } => write!(
                f,
                "The item {item} stands in {first} and again in {second}."
            ),
            Said { why } => f.write_str(why),
            fault => fault.of_item(f),
        }
    }
}

impl MenuFault {
    /// The sentence of what is wrong with an item, or with the whole.
    fn of_item(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use MenuFault::*;
        match self {
            NoPrice { item } => write!(f, "{item} has no price."),
            WithAndWithoutSize { item } => {
                write!(f, "{item} has prices with a size and one without.")
            }
            TwoPrices { item, size: None } => write!(f, "{item} has two prices."),
            TwoPrices {
                item,
                size: Some(size),
            } => write!(f, "{item} has two prices for the size {size}."),
            HalfWithoutPrice { item, size } => write!(
                f,
                "{item} may be a half in the size {size}, for which it has no price."
            ),
            TooLarge { bytes, max } => write!(
                f,
                "All of it together has {bytes} bytes, and at most {max} fit."
            ),
            ItemOfUnknownSize { item, size } => write!(
                f,
                "{item} has a price for the size {size}, which is not there."
            ),
            UnknownGroup { item, group } => {
                write!(f, "{item} offers the group {group}, which is not there.")
            }
            OptionWithoutPrice {
                option,
                group,
                size,
                item,
            } => {
                let size = size.as_ref().map(|size| format!("for {size}"));
                let size = size.as_deref().unwrap_or("without a size");
                write!(
                    f,
                    "{option} of {group} has no price {size}, and {item} offers it."
                )
            }
            _ => Ok(()),
        }
    }
}
