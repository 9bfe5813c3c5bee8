//! The bill of an order: every row follows from the lines and from what the pizzeria asks for.

use super::{
    basket::{Bill, Line, TaxClass, TaxMode, TaxRate, TaxRow},
    price::PricedLine,
};
use crate::domain::{
    Cents, Currency, FieldError, InvalidField, Markup, Price, customer_price, half_up,
};

/// What a bill depends on beside its lines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Charges {
    /// The fee of the area.
    pub delivery: Cents,
    /// From this worth of goods on, the delivery is free.
    pub free_from: Option<Cents>,
    pub mode: TaxMode,
    pub food: TaxRate,
    pub drink: TaxRate,
    pub delivered: TaxRate,
    pub markup: Markup,
    pub currency: Currency,
}

impl Charges {
    fn rate(&self, class: TaxClass) -> TaxRate {
        match class {
            TaxClass::Food => self.food,
            TaxClass::Drink => self.drink,
            TaxClass::Delivery => self.delivered,
        }
    }
}

/// The bill of these lines.
///
/// # Errors
/// A price for the supplier that is nothing, or over the limit of an order.
pub fn bill(lines: &[PricedLine], charges: &Charges) -> Result<Bill, InvalidField> {
    let goods = sum(lines.iter().map(|one| one.line.total));
    let deposit = sum(lines.iter().map(|one| one.line.deposit));
    let is_free = charges
        .free_from
        .is_some_and(|from| goods >= u64::from(from.get()));
    let delivery = match is_free {
        true => 0,
        false => u64::from(charges.delivery.get()),
    };
    let of_class = |class: TaxClass| match class {
        TaxClass::Delivery => delivery,
        _ => {
            let of_class = lines.iter().filter(|one| one.tax == class);
            sum(of_class.flat_map(|one| [one.line.total, one.line.deposit]))
        }
    };
    let taxes = TaxClass::ALL.iter().map(|class| (*class, of_class(*class)));
    let taxes: Vec<_> = taxes
        .filter(|(_, of)| *of > 0)
        .map(|(class, of)| (class, of, tax(of, charges.rate(class), charges.mode)))
        .collect();
    let tax_added = match charges.mode {
        TaxMode::Included => 0,
        TaxMode::Added => taxes.iter().map(|(_, _, amount)| amount).sum(),
    };
    let asked = goods + deposit + delivery + tax_added;
    let supplier_price = Price::of(asked).ok_or_else(|| {
        let (least, most) = (Price::RANGE.start(), Price::RANGE.end());
        let error = FieldError::out_of_range(Cents::new(*least), Cents::new(*most));
        InvalidField::new("total", error)
    })?;
    // No part is larger than the price, which fits.
    let cents = |amount: u64| Cents::new(amount as u32);
    let total = customer_price(supplier_price, charges.markup);
    let row = |(class, of, amount)| TaxRow {
        class,
        rate: charges.rate(class),
        of: cents(of),
        amount: cents(amount),
    };
    Ok(Bill {
        goods: cents(goods),
        deposit: cents(deposit),
        delivery: cents(delivery),
        discount: cents(0),
        tax_added: cents(tax_added),
        service: total - supplier_price.cents(),
        total,
        tip: cents(0),
        to_pay: total,
        taxes: taxes.into_iter().map(row).collect(),
        mode: charges.mode,
        currency: charges.currency,
    })
}

fn sum(amounts: impl Iterator<Item = Cents>) -> u64 {
    amounts.map(|amount| u64::from(amount.get())).sum()
}

/// The tax in an amount, or on it, rounded half up.
fn tax(of: u64, rate: TaxRate, mode: TaxMode) -> u64 {
    const WHOLE: u64 = 100_000; // thousandths of a percent
    let rate = u64::from(rate.0);
    match mode {
        TaxMode::Included => half_up(of * rate, WHOLE + rate),
        TaxMode::Added => half_up(of * rate, WHOLE),
    }
}

impl Bill {
    /// What the supplier asks for everything.
    pub fn supplier_price(&self) -> Option<Price> {
        let asked = self.total.get().checked_sub(self.service.get())?;
        Price::of(asked.into())
    }

    /// Whether every row follows from the others and from the lines, which the rate of each tax does not.
    pub fn adds_up(&self, lines: &[Line], markup: Markup) -> bool {
        let get = |cents: Cents| u64::from(cents.get());
        let asked = get(self.goods) + get(self.deposit) + get(self.delivery) + get(self.tax_added);
        let asked = asked.checked_sub(get(self.discount)).and_then(Price::of);
        let Some(asked) = asked else {
            return false;
        };
        let taxes = &self.taxes;
        let added = match self.mode {
            TaxMode::Included => 0,
            TaxMode::Added => sum(taxes.iter().map(|row| row.amount)),
        };
        let taxed = sum(taxes.iter().map(|row| row.of));
        let is_taxed = |row: &TaxRow| get(row.amount) == tax(get(row.of), row.rate, self.mode);
        lines.iter().all(Line::adds_up)
            && sum(lines.iter().map(|line| line.total)) == get(self.goods)
            && sum(lines.iter().map(|line| line.deposit)) == get(self.deposit)
            && taxed == get(self.goods) + get(self.deposit) + get(self.delivery)
            && taxes.iter().all(is_taxed)
            && added == get(self.tax_added)
            && customer_price(asked, markup) == self.total
            && get(self.service) + get(asked.cents()) == get(self.total)
            && get(self.total) + get(self.tip) == get(self.to_pay)
    }
}

impl Line {
    /// Base and options are the unit, the units are the total.
    pub fn adds_up(&self) -> bool {
        let options = sum(self.options.iter().map(|option| option.price));
        let unit = u64::from(self.unit.get());
        unit == u64::from(self.base.get()) + options
            && u64::from(self.total.get()) == unit * u64::from(self.quantity)
    }
}
