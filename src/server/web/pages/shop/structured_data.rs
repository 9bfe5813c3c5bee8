//! A pizzeria and its menu for search engines: JSON-LD by schema.org. It is data, which no browser runs.

use super::view::ShopView;
use crate::domain::{
    Currency,
    shop::{
        DaySpan, Weekday,
        basket::Diet,
        menu::{Category, Item},
        profile::Profile,
    },
};
use leptos::prelude::*;
use serde_json::{Value, json};

/// The element for the head of a page.
pub fn head(shop: &ShopView, origin: &str, currency: Currency) -> AnyView {
    let text = escaped(&restaurant(shop, origin, currency));
    view! { <script type="application/ld+json" inner_html=text></script> }.into_any()
}

/// JSON that ends no element, whatever is in it.
pub fn escaped(data: &Value) -> String {
    let mut text = String::new();
    for letter in data.to_string().chars() {
        match letter {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                text.push_str(&format!("\\u{:04x}", u32::from(letter)));
            }
            letter => text.push(letter),
        }
    }
    text
}

fn restaurant(shop: &ShopView, origin: &str, currency: Currency) -> Value {
    let profile = shop.profile();
    let address = &profile.address;
    let path = (!origin.is_empty()).then(|| format!("{origin}{}", shop.path()));
    json!({
        "@context": "https://schema.org",
        "@type": "Restaurant",
        "name": profile.name,
        "description": profile.about,
        "telephone": profile.phone,
        "url": path,
        "servesCuisine": profile.tags,
        "address": {
            "@type": "PostalAddress",
            "streetAddress": address.street,
            "postalCode": address.postcode,
            "addressLocality": address.town,
        },
        "openingHoursSpecification": hours(profile),
        "hasMenu": menu(shop, currency),
    })
}

fn hours(profile: &Profile) -> Vec<Value> {
    let spans = Weekday::ALL.iter().flat_map(|day| {
        let spans = profile.hours.on(*day).iter();
        spans.map(|span| (*day, *span))
    });
    spans.map(|(day, span)| of_day(day, span)).collect()
}

fn of_day(day: Weekday, span: DaySpan) -> Value {
    let clock = |minutes: i64| {
        let of_day = minutes.rem_euclid(24 * 60);
        format!("{:02}:{:02}", of_day / 60, of_day % 60)
    };
    // To the end of the day: what closes at midnight would else close as it opens.
    let closes = match span.closes() % (24 * 60) {
        0 => "23:59".to_owned(),
        _ => clock(span.closes()),
    };
    json!({
        "@type": "OpeningHoursSpecification",
        "dayOfWeek": format!("https://schema.org/{}", full_name(day)),
        "opens": clock(span.opens()),
        "closes": closes,
    })
}

fn full_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => "Monday",
        Weekday::Tuesday => "Tuesday",
        Weekday::Wednesday => "Wednesday",
        Weekday::Thursday => "Thursday",
        Weekday::Friday => "Friday",
        Weekday::Saturday => "Saturday",
        Weekday::Sunday => "Sunday",
    }
}

fn menu(shop: &ShopView, currency: Currency) -> Value {
    let categories = shop.menu.outline.categories.iter();
    let sections: Vec<_> = categories.map(|one| section(shop, one, currency)).collect();
    json!({"@type": "Menu", "hasMenuSection": sections})
}

fn section(shop: &ShopView, category: &Category, currency: Currency) -> Value {
    let items = category
        .items
        .iter()
        .filter_map(|item| shop.menu.item(item));
    let items: Vec<_> = items.map(|item| menu_item(item, currency)).collect();
    json!({
        "@type": "MenuSection",
        "name": category.name,
        "description": category.about,
        "hasMenuItem": items,
    })
}

fn menu_item(item: &Item, currency: Currency) -> Value {
    let offers = item.prices.iter().map(|price| {
        json!({
            "@type": "Offer",
            "price": price.price.to_string(),
            "priceCurrency": currency.name(),
        })
    });
    let diets = item.diets.iter().map(|diet| restricted(*diet));
    json!({
        "@type": "MenuItem",
        "name": item.name,
        "description": item.about,
        "offers": offers.collect::<Vec<_>>(),
        "suitableForDiet": diets.collect::<Vec<_>>(),
    })
}

fn restricted(diet: Diet) -> &'static str {
    match diet {
        Diet::Diabetic => "https://schema.org/DiabeticDiet",
        Diet::GlutenFree => "https://schema.org/GlutenFreeDiet",
        Diet::Halal => "https://schema.org/HalalDiet",
        Diet::Hindu => "https://schema.org/HinduDiet",
        Diet::Kosher => "https://schema.org/KosherDiet",
        Diet::LowCalorie => "https://schema.org/LowCalorieDiet",
        Diet::LowFat => "https://schema.org/LowFatDiet",
        Diet::LowLactose => "https://schema.org/LowLactoseDiet",
        Diet::LowSalt => "https://schema.org/LowSaltDiet",
        Diet::Vegan => "https://schema.org/VeganDiet",
        Diet::Vegetarian => "https://schema.org/VegetarianDiet",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_ends_the_element() {
        let name = "</script><script>alert(1)</script><!-- & \u{2028} \"x\"";
        let text = escaped(&json!({ "name": name }));
        for mark in ['<', '>', '&', '\u{2028}'] {
            assert!(!text.contains(mark), "{text}");
        }
        let read: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(read["name"], name);
    }
}
