//! What a customer ordered from a menu, as the order keeps it: lines, bill, place and promise. It is complete: a menu that
//! changes later changes nothing in it.

use super::code::Code;
use crate::domain::{Address, Cents, Currency, Name, Notes, Text, Time, named_enum};
use serde::{Deserialize, Serialize};
use std::fmt;
use uuid::Uuid;

/// The name of an item, an option or a size: up to 60 characters.
pub type ShopName = Text<60, false>;
/// A note on one line: up to 140 characters.
pub type LineNote = Text<140, false>;

named_enum! {
    /// Which part of a pizza a choice is for. Left is the item itself, right is its other half.
    Part {
        Whole = "whole",
        Left = "left",
        Right = "right",
    }
}

named_enum! {
    /// The classes that are taxed apart.
    TaxClass {
        Food = "food",
        Drink = "drink",
        Delivery = "delivery",
    }
}

named_enum! {
    /// Whether prices hold their tax, or it comes on top.
    TaxMode {
        Included = "included",
        Added = "added",
    }
}

named_enum! {
    /// The allergens that Regulation (EU) 1169/2011, annex II, names.
    Allergen {
        Gluten = "gluten",
        Crustaceans = "crustaceans",
        Eggs = "eggs",
        Fish = "fish",
        Peanuts = "peanuts",
        Soybeans = "soybeans",
        Milk = "milk",
        Nuts = "nuts",
        Celery = "celery",
        Mustard = "mustard",
        Sesame = "sesame",
        Sulphites = "sulphites",
        Lupin = "lupin",
        Molluscs = "molluscs",
    }
}

named_enum! {
    /// The diets of schema.org's `RestrictedDiet`.
    Diet {
        Diabetic = "diabetic",
        GlutenFree = "gluten_free",
        Halal = "halal",
        Hindu = "hindu",
        Kosher = "kosher",
        LowCalorie = "low_calorie",
        LowFat = "low_fat",
        LowLactose = "low_lactose",
        LowSalt = "low_salt",
        Vegan = "vegan",
        Vegetarian = "vegetarian",
    }
}

/// A rate of tax in thousandths of a percent: 0 to 100 %.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct TaxRate(pub(super) u32);

/// In percent: `7`, `8.875`.
impl fmt::Display for TaxRate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:03}", self.0 / 1_000, self.0 % 1_000);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Basket {
    pub lines: Vec<Line>,
    pub bill: Bill,
    pub notes: Option<Notes>,
    /// `None` for who may not know.
    pub phone: Option<Text<20, false>>,
    /// `None` for who may not know.
    pub place: Option<Place>,
    pub promise: Promise,
    /// The beginnings of the kitchen's slots that it takes.
    pub kitchen_slots: Vec<Time>,
    /// Until when the kitchen answers. `None` where it answers by itself.
    pub answer_by: Option<Time>,
    pub answered_at: Option<Time>,
    pub menu_revision: u32,
}

