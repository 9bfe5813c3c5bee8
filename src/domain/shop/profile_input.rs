//! A profile as it comes in: read value by value, with a default for what is absent, and the path of what is invalid.

use super::{
    area::{Area, Destination, MAX_AREAS},
    basket::{Point, RestaurantId, TaxMode},
    profile::{Phone, Profile, StreetAddress, Tag, TaxRates, TaxSettings},
    slug::Slug,
};
use crate::domain::{
    Error, Field, FieldError, Fields, InvalidField, Markup, Name, Notes, Time, ValueKind,
    number::in_units,
    shop::{ExceptionInput, Exceptions, Hours, HoursInput, HoursRefusal, OrderRules, TimeZone},
};

const MAX_TAGS: usize = 8;

/// What a profile is the next version of.
#[derive(Clone, Copy, Debug)]
pub enum Basis<'a> {
    New { id: RestaurantId },
    Saved(&'a Profile),
}

/// A profile that has been read.
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileInput {
    pub profile: Profile,
    /// Else it was made from the name, and another one will do where it is taken.
    pub is_slug_given: bool,
}

/// What GET answers beyond what can be changed.
const READ_OVER: [&str; 6] = [
    "id",
    "former_slugs",
    "created_at",
    "updated_at",
    "version",
    "now",
];

/// Reads a profile. What it was before is read over where there is one; the slug stays where none is given. `zone`
/// knows how the name of a time zone is spelled, if there is one.
///
/// # Errors
/// Everything that is invalid.
pub fn read_profile(
    mut fields: Fields,
    basis: Basis<'_>,
    zone: impl Fn(&str) -> Option<TimeZone>,
    now: Time,
) -> Result<ProfileInput, Error> {
    if let Basis::Saved(_) = basis {
        fields.ignore(&READ_OVER);
    }
    let slug: Option<Slug> = fields.optional("slug");
    let is_slug_given = slug.is_some();
    let name: Option<Name> = fields.required("name");
    let (slug, former_slugs) = slugs(slug, name.as_ref(), basis, &mut fields);
    let about: Option<Notes> = fields.unless_blank("about");
    let tags = read_tags(&mut fields);
    let phone: Option<Phone> = fields.unless_blank("phone");
    let address = fields.required_object("address", read_address);
    let point = fields.object("point", read_point);
    let time_zone = read_zone(&mut fields, zone);
    let listed: Option<bool> = fields.optional("listed");
    let (hours, exceptions) = (read_hours(&mut fields), read_exceptions(&mut fields));
    let orders = fields.object("orders", read_orders);
    let read_area = |fields: &mut Fields| Area::read(fields, point.is_some());
    let areas = fields.objects("areas", MAX_AREAS, read_area);
    let tax = fields.object("tax", read_tax);
    let markup: Option<ShopMarkup> = fields.optional("markup_percentage");
    let (id, created_at, updated_at, version) = match basis {
        Basis::New { id } => (id, now, now, 1),
        Basis::Saved(before) => {
            let updated_at = now.max(before.updated_at);
            (before.id, before.created_at, updated_at, before.version + 1)
        }
    };
    let build = || {
        Some(Profile {
            id,
            slug: slug?,
            former_slugs,
            name: name?,
            about,
            tags,
            phone,
            address: address?,
            point,
            time_zone: time_zone?,
            listed: listed.unwrap_or(true),
            hours,
            exceptions,
            orders: orders.unwrap_or_default(),
            areas,
            tax: tax.unwrap_or_default(),
            markup_percentage: markup.map_or(Markup::NONE, |markup| markup.0),
            created_at,
            updated_at,
            version,
        })
    };
    let profile = small_enough(fields.finish(build)?)?;
    Ok(ProfileInput {
        profile,
        is_slug_given,
    })
}

/// The slug, and those before it.
fn slugs(
    given: Option<Slug>,
    name: Option<&Name>,
    basis: Basis<'_>,
    fields: &mut Fields,
) -> (Option<Slug>, Vec<Slug>) {
    let before = match basis {
        Basis::New { .. } => {
            let made = || name.map(|name| Slug::of_name(name));
            return (given.or_else(made), Vec::new());
        }
        Basis::Saved(before) => before,
    };
    let slug = given.unwrap_or_else(|| before.slug.clone());
    let former = before.former_slugs.iter().chain([&before.slug]);
    let former: Vec<_> = former.filter(|one| **one != slug).cloned().collect();
    if former.len() > Profile::MAX_FORMER_SLUGS {
        let max = Profile::MAX_FORMER_SLUGS;
        let why = format!("It has had {max} others, which stay its own: it cannot change again.");
        fields.reject("slug", FieldError::fault(why));
    }
    (Some(slug), former)
}

fn read_tags(fields: &mut Fields) -> Vec<Tag> {
    let tags: Vec<Tag> = fields.list("tags", MAX_TAGS);
    for (at, tag) in tags.iter().enumerate() {
        if tags[..at].contains(tag) {
            fields.reject(&format!("tags[{at}]"), FieldError::Twice);
        }
    }
    tags
}

fn read_address(fields: &mut Fields) -> Option<StreetAddress> {
    let street = fields.required("street");
    let postcode = fields.required("postcode");
    let town = fields.required("town");
    Some(StreetAddress {
        street: street?,
        postcode: postcode?,
        town: town?,
    })
}

/// Reads a point of `lat` and `lon`.
pub fn read_point(fields: &mut Fields) -> Option<Point> {
    let lat: Option<Degrees<90>> = fields.required("lat");
    let lon: Option<Degrees<180>> = fields.required("lon");
    let (lat, lon) = (lat?.0, lon?.0);
    Some(Point { lat, lon })
}

