//! What a page of a menu is about, and what it has beside the menu.

use super::{
    form::Faults, group_values, import_view::Offered, item_values::WHOLE, notice::Notice, refusals,
};
use crate::{
    domain::{
        Error, Field, InvalidField,
        shop::{code::Code, menu::Outline},
    },
    server::{
        services::shops::refusal::ShopRefusal,
        web::{pages::account::Sent, query_string},
    },
};

#[derive(Default)]
pub struct Shown<'a> {
    pub notice: Option<&'a Notice>,
    pub refusal: Option<&'a ShopRefusal>,
    /// The form that was refused, or is looked at before it is saved.
    pub sent: Option<&'a Sent>,
    /// What an import would change.
    pub import: Option<Offered<'a>>,
}

impl Shown<'_> {
    /// What is wrong, at the fields of a form.
    pub fn faults(
        &self,
        outline: &Outline,
        place: impl Fn(&InvalidField) -> Option<String>,
    ) -> Faults {
        match self.refusal {
            Some(ShopRefusal::Market(Error::Invalid(invalid))) => {
                Faults::of(invalid, place, |one| refusals::why(one, Some(outline)))
            }
            _ => Faults::default(),
        }
    }
}

/// The part of a menu that a page is about.
#[derive(Debug, PartialEq)]
pub enum Subject {
    Menu,
    Item(Code),
    Category(Code),
    /// Without a code, one that there is not yet.
    Group(Option<Code>),
}

impl Subject {
    /// As an address names it: `?item=marg`, `?group=` for a new group.
    pub fn in_query(query: &str) -> Subject {
        let mut pairs = query_string::pairs(query).filter_map(|(name, pair)| {
            let value = pair.split_once('=').map_or("", |(_, value)| value);
            Subject::named(name?.as_ref(), value)
        });
        pairs.next().unwrap_or(Subject::Menu)
    }

    /// Whose form was sent.
    pub fn of(sent: &Sent) -> Subject {
        let name = match group_values::act(sent) {
            "save-group" | "drop-group" => "group",
            "save-category" | "drop-category" => "category",
            _ if sent.has(WHOLE) => "item",
            _ => return Subject::Menu,
        };
        Subject::named(name, sent.get(name)).unwrap_or(Subject::Menu)
    }

    fn named(name: &str, value: &str) -> Option<Subject> {
        let code = Code::parse(value).ok();
        match name {
            "item" => code.map(Subject::Item),
            "category" => code.map(Subject::Category),
            "group" => Some(Subject::Group(code)),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_names_a_part_of_the_menu() {
        let code = |text: &str| Code::parse(text).unwrap();
        assert_eq!(Subject::in_query(""), Subject::Menu);
        assert_eq!(
            Subject::in_query("a=b&item=marg"),
            Subject::Item(code("marg"))
        );
        assert_eq!(Subject::in_query("group="), Subject::Group(None));
        assert_eq!(
            Subject::in_query("group=top"),
            Subject::Group(Some(code("top")))
        );
        assert_eq!(Subject::in_query("category=NO"), Subject::Menu);
    }
}
