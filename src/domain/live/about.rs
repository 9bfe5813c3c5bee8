//! A scope as a client names it: the value of the query parameter `about`.

use super::scope::Scope;
use crate::domain::{Field, FieldError, ValueKind, percent_decode, percent_encode};
use std::fmt;

/// The most topics that a client can name.
pub const MAX_TOPICS: usize = 8;

/// The value of the query parameter `about`, encoded. Nothing for everything, which is not named.
impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (n, topic) in self.topics().unwrap_or_default().iter().enumerate() {
            let comma = if n == 0 { "" } else { "," };
            let text = topic.to_string();
            match text.split_once(':') {
                Some((kind, what)) => write!(f, "{comma}{kind}:{}", percent_encode(what))?,
                None => write!(f, "{comma}{text}")?,
            }
        }
        Ok(())
    }
}

impl Field for Scope {
    const KIND: ValueKind = ValueKind::Text;

    /// Reads the value of `about` as it stands in the query string, still encoded.
    ///
    /// Commas separate the topics, each of which is percent-encoded: `supplier:A%2CB,offers` names the supplier “A,B”.
    /// A value without any comma or colon was encoded as a whole, as many libraries do: there a comma separates where
    /// a topic follows it, and belongs to a name elsewhere.
    fn parse(value: &str) -> Result<Scope, FieldError> {
        let topics = match value.contains([',', ':']) {
            true => value
                .split(',')
                .map(percent_decode)
                .collect::<Result<_, _>>()?,
            false => split_at_topics(&percent_decode(value)?),
        };
        if topics.len() > MAX_TOPICS {
            return Err(FieldError::TooManyTopics { max: MAX_TOPICS });
        }
        let topics = topics.iter().map(|topic| topic.parse());
        topics.collect::<Result<Vec<_>, _>>().map(Scope::of)
    }
}

