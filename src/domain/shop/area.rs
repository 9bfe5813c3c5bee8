//! Where a pizzeria delivers to: its areas, by postcode or by distance. The first one that has the address counts.

use super::basket::{Point, ShopName};
use crate::domain::{Cents, Field, FieldError, Fields, Text, ValueKind, Whole};
use serde::{Deserialize, Serialize};
use std::fmt;

/// The most areas of a pizzeria.
pub const MAX_AREAS: usize = 40;
const MAX_POSTCODES: usize = 200;
/// The highest fee, 1,000.00; and what goods are compared with, 10,000.00.
const MAX_FEE: u32 = 100_000;
const MAX_GOODS: u32 = 1_000_000;

/// Minutes from the kitchen to a door.
pub type AreaMinutes = Whole<1, 180>;
/// A distance in metres.
pub type Metres = Whole<100, 50_000>;

/// One area. It has postcodes or a distance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Area {
    pub name: ShopName,
    pub postcodes: Option<Vec<Postcodes>>,
    /// From the pizzeria's point, as the crow flies.
    pub within: Option<Metres>,
    pub fee: Cents,
    /// What the goods have to come to.
    pub minimum: Cents,
    /// From these goods on there is no fee.
    pub free_from: Option<Cents>,
    /// From the end of the kitchen's work to the door: the shortest and the longest.
    pub minutes: [AreaMinutes; 2],
}

/// A postcode, as it is compared: without blanks, in capitals.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

/// One postcode, or all that begin alike: `10115`, `101*`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Postcodes(String);

/// Where something is to be delivered to, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Destination {
    pub postcode: Option<Postcode>,
    pub point: Option<Point>,
}

/// The area for a destination, if it is delivered to.
pub fn area_of<'a>(areas: &'a [Area], from: Option<Point>, to: &Destination) -> Option<&'a Area> {
    areas.iter().find(|area| area.has(from, to))
}

impl Area {
    fn has(&self, from: Option<Point>, to: &Destination) -> bool {
        let by_postcode = to.postcode.as_ref().is_some_and(|postcode| {
            let mut all = self.postcodes.iter().flatten();
            all.any(|postcodes| postcodes.have(postcode))
        });
        let by_distance = || match (self.within, from, to.point) {
            (Some(within), Some(from), Some(to)) => metres(from, to) <= within.get().into(),
            _ => false,
        };
        by_postcode || by_distance()
    }

    /// What these goods lack to the minimum. `None` where it is reached.
    pub fn missing_to_minimum(&self, goods: Cents) -> Option<Cents> {
        (goods < self.minimum).then(|| self.minimum - goods)
    }

    /// Reads one area. A distance needs a point to start from.
    pub fn read(fields: &mut Fields, has_point: bool) -> Option<Area> {
        let before = fields.invalid_fields.len();
        let name = fields.required("name");
        let has_postcodes = fields.has("postcodes");
        let list = fields.list("postcodes", MAX_POSTCODES);
        let within: Option<Metres> = fields.optional("within");
        let is_valid = fields.invalid_fields.len() == before;
        if is_valid && has_postcodes == within.is_some() {
            let fault = "An area has either postcodes or a distance.";
            fields.reject("postcodes", FieldError::fault(fault));
        }
        if within.is_some() && !has_point {
            let fault = "A distance needs the pizzeria's point.";
            fields.reject("within", FieldError::fault(fault));
        }
        let amount = |amount: Option<Cents>| amount.unwrap_or(Cents::new(0));
        let fee: Option<Amount<MAX_FEE>> = fields.optional("fee");
        let minimum: Option<Amount<MAX_GOODS>> = fields.optional("minimum");
        let free_from: Option<Amount<MAX_GOODS>> = fields.optional("free_from");
        let minutes = read_minutes(fields);
        Some(Area {
            name: name?,
            postcodes: has_postcodes.then_some(list),
            within,
            fee: amount(fee.map(|fee| fee.0)),
            minimum: amount(minimum.map(|minimum| minimum.0)),
            free_from: free_from.map(|free_from| free_from.0),
            minutes: minutes?,
        })
    }
}

fn read_minutes(fields: &mut Fields) -> Option<[AreaMinutes; 2]> {
    let before = fields.invalid_fields.len();
    let minutes = fields.list::<AreaMinutes>("minutes", 2);
    match minutes.as_slice() {
        [from, to] if from <= to => Some([*from, *to]),
        [_, _] => {
            let fault = "The longest minutes are not fewer than the shortest.";
            fields.reject("minutes[1]", FieldError::fault(fault));
            None
        }
        _ => {
            if fields.invalid_fields.len() == before {
                let fault = "Write the shortest and the longest minutes, like [10, 25].";
                fields.reject("minutes", FieldError::fault(fault));
            }
            None
        }
    }
}