impl Basket {
    /// Without what says who has ordered it, and what that person has written.
    pub fn outside(self) -> Basket {
        let without_note = |line| Line { note: None, ..line };
        Basket {
            lines: self.lines.into_iter().map(without_note).collect(),
            notes: None,
            phone: None,
            place: None,
            ..self
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    pub item: Code,
    pub name: ShopName,
    /// The size's name; `None` for what has one size.
    pub size: Option<ShopName>,
    /// 1 to 99.
    pub quantity: u32,
    pub half: Option<Half>,
    pub options: Vec<ChosenOption>,
    pub without: Vec<LeftOut>,
    pub note: Option<LineNote>,
    /// Of one piece, without options.
    pub base: Cents,
    /// Of one piece.
    pub unit: Cents,
    /// Of all pieces.
    pub total: Cents,
    /// Of all pieces.
    pub deposit: Cents,
    /// What one piece takes of the kitchen's room.
    pub pieces: u32,
    pub allergens: Vec<Allergen>,
    /// How many of the quantity the kitchen has ticked.
    pub done: u32,
}

/// The right half of a pizza of two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Half {
    pub item: Code,
    pub name: ShopName,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChosenOption {
    pub group: Code,
    pub option: Code,
    pub name: ShopName,
    pub part: Part,
    pub count: u32,
    /// What it adds to one piece: 0.00 where it is free.
    pub price: Cents,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub name: ShopName,
    pub part: Part,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bill {
    pub goods: Cents,
    pub deposit: Cents,
    pub delivery: Cents,
    pub discount: Cents,
    pub tax_added: Cents,
    pub service: Cents,
    pub total: Cents,
    pub tip: Cents,
    pub to_pay: Cents,
    pub taxes: Vec<TaxRow>,
    pub mode: TaxMode,
    pub currency: Currency,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxRow {
    pub class: TaxClass,
    pub rate: TaxRate,
    /// What the tax is on.
    pub of: Cents,
    pub amount: Cents,
}

/// Where it goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    pub street: Name,
    pub postcode: Text<12, false>,
    pub town: Text<60, false>,
    /// The name of the delivery area.
    pub area: ShopName,
    pub point: Option<Point>,
}

impl Place {
    /// The place in lines. It fits: its parts are shorter.
    pub fn address(&self) -> Option<Address> {
        let text = format!("{}\n{} {}", self.street, self.postcode, self.town);
        Address::try_from(text).ok()
    }
}

/// Degrees in hundred-thousandths: one is a metre at most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    pub(super) lat: i32,
    pub(super) lon: i32,
}

impl Point {
    /// Degrees of latitude and longitude, with at most five decimals: `52.52,13.405`.
    pub fn parse(text: &str) -> Option<Point> {
        let (lat, lon) = text.split_once(',')?;
        let degrees = |text: &str, most: i64| wire::read(text, 5, -most, most).ok();
        Some(Point {
            lat: degrees(lat, 90)? as i32,
            lon: degrees(lon, 180)? as i32,
        })
    }
}

/// As [`Point::parse`] reads it.
impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let degrees = |units: i32| f64::from(units) / 100_000.0;
        write!(f, "{},{}", degrees(self.lat), degrees(self.lon))
    }
}

/// Between which moments it is at the door.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    pub from: Time,
    pub to: Time,
    /// As soon as possible; else for a time that the customer chose.
    pub asap: bool,
}

/// The id of a pizzeria.
pub type RestaurantId = Uuid;

mod wire {
    //! Numbers with a fixed count of decimals.

    use super::{Point, TaxRate};
    use crate::domain::{FieldError, number::in_units};
    use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
    use serde_json::value::RawValue;

    pub(super) fn read(text: &str, decimals: u32, min: i64, max: i64) -> Result<i64, FieldError> {
        let units = in_units(text, decimals.into())?.ok_or(FieldError::TooPrecise)?;
        let scale = 10_i64.pow(decimals);
        match (min * scale..=max * scale).contains(&units) {
            true => Ok(units),
            false => Err(FieldError::out_of_range(min, max)),
        }
    }

    impl Serialize for TaxRate {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_f64(f64::from(self.0) / 1000.0)
        }
    }

    impl<'de> Deserialize<'de> for TaxRate {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let raw = Box::<RawValue>::deserialize(deserializer)?;
            let rate = read(raw.get(), 3, 0, 100).map_err(de::Error::custom)?;
            Ok(TaxRate(rate as u32))
        }
    }

    #[derive(Serialize)]
    struct Degrees {
        lat: f64,
        lon: f64,
    }

    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Raw {
        lat: Box<RawValue>,
        lon: Box<RawValue>,
    }

    impl Serialize for Point {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let degrees = |units: i32| f64::from(units) / 100_000.0;
            let (lat, lon) = (degrees(self.lat), degrees(self.lon));
            Degrees { lat, lon }.serialize(serializer)
        }
    }

    impl<'de> Deserialize<'de> for Point {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let raw = Raw::deserialize(deserializer)?;
            let read = |text: &RawValue, most: i64| read(text.get(), 5, -most, most);
            let lat = read(&raw.lat, 90).map_err(de::Error::custom)?;
            let lon = read(&raw.lon, 180).map_err(de::Error::custom)?;
            Ok(Point {
                lat: lat as i32,
                lon: lon as i32,
            })
        }
    }
}
