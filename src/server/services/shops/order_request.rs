//! What a customer orders from a menu, and has agreed to.

use super::quote_request::{QuoteRequest, When};
use crate::domain::{Cents, Error, FieldError, Fields, Name, Notes, Time, shop::profile::Phone};

#[derive(Clone, Debug, PartialEq)]
pub struct OrderRequest {
    pub quote: QuoteRequest,
    pub customer_name: Name,
    pub phone: Phone,
    pub notes: Option<Notes>,
    /// What the customer pays at most.
    pub agreed_total: Cents,
    /// When it is at the door at the latest.
    pub agreed_until: Time,
}

impl OrderRequest {
    pub fn read(mut fields: Fields) -> Result<OrderRequest, Error> {
        let before = fields.invalid_count();
        let quote = QuoteRequest::read(&mut fields);
        let valid = quote.as_ref().filter(|_| fields.invalid_count() == before);
        let missing: Vec<_> = valid.map(missing).unwrap_or_default();
        for name in missing {
            fields.reject(name, FieldError::Missing);
        }
        let customer_name = fields.required("customer_name");
        let phone = fields.required("phone");
        let notes = fields.unless_blank("notes");
        let agreed_total = fields.required("agreed_total");
        let agreed_until = fields.required("agreed_until");
        fields.finish(|| {
            Some(OrderRequest {
                quote: quote?,
                customer_name: customer_name?,
                phone: phone?,
                notes,
                agreed_total: agreed_total?,
                agreed_until: agreed_until?,
            })
        })
    }
}

/// What a quote does without and an order does not.
fn missing(quote: &QuoteRequest) -> Vec<&'static str> {
    let place = &quote.place;
    let needed = [
        ("place.street", place.street.is_some()),
        ("place.postcode", place.postcode.is_some()),
        ("place.town", place.town.is_some()),
        ("when", quote.when != When::Unsaid),
    ];
    let missing = needed.into_iter().filter(|(_, is_there)| !is_there);
    missing.map(|(name, _)| name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn order() -> Value {
        json!({
            "lines": [{"item": "marg", "size": "l"}],
            "place": {"street": "Kurze Gasse 1", "postcode": "10115", "town": "Berlin"},
            "when": "asap", "customer_name": "Ana", "phone": "030 1234567",
            "agreed_total": 12.5, "agreed_until": "2026-11-30T19:55:00.000Z"
        })
    }

    fn read(order: &Value) -> Result<OrderRequest, Vec<String>> {
        let mut fields = Fields::default();
        fields.add_object(order.to_string().as_bytes()).unwrap();
        OrderRequest::read(fields).map_err(|error| match error {
            Error::Invalid(invalid) => invalid.into_iter().map(|one| one.field).collect(),
            other => panic!("{other:?}"),
        })
    }

    #[test]
    fn an_order_says_when_and_where_and_what_is_agreed() {
        let read_order = read(&order()).unwrap();
        assert_eq!(read_order.quote.when, When::Asap);
        assert_eq!(read_order.agreed_total, Cents::new(1250));
        for (change, faults) in [
            (json!({"when": null}), &["when"][..]),
            (json!({"when": "soon"}), &["when"]),
            (json!({"place": null}), &["place"]),
            (json!({"place": {}}), &["place.postcode"]),
            (
                json!({"place": {"postcode": "10115"}}),
                &["place.street", "place.town"],
            ),
            (
                json!({"place": {"street": "S 1", "town": "T", "point": {"lat": 91, "lon": 0}}}),
                &["place.point.lat"],
            ),
            (
                json!({"phone": null, "agreed_until": null}),
                &["phone", "agreed_until"],
            ),
            (json!({"agreed_total": 9.999}), &["agreed_total"]),
            (json!({"agreed_total": -1}), &["agreed_total"]),
            (json!({"price": 1}), &["price"]),
        ] {
            let mut order = order();
            let members = change.as_object().unwrap().clone();
            order.as_object_mut().unwrap().extend(members);
            assert_eq!(read(&order).unwrap_err(), faults, "{change}");
        }
    }
}