/// An amount of at most so many cents.
struct Amount<const MAX: u32>(Cents);

impl<const MAX: u32> Field for Amount<MAX> {
    const KIND: ValueKind = Cents::KIND;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let out_of_range = || FieldError::out_of_range(Cents::new(0), Cents::new(MAX));
        match Cents::parse(text) {
            Ok(amount) if amount.get() <= MAX => Ok(Amount(amount)),
            Ok(_) | Err(FieldError::OutOfRange { .. }) => Err(out_of_range()),
            Err(error) => Err(error),
        }
    }
}

/// The distance on a sphere of the Earth's mean radius, in metres.
pub fn metres(from: Point, to: Point) -> f64 {
    const RADIUS: f64 = 6_371_008.8;
    let radians = |units: i32| (f64::from(units) / 100_000.0).to_radians();
    let (one, other) = (radians(from.lat), radians(to.lat));
    let half_sine = |difference: f64| (difference / 2.0).sin().powi(2);
    let east = half_sine(radians(to.lon) - radians(from.lon));
    let chord = half_sine(other - one) + one.cos() * other.cos() * east;
    2.0 * RADIUS * chord.clamp(0.0, 1.0).sqrt().asin()
}

impl Postcode {
    /// `None` where nothing is left.
    pub fn of(text: &str) -> Option<Postcode> {
        let folded = folded(text);
        (!folded.is_empty()).then_some(Postcode(folded))
    }
}

impl Field for Postcode {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Postcode, FieldError> {
        let text = Text::<12, false>::parse(text)?;
        Postcode::of(&text).ok_or(FieldError::Empty)
    }
}

impl fmt::Display for Postcode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn folded(text: &str) -> String {
    let seen = text.chars().filter(|c| !c.is_whitespace());
    seen.collect::<String>().to_uppercase()
}

impl Postcodes {
    fn have(&self, postcode: &Postcode) -> bool {
        match self.0.strip_suffix('*') {
            Some(beginning) => postcode.0.starts_with(beginning),
            None => self.0 == postcode.0,
        }
    }
}

impl Field for Postcodes {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Postcodes, FieldError> {
        let text = Text::<12, false>::parse(text)?;
        let folded = folded(&text);
        match folded.find('*') {
            Some(at) if at == 0 || at + 1 < folded.len() => Err(FieldError::fault(
                "A star stands at the end, after the beginning of the postcodes.",
            )),
            _ => Ok(Postcodes(folded)),
        }
    }
}

impl TryFrom<String> for Postcodes {
    type Error = FieldError;

    fn try_from(text: String) -> Result<Postcodes, FieldError> {
        Postcodes::parse(&text)
    }
}

