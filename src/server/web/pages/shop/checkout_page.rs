//! The page of the checkout: lines, bill, time, and who gets it where.

use super::{
    basket_rows::rows,
    bill::{Amounts, bill, compared},
    checkout_form::CheckoutForm,
    layout::back,
    market::use_position,
    refusals::{field_words, sentence},
    view::{CartRow, ShopView},
    windows::Windows,
    words::{CART, CHECKOUT},
};
use crate::{
    domain::{
        Error,
        shop::{basket::Bill, counter::Counter},
    },
    server::services::shops::refusal::ShopRefusal,
    ui::{
        Icon,
        i18n::{
            format::money,
            locale::{Text, say, t},
        },
        icon, name, textarea_text,
    },
};
use leptos::prelude::*;
use uuid::Uuid;

/// What the pizzeria offers for the cart.
pub enum Offer {
    /// Where it goes to is not known yet.
    Nowhere,
    Refused(ShopRefusal),
    Made {
        bill: Bill,
        windows: Windows,
    },
}

#[derive(Clone, Copy)]
pub struct Shown<'a> {
    pub shop: &'a ShopView,
    pub rows: &'a [CartRow],
    pub form: &'a CheckoutForm,
    pub offer: &'a Offer,
    pub refusal: Option<&'a ShopRefusal>,
}

pub fn checkout_page(shown: Shown) -> AnyView {
    let Shown { shop, .. } = shown;
    let to_cart = format!("{}/cart", shop.path());
    view! {
        {back(to_cart, t(CART).into_any())}
        <div class="page-head"><h1>{t(CHECKOUT)}</h1> <p>{name(&shop.profile().name)}</p></div>
        {shown.news()}
        <section aria-labelledby="what">
            <h2 id="what">{t(["What you order", "Was du bestellst"])}</h2>
            {rows(shop, shown.rows)}
        </section>
        {shop.followed()}
        {shown.form()}
    }
    .into_any()
}