/// Splits at each comma that the beginning of a topic follows.
fn split_at_topics(text: &str) -> Vec<String> {
    let begins = |part: &str| {
        let kinds = [
            "supplier:",
            "order:",
            "driver:",
            "customer:",
            "kitchen:",
            "restaurant:",
        ];
        matches!(part, "offers" | "dispatch" | "shops")
            || kinds.iter().any(|kind| part.starts_with(kind))
    };
    let mut topics: Vec<String> = Vec::new();
    for part in text.split(',') {
        match topics.last_mut() {
            Some(name) if !begins(part) => {
                name.push(',');
                name.push_str(part);
            }
            _ => topics.push(part.to_owned()),
        }
    }
    topics
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Name, Topic, samples::id};
    use proptest::prelude::*;

    fn supplier(name: &str) -> Topic {
        Topic::Supplier(Name::parse(name).unwrap())
    }

    fn about(value: &str) -> Result<Vec<Topic>, FieldError> {
        Scope::parse(value).map(|scope| scope.topics().unwrap().to_vec())
    }

    #[test]
    fn topics_are_separated_by_commas_and_each_is_encoded() {
        let order = "01a2b3c4-d5e6-7123-8000-0000ffffffff";
        let one = Topic::Order(order.parse().unwrap());
        assert_eq!(about("offers"), Ok(vec![Topic::Offers]));
        assert_eq!(
            about(&format!(
                "supplier:Bella%20Napoli,order:{order},dispatch,dispatch"
            )),
            Ok(vec![
                supplier("Bella Napoli"),
                one.clone(),
                Topic::Dispatch,
                Topic::Dispatch
            ])
        );
        let both = vec![supplier("A,B: 100%25"), Topic::Offers];
        assert_eq!(about("supplier:A%2CB%3A+100%2525,offers"), Ok(both.clone()));
        assert_eq!(about("supplier%3AA%2CB%3A%20100%2525,offers"), Ok(both));
        assert_eq!(about("supplier:A%2Coffers"), Ok(vec![supplier("A,offers")]));
        assert_eq!(about("supplier:a:b"), Ok(vec![supplier("a:b")]));
        let pizzeria = Topic::Restaurant(order.parse().unwrap());
        let shops = about(&format!("restaurant:{order},shops"));
        assert_eq!(shops, Ok(vec![pizzeria.clone(), Topic::Shops]));
        let kitchen = Topic::Kitchen(order.parse().unwrap());
        let whole = format!("supplier%3AA%2Ckitchen%3A{order}%2Crestaurant%3A{order}%2Cshops");
        let all = vec![supplier("A"), kitchen, pizzeria, Topic::Shops];
        assert_eq!(about(&whole), Ok(all));
    }

    #[test]
    fn a_list_that_was_encoded_as_a_whole_is_read_as_it_was_meant() {
        let both = vec![supplier("Bella Napoli"), Topic::Offers];
        assert_eq!(about("supplier%3ABella+Napoli%2Coffers"), Ok(both));
        let comma = vec![Topic::Offers, supplier(",A")];
        assert_eq!(about("offers%2Csupplier%3A%2CA"), Ok(comma));
        let id = "01a2b3c4-d5e6-7123-8000-0000ffffffff";
        let own = about(&format!("supplier:A,driver:{id},customer:{id}")).unwrap();
        let whole = format!("supplier%3AA%2Cdriver%3A{id}%2Ccustomer%3A{id}");
        assert_eq!(about(&whole), Ok(own));
        let three = vec![supplier("A,B"), supplier("C, D"), Topic::Dispatch];
        assert_eq!(
            about("supplier%3AA%2CB%2Csupplier%3AC%2C%20D%2Cdispatch"),
            Ok(three)
        );
    }

    #[test]
    fn what_is_no_topic_is_refused() {
        let long = format!("supplier:{}", "x".repeat(101));
        for (value, error) in [
            ("", FieldError::Empty),
            ("offers,", FieldError::Empty),
            (",offers", FieldError::Empty),
            ("offers,,dispatch", FieldError::Empty),
            ("supplier:", FieldError::Empty),
            ("supplier:%20", FieldError::Empty),
            ("offers%2C", FieldError::NotATopic),
            ("Offers", FieldError::NotATopic),
            (" offers", FieldError::NotATopic),
            ("offers:", FieldError::NotATopic),
            ("supplier", FieldError::NotATopic),
            ("supplier:A,B", FieldError::NotATopic),
            ("status:ready", FieldError::NotATopic),
            ("order:1", FieldError::NotAnId),
            ("restaurant:roma", FieldError::NotAnId),
            ("kitchen:roma", FieldError::NotAnId),
            ("shops:1", FieldError::NotATopic),
            ("supplier:%00", FieldError::ControlCharacter),
            ("supplier:%ff", FieldError::NotUnicode),
            ("supplier:100%", FieldError::NotUnicode),
            (
                &long,
                FieldError::TooLong {
                    max: 100,
                    length: 101,
                },
            ),
            (
                &["offers"; 9].join(","),
                FieldError::TooManyTopics { max: 8 },
            ),
            (
                &["offers"; 9].join("%2C"),
                FieldError::TooManyTopics { max: 8 },
            ),
        ] {
            assert_eq!(about(value), Err(error), "{value}");
        }
        assert_eq!(about(&["offers"; 8].join(",")), Ok(vec![Topic::Offers; 8]));
    }

    fn topic() -> impl Strategy<Value = Topic> {
        let name = "(\\PC|[,:%+&= ]|,offers|,supplier:|%2C){1,12}"
            .prop_filter_map("a name", |text| {
                Name::try_from(text).ok().map(Topic::Supplier)
            });
        prop_oneof![
            name,
            any::<u128>().prop_map(|n| Topic::Order(id(n))),
            Just(Topic::Offers),
            Just(Topic::Dispatch),
        ]
    }

    proptest! {
        #[test]
        fn a_scope_survives_its_parameter(topics in proptest::collection::vec(topic(), 1..=MAX_TOPICS)) {
            let scope = Scope::of(topics.clone());
            let value = scope.to_string();
            prop_assert!(!value.contains(['&', '=', ' ', '+', '#']), "{}", value);
            prop_assert_eq!(&Scope::parse(&value).unwrap(), &scope);
            // As clients write it that encode each topic entirely.
            let each: Vec<_> = topics.iter().map(|topic| percent_encode(&topic.to_string())).collect();
            if each.len() > 1 {
                prop_assert_eq!(&Scope::parse(&each.join(",")).unwrap(), &scope);
            }
            let json = serde_json::to_string(&scope).unwrap();
            prop_assert_eq!(serde_json::from_str::<Scope>(&json).unwrap(), scope);
        }
    }
}
