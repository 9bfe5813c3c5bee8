//! A bill row by row, and what has changed in one since the customer agreed to it.

use crate::{
    domain::{Cents, shop::basket::Bill},
    ui::{
        BILL_ROWS, bill_amounts,
        i18n::{
            format::money,
            locale::{Text, t},
        },
        menu_bill,
    },
};
use leptos::prelude::*;

const TO_PAY: Text = ["To pay", "Zu zahlen"];

/// The amounts of a bill: its rows, and the total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Amounts([Cents; 7]);

impl Amounts {
    pub fn of(bill: &Bill) -> Amounts {
        // The last row, the tip, is not known yet.
        let [rows @ .., _] = bill_amounts(bill);
        let [goods, deposit, delivery, discount, tax, service] = rows;
        Amounts([
            goods,
            deposit,
            delivery,
            discount,
            tax,
            service,
            bill.to_pay,
        ])
    }

    pub fn to_pay(self) -> Cents {
        self.0[6]
    }

    /// As a form sends them back: cents with dots between.
    pub fn text(self) -> String {
        let cents = self.0.map(|amount| amount.get().to_string());
        cents.join(".")
    }

    pub fn parse(text: &str) -> Option<Amounts> {
        let cents: Option<Vec<_>> = text
            .split('.')
            .map(|cents| cents.parse().ok().map(Cents::new))
            .collect();
        cents?.try_into().ok().map(Amounts)
    }

    /// Its rows: without those that say nothing in it, nor in another bill beside it.
    fn rows(self, beside: Amounts) -> Vec<(Text, Cents, Cents)> {
        // The last amount is the total; a tip is not known yet.
        let pairs = self.0.into_iter().zip(beside.0).take(6);
        let rows = BILL_ROWS
            .into_iter()
            .zip(pairs)
            .map(|(word, (a, b))| (word, a, b));
        let is_said =
            |at: usize, a: Cents, b: Cents| at == 0 || at == 2 || a.get() > 0 || b.get() > 0;
        let rows = rows.enumerate();
        rows.filter(|(at, (_, a, b))| is_said(*at, *a, *b))
            .map(|(_, row)| row)
            .collect()
    }
}

/// The bill as the server made it, as the page of the order shows it, too.
pub fn bill(bill: &Bill) -> AnyView {
    view! { <dl class="sum">{menu_bill(bill, t(TO_PAY))}</dl> }.into_any()
}

/// What was agreed to and what holds now, side by side. `times` are both promises.
pub fn compared(before: Amounts, now: Amounts, times: Option<(String, String)>) -> AnyView {
    let row = |word: &'static str, before: String, now: String| {
        let changed = (before != now).then_some("");
        view! { <tr data-changed=changed><th scope="row">{word}</th><td>{before}</td><td>{now}</td></tr> }
            .into_any()
    };
    let rows = now.rows(before).into_iter();
    let mut rows: Vec<_> = rows
        .map(|(word, now, before)| row(t(word), money(before), money(now)))
        .collect();
    rows.push(row(t(TO_PAY), money(before.to_pay()), money(now.to_pay())));
    if let Some((before, now)) = times {
        rows.push(row(t(["At your door", "An der Tür"]), before, now));
    }
    view! {
        <table class="compared">
            <thead><tr><td></td><th scope="col">{t(["Before", "Vorher"])}</th><th scope="col">{t(["Now", "Jetzt"])}</th></tr></thead>
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_back_from_a_form() {
        let amounts = Amounts([1, 2, 3, 4, 5, 6, 4_584].map(Cents::new));
        assert_eq!(amounts.text(), "1.2.3.4.5.6.4584");
        assert_eq!(Amounts::parse(&amounts.text()), Some(amounts));
        for garbage in [
            "",
            "1.2.3",
            "1.2.3.4.5.6.7.8",
            "a.2.3.4.5.6.7",
            "-1.2.3.4.5.6.7",
        ] {
            assert_eq!(Amounts::parse(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn a_row_that_says_nothing_on_either_side_is_not_shown() {
        let before = Amounts([900, 0, 0, 0, 0, 0, 900].map(Cents::new));
        let now = Amounts([900, 0, 0, 0, 0, 90, 990].map(Cents::new));
        let words = |rows: Vec<(Text, Cents, Cents)>| {
            rows.into_iter()
                .map(|(word, ..)| word[0])
                .collect::<Vec<_>>()
        };
        assert_eq!(words(before.rows(before)), ["Food and drinks", "Delivery"]);
        let both = words(now.rows(before));
        assert_eq!(
            both,
            ["Food and drinks", "Delivery", "Service fee of the market"]
        );
    }
}
