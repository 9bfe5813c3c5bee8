//! What the form of the checkout sends.

use super::{
    bill::Amounts,
    near::{Near, TypedPostcode},
    view::ShopView,
    windows::Chosen,
};
use crate::{
    domain::{
        Error, Field, FieldError, Fields, Name, Notes, Text, Value, is_blank,
        shop::{basket::Point, profile::Phone, request::LineRequest},
    },
    server::{
        services::{
            idempotency::IdempotentRequest,
            shops::{
                checkout::OrderRequest,
                quote::{PlaceRequest, QuoteRequest, When},
            },
        },
        web::pages::account::Sent,
    },
};

/// The fields that are typed.
pub const FIELDS: [&str; 6] = [
    "customer_name",
    "phone",
    "street",
    "postcode",
    "town",
    "notes",
];

/// The form, as it was sent or as it begins.
#[derive(Default)]
pub struct CheckoutForm {
    typed: Vec<(String, String)>,
    /// Where the customer is, where the browser has told it.
    pub point: Option<Point>,
    pub chosen: Option<Chosen>,
    /// The bill that the customer has seen.
    pub agreed: Option<Amounts>,
    key: String,
}

impl CheckoutForm {
    /// Where the customer is, is known.
    pub fn first(near: Option<&Near>) -> CheckoutForm {
        let postcode = near.and_then(|near| near.postcode.as_ref());
        let postcode = postcode.map(|postcode| ("postcode".to_owned(), postcode.to_string()));
        CheckoutForm {
            typed: postcode.into_iter().collect(),
            point: near.and_then(|near| near.point),
            ..CheckoutForm::default()
        }
    }

    pub fn read(sent: &Sent) -> CheckoutForm {
        let typed = FIELDS.map(|name| (name.to_owned(), sent.get(name).to_owned()));
        CheckoutForm {
            typed: typed.to_vec(),
            point: Point::parse(sent.get("point")),
            chosen: Chosen::read(sent),
            agreed: Amounts::parse(sent.get("agreed")),
            key: sent.get("key").to_owned(),
        }
    }

    pub fn value(&self, name: &str) -> &str {
        let mut typed = self.typed.iter();
        typed
            .find(|(typed, _)| typed == name)
            .map_or("", |(_, value)| value)
    }

    fn postcode(&self) -> Option<TypedPostcode> {
        TypedPostcode::parse(self.value("postcode")).ok()
    }

    /// Where it goes to, as far as a price depends on it.
    pub fn place(&self) -> Option<PlaceRequest> {
        let Near { postcode, point } = self.near()?;
        Some(PlaceRequest {
            postcode,
            point,
            ..PlaceRequest::default()
        })
    }

    /// What the market's other pages take for where the customer is.
    pub fn near(&self) -> Option<Near> {
        let (postcode, point) = (self.postcode(), self.point);
        let is_known = postcode.is_some() || point.is_some();
        is_known.then_some(Near { postcode, point })
    }

    /// What is ordered.
    ///
    /// # Errors
    /// The fields that are not right.
    pub fn order(&self, lines: Vec<LineRequest>) -> Result<OrderRequest, Error> {
        let mut fields = Fields::default();
        for (name, value) in self.typed.iter().filter(|(_, value)| !is_blank(value)) {
            fields.add(name.clone(), Value::Plain(value.clone()));
        }
        let customer_name = fields.required::<Name>("customer_name");
        let phone = fields.required::<Phone>("phone");
        let street = fields.required::<Name>("street");
        let postcode = fields.required::<Text<12, false>>("postcode");
        let town = fields.required::<Text<60, false>>("town");
        let notes = fields.optional::<Notes>("notes");
        if self.chosen.is_none() {
            fields.reject("when", FieldError::Missing);
        }
        if self.agreed.is_none() {
            fields.reject("agreed", FieldError::Missing);
        }
        fields.finish(|| {
            let Chosen { when, until } = self.chosen?;
            Some(OrderRequest {
                quote: QuoteRequest {
                    lines,
                    place: PlaceRequest {
                        street: Some(street?),
                        postcode: Some(postcode?),
                        town: Some(town?),
                        point: self.point,
                    },
                    when,
                },
                customer_name: customer_name?,
                phone: phone?,
                notes,
                agreed_total: self.agreed?.to_pay(),
                agreed_until: until,
            })
        })
    }

    /// Under the key of its page it orders once.
    pub fn once(&self, shop: &ShopView) -> Option<IdempotentRequest> {
        if self.key.is_empty() {
            return None;
        }
        let chosen = self.chosen.map(|chosen| match chosen.when {
            When::Slot(slot) => format!("{slot} {}", chosen.until),
            When::Asap | When::Unsaid => chosen.until.to_string(),
        });
        let (cart, id) = (shop.cart.to_string(), shop.profile().id.to_string());
        let (chosen, agreed) = (
            chosen.unwrap_or_default(),
            self.agreed.map_or_else(String::new, Amounts::text),
        );
        let mut content = vec![
            b"checkout".as_slice(),
            id.as_bytes(),
            cart.as_bytes(),
            chosen.as_bytes(),
            agreed.as_bytes(),
        ];
        let point = self
            .point
            .map_or_else(String::new, |point| point.to_string());
        content.push(point.as_bytes());
        content.extend(self.typed.iter().map(|(_, value)| value.as_bytes()));
        Some(IdempotentRequest::new("key", &self.key, &content))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Time, shop::menu::samples::line};

    fn sent(change: &[(&str, &str)]) -> CheckoutForm {
        let mut fields = vec![
            ("customer_name", "Ana"),
            ("phone", "+49 30 1234"),
            ("street", "Kurze Gasse 1"),
            ("postcode", "10115"),
            ("town", "Berlin"),
            ("notes", " "),
            ("when", "asap/2026-11-30T18:55:00Z"),
            ("agreed", "4000.0.200.0.0.384.4584"),
            ("key", "k"),
        ];
        for (name, value) in change {
            fields.retain(|(known, _)| known != name);
            fields.push((name, value));
        }
        let pair = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        CheckoutForm::read(&Sent(fields.iter().map(pair).collect()))
    }

    fn invalid(form: &CheckoutForm) -> Vec<String> {
        match form.order(vec![line("diav", "l", None, &[])]) {
            Err(Error::Invalid(fields)) => fields.into_iter().map(|one| one.field).collect(),
            _ => Vec::new(),
        }
    }

    #[test]
    fn a_form_orders_what_it_shows() {
        let order = sent(&[]).order(vec![line("diav", "l", None, &[])]).unwrap();
        assert_eq!(order.agreed_total.get(), 4584);
        assert_eq!(order.quote.when, When::Asap);
        assert_eq!(
            order.agreed_until,
            Time::parse("2026-11-30T18:55:00Z").unwrap()
        );
        assert_eq!(order.notes, None);
        let place = order.quote.place;
        assert_eq!(place.town.as_deref(), Some("Berlin"));
    }

    #[test]
    fn each_field_that_is_not_right_is_named() {
        let form = sent(&[
            ("customer_name", ""),
            ("phone", "call me"),
            ("town", "\u{200b}"),
            ("when", ""),
            ("agreed", "-1"),
        ]);
        assert_eq!(
            invalid(&form),
            ["customer_name", "phone", "town", "when", "agreed"]
        );
        assert_eq!(invalid(&sent(&[])), Vec::<String>::new());
    }
}
