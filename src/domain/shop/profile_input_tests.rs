//! Profiles as they come in.

use super::{
    profile::Profile,
    profile_input::{Basis, ProfileInput, read_profile},
    samples::{PROFILE, profile},
};
use crate::domain::{
    Error, FieldError, Fields, Markup,
    samples::{at, id},
    shop::OrderRules,
};
use serde_json::{Value, json};

const NEW: Basis<'_> = Basis::New {
    id: uuid::Uuid::from_u128(7),
};

fn read(body: &Value, basis: Basis<'_>) -> Result<ProfileInput, Vec<(String, FieldError)>> {
    let mut fields = Fields::default();
    fields.add_object(body.to_string().as_bytes()).unwrap();
    let read = read_profile(
        fields,
        basis,
        |zone| (zone == "Europe/Berlin").then(|| zone.to_owned().try_into().unwrap()),
        at(0),
    );
    read.map_err(|error| match error {
        Error::Invalid(all) => all.into_iter().map(|f| (f.field, f.error)).collect(),
        other => panic!("{other:?}"),
    })
}

fn shortest() -> Value {
    json!({
        "name": "Café Zürich",
        "address": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"},
        "time_zone": "Europe/Berlin",
    })
}

fn sample() -> Value {
    serde_json::from_str(PROFILE).unwrap()
}

fn refused(body: &Value, basis: Basis<'_>) -> Vec<String> {
    let refused = read(body, basis).expect_err("it is refused");
    let text = |(field, error): (String, FieldError)| format!("{field} {}", error.name());
    refused.into_iter().map(text).collect()
}

#[test]
fn three_values_make_a_profile() {
    let ProfileInput {
        profile,
        is_slug_given,
    } = read(&shortest(), NEW).unwrap();
    assert!(!is_slug_given);
    assert_eq!(&*profile.slug, "cafe-zuerich");
    assert_eq!((profile.id, profile.version), (id(7).0, 1));
    assert_eq!((profile.created_at, profile.updated_at), (at(0), at(0)));
    assert!(profile.listed && profile.areas.is_empty() && profile.exceptions.is_empty());
    assert_eq!(profile.orders, OrderRules::default());
    assert_eq!(profile.markup_percentage, Markup::NONE);
    let text = serde_json::to_value(&profile).unwrap();
    assert_eq!(
        text["tax"],
        json!({"mode": "included", "rates": {"food": 0.0, "drink": 0.0, "delivery": 0.0}})
    );
    assert_eq!(text["hours"]["fri"], json!([]));
    assert_eq!(text["point"], Value::Null);
    assert_eq!(
        refused(&json!({}), NEW),
        ["name missing", "address missing", "time_zone missing"]
    );
}

#[test]
fn what_get_answers_is_what_put_takes() {
    let before = profile(7, "Bella Napoli");
    let mut body = sample();
    body["now"] = json!({"open": true});
    let same = read(&body, Basis::Saved(&before)).unwrap().profile;
    assert!(!same.differs_from(&before));
    assert_eq!(same.version, 2);
    // These are not a client's to set.
    for (member, value) in [
        ("id", json!("x")),
        ("version", json!(99)),
        ("created_at", json!(null)),
        ("updated_at", json!(7)),
        ("former_slugs", json!(["other"])),
    ] {
        body[member] = value;
    }
    let same = read(&body, Basis::Saved(&before)).unwrap().profile;
    assert!(!same.differs_from(&before));
    let new = refused(&body, NEW);
    let expected = [
        "created_at unknown",
        "former_slugs unknown",
        "id unknown",
        "now unknown",
        "updated_at unknown",
        "version unknown",
    ];
    assert_eq!(new, expected);
}

