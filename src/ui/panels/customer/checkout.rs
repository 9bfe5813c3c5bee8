//! The order form of one offer: name, address, and whether this device remembers them. Where another customer takes the
//! offer first, the form gives way to that news, and its fields are kept for the next offer.

use super::{
    offer::{top, why_gone, you_pay},
    offers::{address, is_on_offer, query},
};
use crate::{
    api,
    domain::{Address, Field, Name, Order, OrderId},
    ui::{
        browser::{
            dom::focus_if_lost_soon,
            storage::{keep, kept},
        },
        components::{
            basics::{Icon, changing, text, textarea_text},
            before_hydration::{not_hydrated, typed_early},
            bill::sum,
            form::{ActionForm, FieldState, Form, Forms, refused},
        },
        i18n::{
            format,
            locale::{say, t},
        },
        live::{
            page_queries::PageQueries,
            reactive::{memo, when_hydrated},
            store::LiveStore,
        },
        my_orders,
        navigation::Navigator,
        route::Route,
    },
};
use leptos::{prelude::*, server_fn::ServerFn};

/// The names of the fields, in the form and in the storage of the device.
const NAME: &str = "customer_name";
const ADDRESS: &str = "delivery_address";

/// The form, or what happened to the offer.
pub fn checkout(id: OrderId, recipient: Recipient) -> AnyView {
    let (order, forms) = (PageQueries::from_context().order(id), Forms::from_context());
    let is_on_offer = memo(move |before: Option<&bool>| {
        let now = order.is_some_and(|order| is_on_offer(order.get().status));
        // The event of this form's own order may arrive before its answer.
        if forms.is_sending(id) {
            before.copied().unwrap_or(now)
        } else {
            now
        }
    });
    let missing = t([
        "This offer is no longer here.",
        "Dieses Angebot gibt es nicht mehr.",
    ]);
    let what = changing(move || {
        Some(match order {
            Some(order) if is_on_offer.get() => take(order, recipient),
            Some(order) => gone(order),
            None => view! { <p class="empty small">{missing}</p> }.into_any(),
        })
    });
    view! { <li class="open">{what}</li> }.into_any()
}

fn take(order: Memo<Order>, recipient: Recipient) -> AnyView {
    let (o, navigator) = (order.get_untracked(), Navigator::from_context());
    let form = ActionForm::new(api::Take::PATH)
        .on(order)
        .then(move |order| {
            my_orders::add(order.id);
            recipient.save();
            let query = query(&navigator.get_untracked());
            let offers = Route::Customer {
                taking: None,
                query,
            };
            navigator.leave(&offers, Route::Track(order.id));
        });
    let form = form.form(|form| fields(form, &o, recipient));
    view! {
        <article class="offer" id=format!("o{}", o.id) tabindex="-1">
            <div class="stack">{top(&o)} <div class="bottom">{sum(&o, &o.supplier_name, you_pay())}</div></div>
            {form}
        </article>
    }
    .into_any()
}

fn fields(form: Form, o: &Order, recipient: Recipient) -> AnyView {
    let (name, address_field) = (form.field(NAME), form.field(ADDRESS));
    begin(recipient.name, name);
    begin(recipient.address, address_field);
    when_hydrated(move || recipient.load());
    let name_input = recipient.name_input(name);
    let address_input = recipient.address_input(address_field);
    let hint = t([
        "Street, number, floor, and what is written on the bell.",
        "Straße, Hausnummer, Stock und was an der Klingel steht.",
    ]);
    let total = format::money(o.total());
    let order = say!("Order for {total}", "Für {total} bestellen");
    view! {
        <h4>{t(["Where shall it go?", "Wohin soll sie?"])}</h4>
        {name.labelled(t(["Your name", "Dein Name"]), None, name_input)}
        {address_field.labelled(t(["Delivery address", "Lieferadresse"]), Some(hint), address_input)}
        <label class="check" data-not-hydrated=not_hydrated()>
            <input type="checkbox" prop:checked=recipient.remembered on:change=move |event| recipient.choose(event_target_checked(&event))/>
            {t(["Remember this on my device", "Auf meinem Gerät merken"])}
        </label>
        <div class="buttons">
            {form.submit_button("button primary", Some(Icon::Check), order.into_any())}
            <a class="button" href=address(None)>{t(["Back to all offers", "Zurück zu allen Angeboten"])}</a>
        </div>
        {refused(o.id)}
        <p class="small soft">{t(["You can cancel until the kitchen starts.", "Bis die Küche anfängt, kannst du stornieren."])}</p>
    }
    .into_any()
}