impl Shown<'_> {
    /// Why it was not ordered, and what has changed.
    fn news(self) -> Option<AnyView> {
        let refusal = self.refusal.or(match self.offer {
            Offer::Refused(refusal) => Some(refusal),
            _ => None,
        })?;
        let words = sentence(refusal, &self.shop.clocks);
        let changes = match refusal {
            ShopRefusal::QuoteChanged { .. } => self.changes(),
            _ => None,
        };
        Some(
            view! {
                <section class="paper stack shop-news" id="news" tabindex="-1" autofocus=true role="alert">
                    <p class="refusal">{icon(Icon::Alert)} <span>{words}</span></p>
                    {changes}
                </section>
            }
            .into_any(),
        )
    }

    /// The bill and the time that were agreed to beside those that hold now.
    fn changes(self) -> Option<AnyView> {
        let Offer::Made { bill, windows } = self.offer else {
            return None;
        };
        let clocks = &self.shop.clocks;
        let times = self.form.chosen.and_then(|chosen| {
            let until = clocks.moment(chosen.until);
            let before = say!("until {until}", "bis {until}");
            let (from, to) = windows.promised(chosen)?;
            // The end that was agreed to is what counts.
            let now = match to <= chosen.until {
                true => before.clone(),
                false => clocks.day_and_range(from, to),
            };
            Some((before, now))
        });
        Some(compared(self.form.agreed?, Amounts::of(bill), times))
    }

    fn form(self) -> AnyView {
        let action = format!("{}/checkout", self.shop.path());
        let key = Uuid::now_v7().to_string();
        let (bill_of, when, order) = match self.offer {
            Offer::Made {
                bill: made,
                windows,
            } => {
                let agreed = Amounts::of(made);
                let field = windows.fields(self.shop, self.form.chosen);
                let order = (!windows.are_none()).then(|| order_button(agreed));
                let agreed = view! { <input type="hidden" name="agreed" value=agreed.text()/> };
                let bill = view! { {bill(made)} {agreed} }.into_any();
                let field = match windows.are_none() {
                    true => no_time(self.shop),
                    false => view! { {paused(self.shop)} {field} }.into_any(),
                };
                (Some(bill), Some(field), order)
            }
            Offer::Nowhere | Offer::Refused(_) => (None, None, None),
        };
        let update = self.update(bill_of.is_some());
        let paid = order.is_some().then(|| {
            view! { <p class="small soft">{t(["You pay at the door. You can cancel until the kitchen starts.", "Du zahlst an der Tür. Bis die Küche anfängt, kannst du stornieren."])}</p> }
        });
        view! {
            <form class="checkout stack" id="checkout" method="post" action=action>
                <input type="hidden" name="key" value=key/>
                <section class="stack" aria-labelledby="where">
                    <h2 id="where">{t(["Where shall it go?", "Wohin soll es?"])}</h2>
                    {self.fields()}
                </section>
                {update}
                {when}
                <section class="stack" aria-labelledby="bill">
                    <h2 id="bill">{t(["What it costs", "Was es kostet"])}</h2>
                    {bill_of.unwrap_or_else(price_depends)}
                </section>
                {order} {paid}
            </form>
        }
        .into_any()
    }

    fn fields(self) -> AnyView {
        let hint: Text = [
            "The driver calls if the door is not found.",
            "Für den Fall, dass die Tür nicht zu finden ist.",
        ];
        let name = Field::new("customer_name", ["Your name", "Dein Name"], "name", 100);
        let phone = Field::new("phone", ["Phone", "Telefon"], "tel", 20);
        let street = Field::new(
            "street",
            ["Street and number", "Straße und Hausnummer"],
            "address-line1",
            100,
        );
        let postcode = Field::new("postcode", ["Postcode", "Postleitzahl"], "postal-code", 12);
        let town = Field::new("town", ["Town", "Ort"], "address-level2", 60);
        view! {
            {self.input(name, None)}
            {self.input(phone, Some(hint))}
            {self.input(street, None)}
            <div class="place">{self.input(postcode, None)} {self.input(town, None)}</div>
            {self.position()}
            {self.notes()}
        }
        .into_any()
    }

    /// The browser's position, which counts for areas that are a distance. Who orders for elsewhere takes it off.
    fn position(self) -> AnyView {
        let point = self.form.point.map(|point| point.to_string());
        let counts = point.is_some().then(|| {
            let word = t(["It goes to where I am now", "Es geht dahin, wo ich gerade bin"]);
            view! { <label class="check"><input type="checkbox" name="point" value=point.clone() checked/> {word}</label> }
        });
        let ask = point.is_none().then(|| {
            view! { <input type="hidden" id="point" name="point"/> {use_position("point")} }
        });
        view! { <div class="row">{counts} {ask}</div> }.into_any()
    }

    fn input(self, field: Field, hint: Option<Text>) -> AnyView {
        let Field {
            name,
            label,
            autocomplete,
            longest,
        } = field;
        let value = self.form.value(name).to_owned();
        let kind = match autocomplete {
            "tel" => "tel",
            _ => "text",
        };
        let wrong = self.wrong(name);
        let invalid = wrong.is_some().then_some("true");
        let parts = [wrong.is_some().then_some("error"), hint.map(|_| "hint")];
        let described: Vec<_> = parts
            .into_iter()
            .flatten()
            .map(|part| format!("{name}-{part}"))
            .collect();
        let described = (!described.is_empty()).then(|| described.join(" "));
        let message = wrong.map(|words| {
            view! { <p class="error" id=format!("{name}-error") role="alert">{icon(Icon::Alert)} {words}</p> }
        });
        let hint =
            hint.map(|hint| view! { <p class="hint" id=format!("{name}-hint")>{t(hint)}</p> });
        view! {
            <div class="field">
                <label for=name>{t(label)}</label>
                <input class="input" id=name name=name type=kind value=value maxlength=longest.to_string() autocomplete=autocomplete
                    aria-invalid=invalid aria-describedby=described/>
                {message} {hint}
            </div>
        }
        .into_any()
    }

    fn notes(self) -> AnyView {
        let notes = textarea_text(self.form.value("notes"));
        let wrong = self.wrong("notes");
        let invalid = wrong.is_some().then_some("true");
        let described = match wrong {
            Some(_) => "notes-error notes-hint",
            None => "notes-hint",
        };
        let wrong = wrong.map(|words| {
            view! { <p class="error" id="notes-error" role="alert">{icon(Icon::Alert)} {words}</p> }
        });
        view! {
            <div class="field">
                <label for="notes">{t(["Note for the driver", "Notiz für die Lieferung"])}</label>
                <textarea class="input" id="notes" name="notes" rows="2" maxlength="500" aria-invalid=invalid aria-describedby=described>{notes}</textarea>
                <p class="hint" id="notes-hint">{t(["Floor, and what is written on the bell.", "Stock, und was an der Klingel steht."])}</p>
                {wrong}
            </div>
        }
        .into_any()
    }

    /// What is wrong with a field.
    fn wrong(self, name: &str) -> Option<String> {
        let offered = match self.offer {
            Offer::Refused(refusal) => Some(refusal),
            _ => None,
        };
        let refusals = [self.refusal, offered];
        if name == "postcode" && refusals.contains(&Some(&ShopRefusal::NotDeliveredThere)) {
            let words = t(["It does not deliver there.", "Dahin wird nicht geliefert."]);
            return Some(words.to_owned());
        }
        let Some(ShopRefusal::Market(Error::Invalid(invalid))) = self.refusal else {
            return None;
        };
        let is_own = |field: &str| field == name || field.strip_prefix("place.") == Some(name);
        let wrong = invalid.iter().find(|one| is_own(&one.field))?;
        Some(field_words(name, &wrong.error))
    }

    /// The button that asks for the price and the times of another postcode.
    fn update(self, has_price: bool) -> AnyView {
        let (class, word): (&str, Text) = match has_price {
            true => (
                "button",
                [
                    "Another place: update price and times",
                    "Anderer Ort: Preis und Zeiten neu",
                ],
            ),
            false => (
                "button primary",
                ["Show price and times", "Preis und Zeiten zeigen"],
            ),
        };
        view! { <button class=class name="act" value="update" id="update" formnovalidate>{t(word)}</button> }
            .into_any()
    }
}

