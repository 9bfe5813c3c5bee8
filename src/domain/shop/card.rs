//! A pizzeria as it is answered: its profile with what holds now, and its card in a list.

use super::{
    basket::{Point, RestaurantId},
    now::Now,
    profile::{Phone, Profile, StreetAddress, Tag, TaxSettings},
    slug::Slug,
};
use crate::domain::{
    Markup, Name, Notes, Time,
    shop::{Exceptions, OrderRules, TimeZone},
};
use serde::{Deserialize, Serialize};

/// A profile, and at its end what holds now.
#[derive(Debug, Serialize)]
pub struct ProfileNow<'a> {
    #[serde(flatten)]
    pub profile: &'a Profile,
    pub now: &'a Now,
}

/// A profile without hours and areas, and what holds now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    pub id: RestaurantId,
    pub slug: Slug,
    pub former_slugs: Vec<Slug>,
    pub name: Name,
    pub about: Option<Notes>,
    pub tags: Vec<Tag>,
    pub phone: Option<Phone>,
    pub address: StreetAddress,
    pub point: Option<Point>,
    pub time_zone: TimeZone,
    pub listed: bool,
    pub exceptions: Exceptions,
    pub orders: OrderRules,
    pub tax: TaxSettings,
    pub markup_percentage: Markup,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: u32,
    pub now: Now,
}

impl Card {
    pub fn of(profile: &Profile, now: Now) -> Card {
        let Profile {
            id,
            slug,
            former_slugs,
            name,
            about,
            tags,
            phone,
            address,
            point,
            time_zone,
            listed,
            hours: _,
            exceptions,
            orders,
            areas: _,
            tax,
            markup_percentage,
            created_at,
            updated_at,
            version,
        } = profile.clone();
        Card {
            id,
            slug,
            former_slugs,
            name,
            about,
            tags,
            phone,
            address,
            point,
            time_zone,
            listed,
            exceptions,
            orders,
            tax,
            markup_percentage,
            created_at,
            updated_at,
            version,
            now,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        samples::at,
        shop::{counter::Counter, sample_zone::autumn, samples::profile},
    };
    use serde_json::Value;

    #[test]
    fn a_card_is_the_answer_without_hours_and_areas() {
        let profile = profile(7, "Bella Napoli");
        let counter = Counter::new(profile.id);
        let now = Now::of(&profile, &counter, &autumn(), None, |_| true, at(0));
        let whole = ProfileNow {
            profile: &profile,
            now: &now,
        };
        let text = serde_json::to_string(&whole).unwrap();
        let stored = serde_json::to_string(&profile).unwrap();
        let now_text = serde_json::to_string(&now).unwrap();
        let body = stored.strip_suffix('}').unwrap();
        assert_eq!(text, format!(r#"{body},"now":{now_text}}}"#));
        let mut expected: Value = serde_json::from_str(&text).unwrap();
        let members = expected.as_object_mut().unwrap();
        assert!(members.remove("hours").is_some() && members.remove("areas").is_some());
        let card = Card::of(&profile, now);
        assert_eq!(serde_json::to_value(&card).unwrap(), expected);
        let text = serde_json::to_string(&card).unwrap();
        assert_eq!(serde_json::from_str::<Card>(&text).unwrap(), card);
    }
}
