//! A sample profile for unit tests.

use super::{profile::Profile, slug::Slug};
use crate::domain::{Field, Name};
use uuid::Uuid;

/// As it is stored, in lines.
pub const PROFILE: &str = r#"{"id":"00000000-0000-0000-0000-000000000007","slug":"bella-napoli","former_slugs":[],
"name":"Bella Napoli","about":null,"tags":["vegan"],"phone":"030 12345",
"address":{"street":"Kurze Gasse 1","postcode":"10115","town":"Berlin"},"point":{"lat":52.52,"lon":13.405},
"time_zone":"Europe/Berlin","listed":true,
"hours":{"mon":[["11:30","14:00"],["17:00","02:00"]],"tue":[],"wed":[],"thu":[],"fri":[],"sat":[],"sun":[]},
"exceptions":[],
"orders":{"asap":true,"days_ahead":2,"answer_minutes":5,"auto_accept":false,"prepare_minutes":20,"slot_minutes":15,"slot_orders":8,"order_pieces":6},
"areas":[{"name":"Mitte","postcodes":["101*"],"within":null,"fee":2.5,"minimum":12.0,"free_from":30.0,"minutes":[10,25]}],
"tax":{"mode":"included","rates":{"food":7.0,"drink":19.0,"delivery":7.0}},"markup_percentage":0.0,
"created_at":"2026-05-28T20:26:40.000Z","updated_at":"2026-05-28T20:26:40.000Z","version":1}"#;

/// The same of another pizzeria.
pub fn profile(id: u128, name: &str) -> Profile {
    let mut profile: Profile = serde_json::from_str(PROFILE).unwrap();
    profile.id = Uuid::from_u128(id);
    profile.name = Name::parse(name).unwrap();
    profile.slug = Slug::of_name(name);
    profile
}