struct Field {
    name: &'static str,
    label: Text,
    autocomplete: &'static str,
    longest: usize,
}

impl Field {
    fn new(name: &'static str, label: Text, autocomplete: &'static str, longest: usize) -> Field {
        Field {
            name,
            label,
            autocomplete,
            longest,
        }
    }
}

fn order_button(agreed: Amounts) -> AnyView {
    let total = money(agreed.to_pay());
    let word = say!("Order for {total}", "Für {total} bestellen");
    view! { <button class="button primary" name="act" value="order" id="order">{icon(Icon::Check)} {word}</button> }
        .into_any()
}

/// Why there is no bill yet.
fn price_depends() -> AnyView {
    let words = t([
        "The price and the times depend on where it goes.",
        "Preis und Zeiten hängen davon ab, wohin es geht.",
    ]);
    view! { <p class="soft">{words}</p> }.into_any()
}

/// That orders are not taken now, until when, and why.
fn paused(shop: &ShopView) -> Option<AnyView> {
    let pause = shop.now.paused.as_ref()?;
    let until = shop.clocks.pause(pause.until);
    let words = say!("The pizzeria {until}.", "Die Pizzeria {until}.");
    // That nobody answers is the market's own word for it.
    let reason = pause.reason.as_ref();
    let reason = reason.filter(|reason| ***reason != *Counter::UNANSWERED);
    let reason = reason.map(|reason| {
        let word = t(["Why:", "Grund:"]);
        view! { " " {word} " " <bdi translate="no">{reason.to_string()}</bdi> }
    });
    Some(
        view! { <p class="refusal" role="status">{icon(Icon::Clock)} <span>{words} {reason}</span></p> }
            .into_any(),
    )
}

fn no_time(shop: &ShopView) -> AnyView {
    if let Some(paused) = paused(shop) {
        return paused;
    }
    let words = t([
        "No time can be had for this right now. Look again later.",
        "Gerade ist dafür keine Zeit zu haben. Schau später wieder.",
    ]);
    view! { <p class="refusal" role="status">{icon(Icon::Clock)} <span>{words}</span></p> }
        .into_any()
}