/// Starts a field with what was typed before the page was hydrated, or sent with a form that was refused.
fn begin(field: RwSignal<String>, control: FieldState) {
    let first = typed_early(&control.id()).unwrap_or_else(|| control.value(""));
    if !first.is_empty() {
        field.set(first);
    }
}

/// Who gets the pizza and where, as typed so far. It outlives the form: the next offer starts with it.
#[derive(Clone, Copy)]
pub struct Recipient {
    name: RwSignal<String>,
    address: RwSignal<String>,
    /// Whether this device keeps both.
    remembered: RwSignal<bool>,
}

impl Recipient {
    pub fn new() -> Recipient {
        Recipient {
            name: RwSignal::default(),
            address: RwSignal::default(),
            remembered: RwSignal::new(false),
        }
    }

    fn save(self) {
        if self.remembered.get_untracked() {
            keep(NAME, &self.name.get_untracked());
            keep(ADDRESS, &self.address.get_untracked());
        }
    }

    /// Fills the fields that are still empty with what the device keeps.
    fn load(self) {
        for (name, field) in [(NAME, self.name), (ADDRESS, self.address)] {
            let Some(kept) = kept(name) else { continue };
            self.remembered.set(true);
            if field.with_untracked(String::is_empty) {
                field.set(kept);
            }
        }
    }

    fn choose(self, remembered: bool) {
        self.remembered.set(remembered);
        self.save();
        if !remembered {
            keep(NAME, "");
            keep(ADDRESS, "");
        }
    }

    fn name_input(self, control: FieldState) -> AnyView {
        view! {
            <input class="input" value=self.name.get_untracked() prop:value=self.name autocomplete="name" autocapitalize="words"
                on:input=move |event| {
                    self.name.set(event_target_value(&event));
                    control.recheck(|| self.name.with_untracked(|name| Name::parse(name).err()));
                }
                on:change=move |event| {
                    self.save();
                    control.check(Name::parse(&event_target_value(&event)).err());
                }
                {..control.attributes()}/>
        }
        .into_any()
    }

    fn address_input(self, control: FieldState) -> AnyView {
        let address = textarea_text(&self.address.get_untracked());
        view! {
            <textarea class="input" autocomplete="street-address" autocapitalize="words" rows="3" prop:value=self.address
                on:input=move |event| {
                    self.address.set(event_target_value(&event));
                    control.recheck(|| self.address.with_untracked(|address| Address::parse(address).err()));
                }
                on:change=move |event| {
                    self.save();
                    control.check(Address::parse(&event_target_value(&event)).err());
                }
                {..control.attributes()}>{address}</textarea>
        }
        .into_any()
    }
}

/// The offer is no longer to be had, most often because another customer was faster.
fn gone(order: Memo<Order>) -> AnyView {
    let o = order.get_untracked();
    let why = text(move || why_gone(order.get().status).to_owned());
    if LiveStore::from_context().is_hydrated_untracked() {
        // The focus may have been in the form that this replaces.
        focus_if_lost_soon(".open a".to_owned());
    }
    view! {
        <article class="offer" data-gone="" id=format!("o{}", o.id) tabindex="-1">
            {top(&o)}
            <div class="beside" role="status">
                <p><strong>{why}</strong></p>
                <p class="buttons"><a class="button" href=address(None)>{t(["See what else is hot", "Sehen, was es noch gibt"])}</a></p>
            </div>
        </article>
    }
    .into_any()
}
