//! The form for a new offer, under the thumb or at the end.

use super::Whose;
use crate::{
    api,
    domain::{Field as _, Markup, Order, Price, Status, customer_price, with_point},
    ui::{
        locale::{Locale, say, t},
        market::Market,
        parts::{
            form::{Act, Form, typed_early},
            list,
            small::{Icon, changing, icon, text},
        },
        place::when_awake,
        words::{self, is_of},
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The list of what was offered before.
const PIZZAS: &str = "pizzas";
/// What the market adds, where nothing else was said.
const MARKUP: &str = "30";

pub fn dock(whose: Whose) -> AnyView {
    let (pizza, price) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let offered = RwSignal::new(None::<(String, String)>);
    let act = Act::new(api::OfferPizza::PATH).then(move |order| {
        offered.set(Some((
            format!("#o{}", order.id),
            order.pizza_name.to_string(),
        )));
        // Kitchen and markup stay for the next pizza.
        pizza.set(String::new());
        price.set(String::new());
    });
    let form = act.form(|form| new_offer(form, whose, pizza, price));
    let offered = changing(move || {
        let (place, name) = offered.get()?;
        Some(
            view! { <p role="status">{t(["Offered: ", "Angeboten: "])} <a href=place><bdi>{name}</bdi></a></p> }
                .into_any(),
        )
    });
    view! {
        <section class="dock" id="new-offer" aria-labelledby="h-new">
            <details open>
                <summary>{icon(Icon::Plus)} <span id="h-new">{t(["New offer", "Neues Angebot"])}</span> {icon(Icon::Down)}</summary>
                {form}
                {offered}
            </details>
        </section>
    }
    .into_any()
}

fn new_offer(
    form: Form,
    whose: Whose,
    pizza: RwSignal<String>,
    price: RwSignal<String>,
) -> AnyView {
    let markup = RwSignal::new(String::new());
    let field = |name: &'static str, label: &'static str, typed: Typed| {
        let control = form.control(name);
        typed.begin(&control.value(typed.first), &control.id());
        let input = view! {
            <input class="input" inputmode=typed.mode list=typed.list autocomplete="off"
                value=typed.text.get_untracked() prop:value=typed.text
                on:input=move |event| typed.text.set(event_target_value(&event)) {..control.ties()}/>
        };
        let affix = |class, sign| view! { <span class=class aria-hidden="true">{sign}</span> };
        let input = match typed.unit {
            Unit::None => input.into_any(),
            Unit::Money => {
                let sign = affix("", Locale::here().currency.symbol());
                view! { <div class="affix">{sign} {input}</div> }.into_any()
            }
            Unit::Percent => {
                view! { <div class="affix">{input} {affix("after", "%")}</div> }.into_any()
            }
        };
        control.field(label, None, input)
    };
    recall(pizza, price, markup, whose);
    view! {
        {which_kitchen(form, whose)}
        {field("pizza_name", "Pizza", Typed { list: Some(PIZZAS), mode: "text", ..Typed::new(pizza) })}
        {field("supplier_price", t(["Your price", "Dein Preis"]), Typed { unit: Unit::Money, ..Typed::new(price) })}
        {field("markup_percentage", t(["Markup", "Aufschlag"]), Typed { unit: Unit::Percent, first: MARKUP, ..Typed::new(markup) })}
        {margin(price, markup)}
        {form.send("button primary", Some(Icon::Of(Status::SupplierAccepted)), t(["Offer it", "Anbieten"]).into_any())}
        {earlier_pizzas(whose)}
    }
    .into_any()
}

/// What stands before or after a number.
enum Unit {
    None,
    Money,
    Percent,
}

/// A field whose text is followed as one types.
struct Typed {
    text: RwSignal<String>,
    first: &'static str,
    mode: &'static str,
    list: Option<&'static str>,
    unit: Unit,
}

impl Typed {
    fn new(text: RwSignal<String>) -> Typed {
        Typed {
            text,
            first: "",
            mode: "decimal",
            list: None,
            unit: Unit::None,
        }
    }

    /// With what the page brings; or else with what was typed before it was awake.
    fn begin(&self, value: &str, id: &str) {
        let text = self.text;
        text.set(value.to_owned());
        if let Some(early) = typed_early(id) {
            when_awake(move || text.set(early.clone()));
        }
    }
}

/// What this kitchen, or any of them, has offered before, each once.
fn earlier_pizzas(whose: Whose) -> AnyView {
    let names = Market::here().view(move |board| {
        let kitchen = whose.get();
        let orders = board
            .orders()
            .filter(|order| is_of(order, kitchen.as_deref()));
        list::sorted(orders.map(|order| order.pizza_name.to_string()))
    });
    let option = |name: String| view! { <option>{name}</option> }.into_any();
    view! { <datalist id=PIZZAS>{list::names(names, option)}</datalist> }.into_any()
}

/// A pizza that was offered before brings the price and the markup that it had last, unless others were typed.
fn recall(
    pizza: RwSignal<String>,
    price: RwSignal<String>,
    markup: RwSignal<String>,
    whose: Whose,
) {
    let market = Market::here();
    let brought = StoredValue::new((String::new(), MARKUP.to_owned()));
    when_awake(move || {
        let name = pizza.get();
        let kitchen = untrack(|| whose.get());
        let earlier = untrack(|| {
            market.with(|board| {
                let mut newest_first = board?.orders().rev();
                newest_first
                    .find(|order| {
                        *order.pizza_name == *name.trim() && is_of(order, kitchen.as_deref())
                    })
                    .map(as_typed)
            })
        });
        if let Some((last_price, last_markup)) = earlier {
            let (own_price, own_markup) = brought.get_value();
            let fill = |field: RwSignal<String>, brought: String, last: &str| {
                let now = field.get_untracked();
                if now.is_empty() || now == brought {
                    field.set(last.to_owned());
                }
            };
            fill(price, own_price, &last_price);
            fill(markup, own_markup, &last_markup);
            brought.set_value((last_price, last_markup));
        }
    });
}

fn as_typed(order: &Order) -> (String, String) {
    (
        order.supplier_price.cents().to_string(),
        order.markup_percentage.to_string(),
    )
}

/// Asked for only where the screen belongs to no kitchen.
fn which_kitchen(form: Form, whose: Whose) -> AnyView {
    let supplier = form.control("supplier_name");
    changing(move || {
        Some(match whose.get() {
            Some(kitchen) => {
                view! { <input type="hidden" name="supplier_name" value=kitchen/> }.into_any()
            }
            None => {
                let value = supplier.value("");
                let input = view! { <input class="input" autocomplete="organization" value=value.clone() {..supplier.ties()}/> };
                supplier.field(t(["Kitchen", "Küche"]), None, input.into_any())
            }
        })
    })
}

/// What the customer pays, as one types.
fn margin(price: RwSignal<String>, markup: RwSignal<String>) -> AnyView {
    let parts = move || {
        let price = Price::parse(&with_point(&price.read())).ok()?;
        let markup = match markup.get() {
            blank if blank.trim().is_empty() => Markup::default(),
            markup => Markup::parse(&with_point(&markup)).ok()?,
        };
        let total = customer_price(price, markup);
        Some((total, price.cents()))
    };
    let total = text(move || parts().map_or("–".to_owned(), |(total, _)| words::money(total)));
    let split = text(move || match parts() {
        Some((total, yours)) => {
            let (yours, market) = (words::money(yours), words::money(total - yours));
            say!(
                "{yours} for you + {market} for the market",
                "{yours} für dich + {market} für den Markt"
            )
        }
        None => t([
            "your price and the market’s part",
            "dein Preis und der Anteil des Markts",
        ])
        .to_owned(),
    });
    view! {
        <div class="margin">
            <output aria-label=t(["Customer pays", "Kunde zahlt"])>{total}</output>
            <p>{t(["customer pays:", "zahlt der Kunde:"])} <br/> {split}</p>
        </div>
    }
    .into_any()
}