/// Reads where somebody asks from: a postcode, a point, or both. `None` where neither is given.
pub fn read_destination(fields: &mut Fields) -> Option<Destination> {
    let postcode = fields.optional("postcode");
    let has_point = fields.has("lat") || fields.has("lon");
    let point = has_point.then(|| read_point(fields)).flatten();
    (postcode.is_some() || point.is_some()).then_some(Destination { postcode, point })
}

/// What is wrong with a profile that is to be saved, whatever it was before.
///
/// # Errors
/// Everything that is invalid.
pub fn check_profile(
    mut fields: Fields,
    zone: impl Fn(&str) -> Option<TimeZone>,
    now: Time,
) -> Result<(), Error> {
    fields.ignore(&READ_OVER);
    let id = RestaurantId::nil();
    read_profile(fields, Basis::New { id }, zone, now).map(|_| ())
}

fn read_zone(fields: &mut Fields, zone: impl Fn(&str) -> Option<TimeZone>) -> Option<TimeZone> {
    let name: TimeZone = fields.required("time_zone")?;
    let spelled = zone(&name);
    if spelled.is_none() {
        fields.reject("time_zone", HoursRefusal::UnknownZone.into());
    }
    spelled
}

fn read_hours(fields: &mut Fields) -> Hours {
    let input = fields.deserialized::<HoursInput>("hours");
    let read = input.map(|input| Hours::read(&input, "hours"));
    recorded(read, fields)
}

fn read_exceptions(fields: &mut Fields) -> Exceptions {
    let input = fields.deserialized::<Vec<ExceptionInput>>("exceptions");
    let read = input.map(|input| Exceptions::read(&input, "exceptions"));
    recorded(read, fields)
}

/// What another reader has refused is recorded.
fn recorded<T: Default>(read: Option<Result<T, Vec<InvalidField>>>, fields: &mut Fields) -> T {
    let read = read.transpose().map_err(|invalid_fields| {
        fields.invalid_fields.extend(invalid_fields);
    });
    read.ok().flatten().unwrap_or_default()
}

fn read_orders(fields: &mut Fields) -> Option<OrderRules> {
    let OrderRules {
        asap,
        days_ahead,
        answer_minutes,
        auto_accept,
        prepare_minutes,
        slot_minutes,
        slot_orders,
        order_pieces,
    } = OrderRules::default();
    Some(OrderRules {
        asap: fields.optional("asap").unwrap_or(asap),
        days_ahead: fields.optional("days_ahead").unwrap_or(days_ahead),
        answer_minutes: fields.optional("answer_minutes").unwrap_or(answer_minutes),
        auto_accept: fields.optional("auto_accept").unwrap_or(auto_accept),
        prepare_minutes: fields
            .optional("prepare_minutes")
            .unwrap_or(prepare_minutes),
        slot_minutes: fields.optional("slot_minutes").unwrap_or(slot_minutes),
        slot_orders: fields.optional("slot_orders").unwrap_or(slot_orders),
        order_pieces: fields.optional("order_pieces").unwrap_or(order_pieces),
    })
}

fn read_tax(fields: &mut Fields) -> Option<TaxSettings> {
    let mode = fields.one_of("mode", TaxMode::from_name);
    let rates = fields.object("rates", |fields| {
        Some(TaxRates {
            food: fields.optional("food").unwrap_or_default(),
            drink: fields.optional("drink").unwrap_or_default(),
            delivery: fields.optional("delivery").unwrap_or_default(),
        })
    });
    Some(TaxSettings {
        mode: mode.unwrap_or(TaxMode::Included),
        rates: rates.unwrap_or_default(),
    })
}

/// A document is stored whole with each entry about it.
fn small_enough(profile: Profile) -> Result<Profile, Error> {
    let size = serde_json::to_string(&profile).map_or(usize::MAX, |text| text.len());
    if size <= Profile::MAX_SIZE {
        return Ok(profile);
    }
    let max = Profile::MAX_SIZE / 1024;
    let why =
        format!("The profile is larger than {max} KiB: it needs fewer postcodes or exceptions.");
    Err(Error::invalid("profile", FieldError::fault(why)))
}

/// Degrees in hundred-thousandths.
struct Degrees<const MAX: i64>(i32);

impl<const MAX: i64> Field for Degrees<MAX> {
    const KIND: ValueKind = ValueKind::Number;

    fn parse(text: &str) -> Result<Self, FieldError> {
        const SCALE: i64 = 100_000;
        let precise = || FieldError::fault("At most five decimals fit.");
        let units = in_units(text, 5)?.ok_or_else(precise)?;
        let is_valid = (-MAX * SCALE..=MAX * SCALE).contains(&units);
        match i32::try_from(units) {
            Ok(units) if is_valid => Ok(Degrees(units)),
            _ => Err(FieldError::out_of_range(-MAX, MAX)),
        }
    }
}

/// The market's part of a menu's prices: up to 100 %.
struct ShopMarkup(Markup);

impl Field for ShopMarkup {
    const KIND: ValueKind = Markup::KIND;

    fn parse(text: &str) -> Result<ShopMarkup, FieldError> {
        let markup = Markup::parse(text);
        let is_more = in_units(text, 2)?.is_some_and(|hundredths| hundredths > 10_000);
        match markup {
            Err(FieldError::OutOfRange { .. }) => Err(FieldError::out_of_range(0, 100)),
            Ok(_) if is_more => Err(FieldError::out_of_range(0, 100)),
            other => other.map(ShopMarkup),
        }
    }
}