/// Where a value is put, the value, and what is refused.
fn refusals() -> Vec<(&'static str, Value, &'static str)> {
    vec![
        ("/name", json!(""), "name empty"),
        ("/name", json!("a".repeat(101)), "name too-long"),
        ("/slug", json!("Roma"), "slug fault"),
        ("/tags", json!(["a", "a"]), "tags[1] twice"),
        (
            "/tags",
            json!(["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
            "tags fault",
        ),
        ("/tags", json!(["x".repeat(31)]), "tags[0] too-long"),
        ("/phone", json!("call us"), "phone fault"),
        ("/address/street", json!(null), "address.street missing"),
        ("/address/door", json!("left"), "address.door unknown"),
        ("/point", json!([1, 2]), "point wrong-type"),
        ("/point/lat", json!(90.00001), "point.lat out-of-range"),
        ("/point/lon", json!(1.123456), "point.lon fault"),
        ("/time_zone", json!("Mars/Olympus"), "time_zone hours"),
        ("/listed", json!("yes"), "listed wrong-type"),
        (
            "/hours/fri",
            json!([["10:00", "12:00"], ["25:00", "26:00"]]),
            "hours.fri[1] hours",
        ),
        ("/hours", json!(7), "hours malformed"),
        (
            "/exceptions",
            json!([{"date": "2026-02-30", "hours": []}]),
            "exceptions[0].date hours",
        ),
        (
            "/orders/slot_minutes",
            json!(10),
            "orders.slot_minutes malformed",
        ),
        (
            "/orders/days_ahead",
            json!(15),
            "orders.days_ahead out-of-range",
        ),
        ("/orders/speed", json!(1), "orders.speed unknown"),
        ("/areas/0/fee", json!(9.999), "areas[0].fee too-precise"),
        (
            "/areas/0/minutes",
            json!([25, 10]),
            "areas[0].minutes[1] fault",
        ),
        ("/tax/mode", json!("none"), "tax.mode fault"),
        ("/tax/rates/food", json!(101), "tax.rates.food out-of-range"),
        ("/tax/rates/food", json!(7.1234), "tax.rates.food fault"),
        (
            "/markup_percentage",
            json!(100.01),
            "markup_percentage out-of-range",
        ),
        (
            "/markup_percentage",
            json!(-1),
            "markup_percentage out-of-range",
        ),
        ("/colour", json!("red"), "colour unknown"),
    ]
}

#[test]
fn each_refusal_names_its_path() {
    for (pointer, value, expected) in refusals() {
        let mut body = sample();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        let before = profile(7, "Bella Napoli");
        assert_eq!(
            refused(&body, Basis::Saved(&before)),
            [expected],
            "{pointer}"
        );
    }
}

#[test]
fn a_distance_needs_the_point() {
    let before = profile(7, "Bella Napoli");
    let mut body = sample();
    body["areas"][0]["postcodes"] = json!(null);
    body["areas"][0]["within"] = json!(3_000);
    assert!(read(&body, Basis::Saved(&before)).is_ok());
    body["point"] = json!(null);
    let refused = refused(&body, Basis::Saved(&before));
    assert_eq!(refused, ["areas[0].within fault"]);
}

#[test]
fn former_slugs_stay_its_own() {
    let mut before = profile(7, "Bella Napoli");
    let saved = |before: &Profile, slug: Value| {
        let mut body = sample();
        body["slug"] = slug;
        body["name"] = json!("Another name");
        read(&body, Basis::Saved(before)).map(|input| input.profile)
    };
    let former = |profile: &Profile| {
        let all = profile.former_slugs.iter().map(|slug| slug.to_string());
        all.collect::<Vec<_>>().join(" ")
    };
    let renamed = saved(&before, json!(null)).unwrap();
    assert_eq!((&*renamed.slug, &*former(&renamed)), ("bella-napoli", ""));
    for number in 1..=5 {
        before = saved(&before, json!(format!("roma-{number}"))).unwrap();
    }
    assert_eq!(former(&before), "bella-napoli roma-1 roma-2 roma-3 roma-4");
    assert_eq!(before.slugs().count(), 6);
    let sixth = saved(&before, json!("roma-6")).unwrap_err();
    assert_eq!((&*sixth[0].0, sixth[0].1.name()), ("slug", "fault"));
    // It can go back to one that it had.
    let back = saved(&before, json!("roma-2")).unwrap();
    assert_eq!(former(&back), "bella-napoli roma-1 roma-3 roma-4 roma-5");
}

#[test]
fn a_profile_has_a_size() {
    let before = profile(7, "Bella Napoli");
    let mut body = sample();
    let postcodes: Vec<_> = (0..200).map(|n| format!("{n:012}")).collect();
    let mut area = body["areas"][0].clone();
    area["postcodes"] = json!(postcodes);
    body["areas"] = json!(vec![area; 8]);
    let refused = read(&body, Basis::Saved(&before)).unwrap_err();
    assert_eq!((&*refused[0].0, refused[0].1.name()), ("profile", "fault"));
}