impl From<Postcodes> for String {
    fn from(postcodes: Postcodes) -> String {
        postcodes.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Error;
    use proptest::prelude::*;

    const CENTRE: Point = Point {
        lat: 5_252_000,
        lon: 1_340_500,
    };

    fn read(json: &str, has_point: bool) -> Result<Area, Vec<(String, FieldError)>> {
        let mut fields = Fields::default();
        fields.add_object(json.as_bytes()).unwrap();
        let area = Area::read(&mut fields, has_point);
        match fields.finish(|| area) {
            Ok(area) => Ok(area),
            Err(Error::Invalid(all)) => Err(all.into_iter().map(|f| (f.field, f.error)).collect()),
            Err(other) => panic!("{other:?}"),
        }
    }

    fn area(name: &str, reach: &str) -> Area {
        let json = format!(
            r#"{{"name":"{name}",{reach},"fee":2.5,"minimum":12,"free_from":30,"minutes":[10,25]}}"#
        );
        read(&json, true).unwrap()
    }

    fn to(postcode: &str) -> Destination {
        Destination {
            postcode: Postcode::of(postcode),
            point: None,
        }
    }

    #[test]
    fn the_first_area_that_has_the_address_counts() {
        let areas = [
            area("Mitte", r#""postcodes":["10115","sw1a 1aa"]"#),
            area("Berlin", r#""postcodes":["101*"]"#),
            area("Near", r#""within":3000"#),
        ];
        let found = |to: &Destination| area_of(&areas, Some(CENTRE), to).map(|area| &*area.name);
        for (postcode, name) in [
            ("10115", Some("Mitte")),
            (" 10 115", Some("Mitte")),
            ("SW1A1AA", Some("Mitte")),
            ("sw1a 1aa", Some("Mitte")),
            ("10117", Some("Berlin")),
            ("101", Some("Berlin")),
            ("10", None),
            ("20095", None),
            ("", None),
        ] {
            assert_eq!(found(&to(postcode)), name, "{postcode}");
        }
        // 0.02 degrees of latitude are 2.2 km.
        let at = |lat| Destination {
            postcode: Postcode::of("20095"),
            point: Some(Point { lat, ..CENTRE }),
        };
        assert_eq!(found(&at(5_254_000)), Some("Near"));
        assert_eq!(found(&at(5_255_000)), None);
        assert_eq!(area_of(&areas, None, &at(5_254_000)), None);
    }

    #[test]
    fn the_minimum_looks_at_the_goods() {
        let area = area("Near", r#""within":3000"#);
        let missing = [1_199, 1_200].map(|goods| area.missing_to_minimum(Cents::new(goods)));
        assert_eq!(missing, [Some(Cents::new(1)), None]);
    }

    #[test]
    fn an_area_is_written_as_it_is_read_with_everything() {
        let area = area("Mitte", r#""postcodes":["10115","sw1 *"]"#);
        let text = serde_json::to_string(&area).unwrap();
        assert_eq!(
            text,
            r#"{"name":"Mitte","postcodes":["10115","SW1*"],"within":null,"fee":2.5,"minimum":12.0,"free_from":30.0,"minutes":[10,25]}"#
        );
        assert_eq!(serde_json::from_str::<Area>(&text).unwrap(), area);
        assert_eq!(read(&text, false), Ok(area));
    }

    #[test]
    fn what_is_no_area_is_refused() {
        let valid = r#"{"name":"A","postcodes":["10115"],"within":null,"fee":2.5,"minimum":12,"free_from":null,"minutes":[10,25]}"#;
        assert!(read(valid, false).is_ok());
        for (was, is, field, kind) in [
            (r#""A""#, r#""""#, "name", "empty"),
            (r#"["10115"]"#, "null", "postcodes", "fault"),
            (r#""within":null"#, r#""within":500"#, "postcodes", "fault"),
            (r#"["10115"]"#, r#""10115""#, "postcodes", "wrong-type"),
            (r#""10115""#, r#""*""#, "postcodes[0]", "fault"),
            (r#""10115""#, r#""1*1""#, "postcodes[0]", "fault"),
            (
                r#""10115""#,
                r#""1234567890123""#,
                "postcodes[0]",
                "too-long",
            ),
            ("2.5", "-1", "fee", "out-of-range"),
            ("2.5", "9.999", "fee", "too-precise"),
            ("2.5", "1000.01", "fee", "out-of-range"),
            ("12", "1e400", "minimum", "out-of-range"),
            ("[10,25]", "[25,10]", "minutes[1]", "fault"),
            ("[10,25]", "[0,10]", "minutes[0]", "out-of-range"),
            ("[10,25]", "[10,181]", "minutes[1]", "out-of-range"),
            ("[10,25]", "[10]", "minutes", "fault"),
            ("[10,25]", "null", "minutes", "fault"),
            (r#""fee":2.5"#, r#""fees":2.5"#, "fees", "unknown"),
        ] {
            let json = valid.replacen(was, is, 1);
            let refused = read(&json, true).expect_err(&json);
            assert_eq!(
                (&*refused[0].0, refused[0].1.name()),
                (field, kind),
                "{json}"
            );
        }
        let far = valid.replace(r#"["10115"],"within":null"#, r#"null,"within":500"#);
        assert!(read(&far, true).is_ok());
        assert_eq!(read(&far, false).unwrap_err()[0].0, "within");
        let far = far.replace("500", "99");
        assert_eq!(read(&far, true).unwrap_err()[0].0, "within");
    }

    #[test]
    fn distances_are_those_of_the_globe() {
        let point = |lat, lon| Point { lat, lon };
        // Berlin to Hamburg, and over the date line.
        let hamburg = point(5_355_000, 1_000_000);
        assert!((metres(CENTRE, hamburg) - 255_000.0).abs() < 2_000.0);
        let over = metres(point(0, 17_999_000), point(0, -17_999_000));
        assert!((over - 2_224.0).abs() < 1.0, "{over}");
    }

    proptest! {
        #[test]
        fn a_distance_is_the_same_both_ways(a in -90i32..=90, b in -180i32..=180, c in -9_000_000i32..=9_000_000, d in -18_000_000i32..=18_000_000) {
            let (one, other) = (Point { lat: a * 100_000, lon: b * 100_000 }, Point { lat: c, lon: d });
            let there = metres(one, other);
            prop_assert!((0.0..=20_016_000.0).contains(&there));
            prop_assert!((there - metres(other, one)).abs() < 0.01);
            prop_assert_eq!(metres(one, one), 0.0);
        }
    }
}
