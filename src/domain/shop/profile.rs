//! What a pizzeria says of itself: the document `restaurant:{uuid}`.

use super::{
    area::{Area, Destination, area_of},
    basket::{Point, RestaurantId, TaxMode, TaxRate},
    bill::Charges,
    slug::Slug,
};
use crate::domain::{
    Currency, Field, FieldError, Markup, Name, Notes, Text, Time, ValueKind,
    number::in_units,
    shop::{Exceptions, Hours, OpeningHours, OrderRules, ShopZone, TimeZone},
};
use serde::{Deserialize, Serialize};
use std::{fmt, ops::Deref};

/// A word that a pizzeria is found by: up to 30 characters.
pub type Tag = Text<30, false>;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    pub id: RestaurantId,
    pub slug: Slug,
    /// What it was called before, the oldest first. They stay its own, and lead to it.
    pub former_slugs: Vec<Slug>,
    /// No other pizzeria has it, see [`Profile::called`].
    pub name: Name,
    pub about: Option<Notes>,
    pub tags: Vec<Tag>,
    pub phone: Option<Phone>,
    pub address: StreetAddress,
    pub point: Option<Point>,
    pub time_zone: TimeZone,
    /// One that is not is in no list, and takes no orders.
    pub listed: bool,
    pub hours: Hours,
    pub exceptions: Exceptions,
    pub orders: OrderRules,
    pub areas: Vec<Area>,
    pub tax: TaxSettings,
    /// The market's part.
    pub markup_percentage: Markup,
    pub created_at: Time,
    pub updated_at: Time,
    pub version: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreetAddress {
    pub street: Name,
    pub postcode: Text<12, false>,
    pub town: Text<60, false>,
}

/// 5 to 20 digits, blanks and `+-()/`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Phone(Text<20, false>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxSettings {
    pub mode: TaxMode,
    pub rates: TaxRates,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRates {
    pub food: TaxRate,
    pub drink: TaxRate,
    pub delivery: TaxRate,
}

/// A pizzeria does not come to an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotDeliveredThere;

impl Profile {
    /// How large the document can be.
    pub const MAX_SIZE: usize = 24 * 1024;
    pub const MAX_FORMER_SLUGS: usize = 5;

    /// Its name as names are compared.
    #[cfg(feature = "ssr")]
    pub fn called(&self) -> String {
        crate::domain::fold_name(&self.name)
    }

    /// Each slug that it has or had.
    pub fn slugs(&self) -> impl Iterator<Item = &Slug> {
        std::iter::once(&self.slug).chain(&self.former_slugs)
    }

    /// The area for a destination.
    ///
    /// # Errors
    /// Where it does not come there.
    pub fn deliver_to(&self, destination: &Destination) -> Result<&Area, NotDeliveredThere> {
        area_of(&self.areas, self.point, destination).ok_or(NotDeliveredThere)
    }

    /// What the bill of an order into one of its areas depends on.
    pub fn charges(&self, area: &Area, currency: Currency) -> Charges {
        let TaxSettings { mode, rates } = self.tax;
        Charges {
            delivery: area.fee,
            free_from: area.free_from,
            mode,
            food: rates.food,
            drink: rates.drink,
            delivered: rates.delivery,
            markup: self.markup_percentage,
            currency,
        }
    }

    /// When it is open.
    pub fn opening<'a, Z: ShopZone>(&'a self, zone: &'a Z) -> OpeningHours<'a, Z> {
        OpeningHours {
            hours: &self.hours,
            exceptions: &self.exceptions,
            zone,
        }
    }

    /// Whether it says something else than before.
    pub fn differs_from(&self, before: &Profile) -> bool {
        let same = Profile {
            updated_at: before.updated_at,
            version: before.version,
            ..self.clone()
        };
        same != *before
    }
}

impl Default for TaxSettings {
    fn default() -> TaxSettings {
        TaxSettings {
            mode: TaxMode::Included,
            rates: TaxRates::default(),
        }
    }
}

impl Field for TaxRate {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<TaxRate, FieldError> {
        let precise = || FieldError::fault("At most three decimals fit.");
        let thousandths = in_units(text, 3)?.ok_or_else(precise)?;
        let rate = u32::try_from(thousandths).ok();
        let rate = rate.filter(|rate| *rate <= 100_000).map(TaxRate);
        rate.ok_or_else(|| FieldError::out_of_range(0, 100))
    }
}

impl Field for Phone {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Phone, FieldError> {
        const MIN: usize = 5;
        let text = Text::<20, false>::parse(text)?;
        let length = text.len();
        let fits = |c: char| c.is_ascii_digit() || " +-()/".contains(c);
        if !text.chars().all(fits) {
            let why = "A phone number has digits, blanks and +-()/ only.";
            return Err(FieldError::fault(why));
        }
        match length < MIN {
            true => Err(FieldError::TooShort { min: MIN, length }),
            false => Ok(Phone(text)),
        }
    }
}

impl Deref for Phone {
    type Target = Text<20, false>;

    fn deref(&self) -> &Text<20, false> {
        &self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl TryFrom<String> for Phone {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Phone, FieldError> {
        Phone::parse(&text)
    }
}

impl From<Phone> for String {
    fn from(phone: Phone) -> String {
        phone.0.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::{
        area::Postcode,
        samples::{PROFILE, profile},
    };

    #[test]
    fn it_is_written_in_one_form_and_read_back() {
        let profile = profile(7, "Bella Napoli");
        let text = serde_json::to_string(&profile).unwrap();
        assert_eq!(text, PROFILE.replace("\n", ""));
        assert_eq!(serde_json::from_str::<Profile>(&text).unwrap(), profile);
    }

    #[test]
    fn only_what_it_says_makes_it_another() {
        let before = profile(7, "Bella Napoli");
        let mut after = before.clone();
        after.version += 1;
        after.updated_at = Time::from_millis(0);
        assert!(!after.differs_from(&before));
        after.listed = false;
        assert!(after.differs_from(&before));
    }

    #[test]
    fn it_delivers_to_its_areas() {
        let profile = profile(7, "Bella Napoli");
        let to = |postcode: &str| Destination {
            postcode: Postcode::of(postcode),
            point: None,
        };
        let area = profile.deliver_to(&to("10115")).unwrap();
        assert_eq!(&*area.name, "Mitte");
        assert_eq!(profile.deliver_to(&to("20095")), Err(NotDeliveredThere));
    }

    #[test]
    fn a_phone_number_has_what_phones_dial() {
        for good in ["12345", "+49 (30) 123-4/5"] {
            assert_eq!(&**Phone::parse(good).unwrap(), good);
        }
        for bad in ["1234", "123456789012345678901", "0800-PIZZA", "", "٣٣٣٣٣"] {
            assert!(Phone::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_rate_has_three_decimals() {
        assert_eq!(TaxRate::parse("8.875"), Ok(TaxRate(8_875)));
        assert_eq!(TaxRate::parse("100"), Ok(TaxRate(100_000)));
        for bad in ["8.8755", "-1", "100.001", "1e400", "x"] {
            assert!(TaxRate::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names_are_compared_without_capitals() {
        let one = profile(7, "CAFE\u{301} Roma").called();
        assert_eq!(one, profile(8, "café roma").called());
        assert_ne!(one, profile(8, "Cafe Roma").called());
    }
}
