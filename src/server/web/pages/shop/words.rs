//! What pizzerias, their menus and bills are called on these pages.

use crate::{
    domain::shop::{
        basket::{Allergen, Diet, LeftOut, Part},
        menu::{Amount, Halves, HalvesRule, ItemPrice},
    },
    ui::i18n::{
        format::{money, percent},
        locale::{Text, say, t},
    },
};

pub const PIZZERIAS: Text = ["Pizzerias", "Pizzerien"];
pub const HOT: Text = ["Hot right now", "Jetzt frisch"];
pub const SOLD_OUT: Text = ["Sold out", "Ausverkauft"];
pub const CART: Text = ["Your cart", "Dein Warenkorb"];
pub const CHECKOUT: Text = ["Checkout", "Kasse"];
pub const POSTCODE: Text = ["Postcode", "Postleitzahl"];

pub fn allergen(allergen: Allergen) -> Text {
    use Allergen::*;
    match allergen {
        Gluten => ["gluten", "Gluten"],
        Crustaceans => ["crustaceans", "Krebstiere"],
        Eggs => ["eggs", "Eier"],
        Fish => ["fish", "Fisch"],
        Peanuts => ["peanuts", "Erdnüsse"],
        Soybeans => ["soybeans", "Soja"],
        Milk => ["milk", "Milch"],
        Nuts => ["nuts", "Schalenfrüchte"],
        Celery => ["celery", "Sellerie"],
        Mustard => ["mustard", "Senf"],
        Sesame => ["sesame", "Sesam"],
        Sulphites => ["sulphites", "Sulfite"],
        Lupin => ["lupin", "Lupinen"],
        Molluscs => ["molluscs", "Weichtiere"],
    }
}

pub fn diet(diet: Diet) -> Text {
    use Diet::*;
    match diet {
        Diabetic => ["diabetic", "für Diabetiker"],
        GlutenFree => ["gluten-free", "glutenfrei"],
        Halal => ["halal", "halal"],
        Hindu => ["Hindu", "hinduistisch"],
        Kosher => ["kosher", "koscher"],
        LowCalorie => ["low in calories", "kalorienarm"],
        LowFat => ["low in fat", "fettarm"],
        LowLactose => ["low in lactose", "laktosearm"],
        LowSalt => ["low in salt", "salzarm"],
        Vegan => ["vegan", "vegan"],
        Vegetarian => ["vegetarian", "vegetarisch"],
    }
}

pub fn part(part: Part) -> Text {
    match part {
        Part::Whole => ["whole", "ganz"],
        Part::Left => ["left half", "linke Hälfte"],
        Part::Right => ["right half", "rechte Hälfte"],
    }
}

/// Words with commas between.
pub fn listed<T: Copy>(all: &[T], word: fn(T) -> Text) -> String {
    let words: Vec<_> = all.iter().map(|one| t(word(*one))).collect();
    words.join(", ")
}

/// `without onions (left half)`
pub fn left_out(one: &LeftOut) -> String {
    let name = &one.name;
    let of = match one.part {
        Part::Whole => String::new(),
        half => format!(" ({})", t(part(half))),
    };
    say!("without {name}{of}", "ohne {name}{of}")
}

/// What two halves cost.
pub fn rule(halves: &Halves) -> String {
    let share = percent(&halves.half_percent.to_string());
    let mut rule = match halves.rule {
        HalvesRule::Average => t([
            "Two halves cost the average of both pizzas.",
            "Zwei Hälften kosten den Durchschnitt der beiden Pizzen.",
        ])
        .to_owned(),
        HalvesRule::Dearer => t([
            "Two halves cost as much as the dearer pizza.",
            "Zwei Hälften kosten so viel wie die teurere Pizza.",
        ])
        .to_owned(),
        HalvesRule::SumOfHalves => say!(
            "Each half costs {share} of its pizza.",
            "Jede Hälfte kostet {share} ihrer Pizza."
        ),
    };
    if halves.fee.get() > 0 {
        let fee = money(halves.fee);
        let more = say!(" {fee} is added.", " Dazu kommen {fee}.");
        rule.push_str(&more);
    }
    let topping = percent(&halves.topping_percent.to_string());
    let toppings = match halves.topping_percent {
        100 => t([
            " A topping on one half costs as much as on the whole.",
            " Ein Belag auf einer Hälfte kostet so viel wie auf der ganzen.",
        ])
        .to_owned(),
        _ => say!(
            " A topping on one half costs {topping} of its price.",
            " Ein Belag auf einer Hälfte kostet {topping} seines Preises."
        ),
    };
    rule + &toppings
}

/// `330 ml · €7.58 per litre`
pub fn unit_price(price: &ItemPrice) -> Option<String> {
    let of = money(price.unit_price()?);
    Some(match price.amount? {
        Amount::Millilitres(ml) => {
            say!("{ml} ml · {of} per litre", "{ml} ml · {of} je Liter")
        }
        Amount::Grams(g) => say!("{g} g · {of} per kg", "{g} g · {of} je kg"),
    })
}

/// `plus €0.25 deposit`
pub fn deposit(price: &ItemPrice) -> Option<String> {
    let deposit = price.deposit;
    let amount = money(deposit);
    (deposit.get() > 0).then(|| say!("plus {amount} deposit", "zzgl. {amount} Pfand"))
}
