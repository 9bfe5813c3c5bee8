//! What an order costs: of an offer the parts of its price, of what was ordered from a menu its bill row by row.

use crate::{
    domain::{
        Cents, Order,
        shop::basket::{Bill, TaxMode},
    },
    ui::i18n::{
        format,
        locale::{Text, say, t},
        menu_texts::tax_class,
    },
};
use leptos::prelude::*;

/// The parts of a price, and their sum.
pub fn sum(order: &Order, whose: &str, pays: &'static str) -> AnyView {
    let rows = match &order.basket {
        Some(basket) => menu_bill(&basket.bill, pays),
        None => vec![
            part("part", whose.to_owned(), order.supplier_price.cents()),
            part("part", service_fee(order), order.market_part()),
            part("total", pays.to_owned(), order.total()),
        ],
    };
    view! { <dl class="sum">{rows}</dl> }.into_any()
}

fn part(class: &'static str, what: String, amount: Cents) -> AnyView {
    view! { <div class=class><dt>{what}</dt><dd>{format::money(amount)}</dd></div> }.into_any()
}

fn service_fee(order: &Order) -> String {
    let percent = format::percent(&order.markup_percentage.to_string());
    say!("Service fee, {percent}", "Servicegebühr, {percent}")
}

/// The rows of a bill before what is to be paid, in their order.
pub const BILL_ROWS: [Text; 7] = [
    ["Food and drinks", "Speisen und Getränke"],
    ["Deposit", "Pfand"],
    ["Delivery", "Lieferung"],
    ["Discount (taken off)", "Rabatt (abgezogen)"],
    ["Tax", "Steuer"],
    ["Service fee of the market", "Servicegebühr des Markts"],
    ["Tip", "Trinkgeld"],
];

/// The amounts of these rows.
pub fn bill_amounts(bill: &Bill) -> [Cents; 7] {
    [
        bill.goods,
        bill.deposit,
        bill.delivery,
        bill.discount,
        bill.tax_added,
        bill.service,
        bill.tip,
    ]
}

/// As the server made it. What adds nothing has no row, but the delivery that is free.
pub fn menu_bill(bill: &Bill, pays: &'static str) -> Vec<AnyView> {
    let shown = BILL_ROWS.into_iter().zip(bill_amounts(bill)).enumerate();
    let shown = shown.filter(|(n, (_, amount))| *n == 2 || amount.get() > 0);
    let shown = shown.map(|(_, (word, amount))| part("part", t(word).to_owned(), amount));
    let total = part("total", pays.to_owned(), bill.to_pay);
    let taxes = bill.taxes.iter().map(|tax| {
        let (rate, on) = (format::percent(&tax.rate.to_string()), tax_class(tax.class));
        let words = match bill.mode {
            TaxMode::Included => say!(
                "includes {rate} tax on {on}",
                "darin {rate} Steuer auf {on}"
            ),
            TaxMode::Added => say!(
                "of the tax, {rate} on {on}",
                "von der Steuer {rate} auf {on}"
            ),
        };
        part("part small", words, tax.amount)
    });
    shown.chain([total]).chain(taxes).collect()
}
