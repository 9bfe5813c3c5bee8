//! What is asked the price of: lines, where to, and for when.

use crate::domain::{
    Field, FieldError, Fields, Name, Text, Time, ValueKind,
    shop::{
        area::{Destination, Postcode},
        basket::Point,
        profile_input::read_point,
        request::LineRequest,
    },
};

/// What somebody would like to order.
#[derive(Clone, Debug, PartialEq)]
pub struct QuoteRequest {
    pub lines: Vec<LineRequest>,
    pub place: PlaceRequest,
    pub when: When,
}

/// Where it goes to, as far as that is said. A quote needs a postcode or a point.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PlaceRequest {
    pub street: Option<Name>,
    pub postcode: Option<Text<12, false>>,
    pub town: Option<Text<60, false>>,
    pub point: Option<Point>,
}

/// For when it is ordered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// The bill alone is asked for.
    Unsaid,
    Asap,
    /// The slot that begins then.
    Slot(Time),
}

impl QuoteRequest {
    /// The parameters `lines`, `place` and `when`.
    pub fn read(fields: &mut Fields) -> Option<QuoteRequest> {
        let lines = LineRequest::read_all(fields);
        let place = PlaceRequest::read(fields);
        let when = fields.optional("when").unwrap_or(When::Unsaid);
        Some(QuoteRequest {
            lines,
            place: place?,
            when,
        })
    }
}

impl PlaceRequest {
    fn read(fields: &mut Fields) -> Option<PlaceRequest> {
        let before = fields.invalid_count();
        let place = fields.object("place", |fields| {
            let before = fields.invalid_count();
            let place = PlaceRequest {
                street: fields.unless_blank("street"),
                postcode: fields.unless_blank("postcode"),
                town: fields.unless_blank("town"),
                point: fields.object("point", read_point),
            };
            let is_said = place.postcode.is_some() || place.point.is_some();
            if !is_said && fields.invalid_count() == before {
                fields.reject("postcode", FieldError::Missing);
            }
            Some(place)
        });
        if place.is_none() && fields.invalid_count() == before {
            fields.reject("place", FieldError::Missing);
        }
        place
    }

    /// What decides in which area it is.
    pub fn destination(&self) -> Destination {
        let postcode = self.postcode.as_ref();
        Destination {
            postcode: postcode.and_then(|postcode| Postcode::of(postcode)),
            point: self.point,
        }
    }
}

impl Field for When {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<When, FieldError> {
        match text {
            "asap" => Ok(When::Asap),
            text => Time::parse(text).map(When::Slot),
        }
    }
}
