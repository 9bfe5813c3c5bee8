//! The form for a new offer. A pizza that was offered before brings the price and the markup that it had.

use super::{
    kitchen::{KitchenFilter, menu},
    usual::{first_minutes, range},
};
use crate::{
    api,
    domain::{Field as _, Markup, Order, Price, Status, customer_price, usual_minutes, with_point},
    ui::{
        components::{
            basics::{Icon, changing, icon, text},
            before_hydration::{take_typed, typed_early},
            form::{ActionForm, Form},
            list,
        },
        i18n::{
            format,
            locale::{Locale, say, t},
        },
        live::{reactive::when_hydrated, store::LiveStore},
        route::is_of,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The id of the list of earlier pizzas.
const PIZZAS: &str = "pizzas";
/// The markup that the field starts with.
const MARKUP: &str = "30";
const KITCHEN: &str = "supplier_name";
/// At most this many pizzas are shown to be offered again.
const AGAIN: usize = 8;

pub fn title() -> &'static str {
    t(["New offer", "Neues Angebot"])
}

/// The texts of the fields, as typed so far.
#[derive(Clone, Copy)]
struct Draft {
    pizza: RwSignal<String>,
    price: RwSignal<String>,
    markup: RwSignal<String>,
    /// Those that are usual, until others are typed.
    minutes: RwSignal<Option<String>>,
}

impl Draft {
    fn new() -> Draft {
        Draft {
            pizza: RwSignal::new(String::new()),
            price: RwSignal::new(String::new()),
            markup: RwSignal::new(String::new()),
            minutes: RwSignal::new(None),
        }
    }

    /// Kitchen and markup stay for the next pizza.
    fn clear(self) {
        self.pizza.set(String::new());
        self.price.set(String::new());
        self.minutes.set(None);
    }
}

/// A button, and the form that it unfolds over the board.
pub fn sheet(kitchen: KitchenFilter) -> AnyView {
    let draft = Draft::new();
    let offered = RwSignal::new(None::<(String, String)>);
    let form = ActionForm::new(api::OfferPizza::PATH).then(move |order| {
        let ticket = format!("#o{}", order.id);
        offered.set(Some((ticket, order.pizza_name.to_string())));
        draft.clear();
    });
    let sent = StoredValue::new(None);
    let form = form.form(|form| {
        sent.set_value(Some(form));
        fields(form, kitchen, draft)
    });
    let came_back = sent
        .get_value()
        .map(|form| form.field("pizza_name").needs_attention());
    let offered = changing(move || {
        let (ticket, name) = offered.get()?;
        Some(
            view! { <p role="status">{t(["Offered: ", "Angeboten: "])} <a href=ticket><bdi translate="no">{name}</bdi></a></p> }
                .into_any(),
        )
    });
    view! {
        <section class="sheet" id="new-offer" aria-labelledby="h-new">
            <details open=came_back>
                <summary class="button">{icon(Icon::Plus)} <span id="h-new">{title()}</span></summary>
                <div>{again(kitchen)} {form} {offered} {menu(kitchen)}</div>
            </details>
        </section>
    }
    .into_any()
}

fn fields(form: Form, kitchen: KitchenFilter, draft: Draft) -> AnyView {
    let pizza = TextField {
        list: Some(PIZZAS),
        mode: "text",
        ..TextField::new(draft.pizza)
    };
    let price = TextField {
        unit: Unit::Money,
        ..TextField::new(draft.price)
    };
    let markup = TextField {
        unit: Unit::Percent,
        first: MARKUP,
        ..TextField::new(draft.markup)
    };
    decode_record(form, draft, kitchen);
    view! {
        {kitchen_field(form, kitchen)}
        {pizza.view(form, "pizza_name", "Pizza")}
        {price.view(form, "supplier_price", t(["Your price", "Dein Preis"]))}
        {markup.view(form, "markup_percentage", t(["Markup", "Aufschlag"]))}
        {customer_pays(draft)}
        {minutes(form, kitchen, draft)}
        <div class="row">
            {form.submit_button("button primary", Some(Icon::Of(Status::SupplierAccepted)), t(["Offer it", "Anbieten"]).into_any())}
            <button class="button" name="accept" value="true">{icon(Icon::Check)} {t(["Offer and accept", "Anbieten und annehmen"])}</button>
        </div>
        {earlier_pizzas(kitchen)}
    }
    .into_any()
}

/// The minutes to the door, for an offer that the kitchen accepts at once: as usual for the pizza that is typed.
fn minutes(form: Form, kitchen: KitchenFilter, draft: Draft) -> AnyView {
    let minutes = form.field("estimated_time");
    let usual = LiveStore::from_context().view(move |board| {
        let (kitchen, pizza) = (kitchen.get()?, draft.pizza.get());
        usual_minutes(board.orders(), &kitchen, pizza.trim())
    });
    let came_back = Some(minutes.value("")).filter(|typed| !typed.is_empty());
    draft.minutes.set(came_back);
    let value = text(move || {
        let typed = draft.minutes.get();
        typed.unwrap_or_else(|| first_minutes(usual.get()))
    });
    let keep = move |typed| draft.minutes.set(Some(typed));
    take_typed(&minutes.id(), value.get_untracked(), Box::new(keep));
    let why = changing(move || {
        let range = range(usual.get()?);
        let words = say!(
            "As on the last evenings: {range}",
            "Wie an den letzten Abenden: {range}"
        );
        Some(view! { <p class="hint" id=minutes.hint_id()>{words}</p> }.into_any())
    });
    let field = view! {
        <input class="input" type="number" min="1" max="1440" inputmode="numeric" value=value.get_untracked() prop:value=value
            on:input=move |event| keep(event_target_value(&event)) {..minutes.attributes()}/>
        {why}
    };
    let label = t([
        "Minutes to the door, if accepted at once",
        "Minuten bis zur Tür, falls gleich angenommen",
    ]);
    minutes.labelled(label, None, field.into_any())
}

/// The last pizzas of this kitchen: each is offered again at its last price with one tap.
fn again(kitchen: KitchenFilter) -> AnyView {
    let offers = LiveStore::from_context().view(move |board| {
        let kitchen = kitchen.get();
        let Some(kitchen) = kitchen.as_deref() else {
            return Vec::new();
        };
        let mut offers: Vec<Order> = Vec::new();
        for order in board
            .orders()
            .rev()
            .filter(|order| order.basket.is_none() && is_of(order, Some(kitchen)))
        {
            let is_new = |known: &Order| known.pizza_name != order.pizza_name;
            if offers.iter().all(is_new) {
                offers.push(order.clone());
            }
            if offers.len() == AGAIN {
                break;
            }
        }
        offers
    });
    changing(move || {
        let offers = offers.get();
        let buttons: Vec<_> = offers.iter().map(offer_again).collect();
        let title = t(["Offer again", "Noch einmal anbieten"]);
        (!offers.is_empty()).then(|| {
            view! { <div class="row again" role="group" aria-label=title><p>{title}</p> {buttons}</div> }.into_any()
        })
    })
}

/// `Diavola €9.50 (€12.35)`: the kitchen's own price first, the customer's beside it.
fn offer_again(order: &Order) -> AnyView {
    let (yours, theirs) = (order.supplier_price.cents(), order.total());
    let prices = format!(" {} ({})", format::money(yours), format::money(theirs));
    let markup = order.markup_percentage.to_string();
    let fields = [
        (KITCHEN, order.supplier_name.to_string()),
        ("pizza_name", order.pizza_name.to_string()),
        ("supplier_price", yours.to_string()),
        ("markup_percentage", markup),
    ];
    let fields = fields.map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let word =
        view! { <span translate="no"><bdi>{order.pizza_name.to_string()}</bdi> {prices}</span> };
    ActionForm::new(api::OfferPizza::PATH)
        .named("again")
        .tagged(order.id)
        .form(|form| {
            view! { {fields} {form.submit_button("button", None, word.into_any())} }.into_any()
        })
}

/// The sign before or after a number.
enum Unit {
    None,
    Money,
    Percent,
}

/// A field whose text other parts of the form follow as the user types.
struct TextField {
    text: RwSignal<String>,
    first: &'static str,
    mode: &'static str,
    list: Option<&'static str>,
    unit: Unit,
}

impl TextField {
    fn new(text: RwSignal<String>) -> TextField {
        TextField {
            text,
            first: "",
            mode: "decimal",
            list: None,
            unit: Unit::None,
        }
    }

    fn view(self, form: Form, name: &'static str, label: &'static str) -> AnyView {
        let control = form.field(name);
        let text = self.text;
        self.begin(&control.rendered_value(self.first), &control.id());
        let input = view! {
            <input class="input" inputmode=self.mode list=self.list autocomplete="off"
                value=text.get_untracked() prop:value=text
                on:input=move |event| text.set(event_target_value(&event)) {..control.attributes()}/>
        };
        control.labelled(label, None, self.unit.beside(input.into_any()))
    }

    /// Starts with what the page has, or what was typed before it was hydrated.
    fn begin(&self, value: &str, id: &str) {
        let text = self.text;
        text.set(value.to_owned());
        if let Some(early) = typed_early(id) {
            when_hydrated(move || text.set(early.clone()));
        }
    }
}

impl Unit {
    fn beside(self, input: AnyView) -> AnyView {
        let affix = |class, sign| view! { <span class=class aria-hidden="true">{sign}</span> };
        match self {
            Unit::None => input,
            Unit::Money => {
                let sign = affix("", Locale::from_context().currency.symbol());
                view! { <div class="affix">{sign} {input}</div> }.into_any()
            }
            Unit::Percent => {
                view! { <div class="affix">{input} {affix("after", "%")}</div> }.into_any()
            }
        }
    }
}

/// The pizzas that the kitchen has offered before, for the field to suggest.
fn earlier_pizzas(kitchen: KitchenFilter) -> AnyView {
    let names = LiveStore::from_context().view(move |board| {
        let kitchen = kitchen.get();
        let orders = board
            .orders()
            .filter(|order| order.basket.is_none() && is_of(order, kitchen.as_deref()));
        list::sorted(orders.map(|order| order.pizza_name.to_string()))
    });
    let option = |name: String| view! { <option>{name}</option> }.into_any();
    view! { <datalist id=PIZZAS>{list::names(names, option)}</datalist> }.into_any()
}

/// When the pizza has been offered before, fills in its last price and markup, unless others were typed.
fn decode_record(form: Form, draft: Draft, kitchen: KitchenFilter) {
    let store = LiveStore::from_context();
    // What was typed was not filled in, even where it is the same text.
    let is_typed = !form.field("markup_percentage").value("").is_empty();
    let first = if is_typed { "" } else { MARKUP };
    let filled = StoredValue::new((String::new(), first.to_owned()));
    when_hydrated(move || {
        let name = draft.pizza.get();
        let Some(last) = untrack(|| last_offer(store, name.trim(), kitchen.get())) else {
            return;
        };
        let before = filled.get_value();
        fill(draft.price, &before.0, &last.0);
        fill(draft.markup, &before.1, &last.1);
        filled.set_value(last);
    });
}

/// Fills a field, unless its text is neither empty nor what was filled in before.
fn fill(field: RwSignal<String>, before: &str, text: &str) {
    let now = field.get_untracked();
    if now.is_empty() || now == before {
        field.set(text.to_owned());
    }
}

/// The price and the markup of a pizza's last offer, as typed.
fn last_offer(store: LiveStore, pizza: &str, kitchen: Option<String>) -> Option<(String, String)> {
    let is_same = |order: &&Order| *order.pizza_name == *pizza && is_of(order, kitchen.as_deref());
    store.with(|board| {
        let order = board?.orders().rev().find(is_same)?;
        Some((
            order.supplier_price.cents().to_string(),
            order.markup_percentage.to_string(),
        ))
    })
}

/// A field only where the screen belongs to no kitchen.
fn kitchen_field(form: Form, kitchen: KitchenFilter) -> AnyView {
    let supplier = form.field(KITCHEN);
    changing(move || {
        Some(match kitchen.get() {
            Some(kitchen) => view! { <input type="hidden" name=KITCHEN value=kitchen/> }.into_any(),
            None => {
                let value = supplier.value("");
                let input = view! { <input class="input" autocomplete="organization" value=value.clone() {..supplier.attributes()}/> };
                supplier.labelled(t(["Kitchen", "Küche"]), None, input.into_any())
            }
        })
    })
}

/// The sum that the customer pays and its parts, as the user types.
fn customer_pays(draft: Draft) -> AnyView {
    let sum = move || {
        let price = Price::parse(&with_point(&draft.price.read())).ok()?;
        let markup = match draft.markup.get() {
            blank if blank.trim().is_empty() => Markup::default(),
            markup => Markup::parse(&with_point(&markup)).ok()?,
        };
        let total = customer_price(price, markup);
        Some((total, price.cents()))
    };
    let total = text(move || sum().map_or("–".to_owned(), |(total, _)| format::money(total)));
    let split = text(move || match sum() {
        Some((total, yours)) => {
            let (yours, market) = (format::money(yours), format::money(total - yours));
            say!(
                "{yours} for you + {market} for the market",
                "{yours} für dich + {market} für den Markt"
            )
        }
        None => t([
            "your price and the service fee",
            "dein Preis und die Servicegebühr",
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
