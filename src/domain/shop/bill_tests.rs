//! What an order costs, and what it is called.

use super::{
    basket::{Bill, Part, TaxClass, TaxMode, TaxRate},
    bill::{Charges, bill},
    menu::samples::{code, line, menu},
    price::{PricedLine, price_lines},
    request::LineRequest,
    title::pizza_name,
};
use crate::domain::{Cents, Currency, Field, FieldError, Markup};
use proptest::{prelude::*, sample::select};
use rust_decimal::{Decimal, RoundingStrategy};

fn decimal(cents: Cents) -> Decimal {
    Decimal::new(cents.get().into(), 2)
}

fn rounded(exact: Decimal) -> Decimal {
    exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero)
}

fn charges(mode: TaxMode) -> Charges {
    Charges {
        delivery: Cents::new(300),
        free_from: Some(Cents::new(2600)),
        mode,
        food: TaxRate(7_000),
        drink: TaxRate(19_000),
        delivered: TaxRate(0),
        markup: Markup::parse("10").unwrap(),
        currency: Currency::Euro,
    }
}

fn priced(lines: &[LineRequest]) -> Vec<PricedLine> {
    price_lines(lines, &menu()).unwrap()
}

#[test]
fn a_bill_has_every_row() {
    let mut cola = LineRequest::of(code("cola"), None);
    cola.quantity = 2;
    let lines = priced(&[line("diav", "l", None, &[]), cola]);
    let rows = |bill: &Bill| {
        let rows = [
            bill.goods,
            bill.deposit,
            bill.delivery,
            bill.discount,
            bill.tax_added,
            bill.service,
            bill.total,
            bill.tip,
            bill.to_pay,
        ];
        rows.map(Cents::get)
    };
    let taxes = |bill: &Bill| {
        let rows = bill.taxes.iter();
        rows.map(|row| (row.class, row.of.get(), row.amount.get()))
            .collect::<Vec<_>>()
    };
    let included = bill(&lines, &charges(TaxMode::Included)).unwrap();
    assert_eq!(rows(&included), [1735, 50, 300, 0, 0, 209, 2294, 0, 2294]);
    // 12.35 × 7/107 and 5.50 × 19/119
    assert_eq!(
        taxes(&included),
        [
            (TaxClass::Food, 1235, 81),
            (TaxClass::Drink, 550, 88),
            (TaxClass::Delivery, 300, 0)
        ]
    );
    assert_eq!(included.supplier_price().unwrap().cents().get(), 2085);
    let added = bill(&lines, &charges(TaxMode::Added)).unwrap();
    // 0.8645 and 1.045
    assert_eq!(
        rows(&added),
        [1735, 50, 300, 0, 86 + 105, 228, 2504, 0, 2504]
    );
    let mut free = charges(TaxMode::Included);
    free.free_from = Some(Cents::new(1735));
    let free = bill(&lines, &free).unwrap();
    assert_eq!((free.delivery.get(), free.taxes.len()), (0, 2));
    for one in [included, added, free] {
        let lines: Vec<_> = lines.iter().map(|one| one.line.clone()).collect();
        let markup = Markup::parse("10").unwrap();
        assert!(one.adds_up(&lines, markup), "{one:#?}");
        let mut other = one.clone();
        other.to_pay = Cents::new(other.to_pay.get() + 1);
        assert!(!other.adds_up(&lines, markup));
        let mut other = one;
        other.taxes[0].amount = Cents::new(other.taxes[0].amount.get() + 1);
        assert!(!other.adds_up(&lines, markup));
    }
}

#[test]
fn nothing_and_too_much_are_no_bill() {
    let mut free = charges(TaxMode::Included);
    (free.delivery, free.free_from) = (Cents::new(0), None);
    let range = FieldError::out_of_range("0.01", "10000.00");
    assert_eq!(bill(&[], &free).unwrap_err().error, range);
    let mut menu = menu();
    menu.items[0].prices[1].price = Cents::new(100_000);
    let mut many = line("marg", "l", None, &[]);
    many.quantity = 10;
    let lines = price_lines(&[many.clone()], &menu).unwrap();
    free.markup = Markup::parse("100").unwrap();
    let most = bill(&lines, &free).unwrap();
    assert_eq!((most.goods.get(), most.total.get()), (1_000_000, 2_000_000));
    free.delivery = Cents::new(1);
    assert_eq!(bill(&lines, &free).unwrap_err().error, range);
    many.quantity = 99;
    let lines = price_lines(&[many.clone(), many], &menu).unwrap();
    assert_eq!(bill(&lines, &free).unwrap_err().error, range);
}

#[test]
fn a_title_is_cut_at_a_line() {
    let menu = menu();
    let named = |requests: &[LineRequest]| {
        let lines = price_lines(requests, &menu).unwrap();
        let lines: Vec<_> = lines.into_iter().map(|one| one.line).collect();
        pizza_name(&lines).map(|name| name.to_string())
    };
    let mut cola = LineRequest::of(code("cola"), None);
    cola.quantity = 2;
    let marg = line("marg", "l", None, &[]);
    assert_eq!(named(&[]), None);
    assert_eq!(
        named(&[cola.clone(), marg.clone()]).unwrap(),
        "2× Cola, Margherita Large +1"
    );
    let five = named(&vec![marg; 5]).unwrap();
    let each = "Margherita Large +1";
    assert_eq!(five, format!("{each}, {each}, {each}, {each}, +1"));
    let mut lines: Vec<_> = price_lines(&[line("diav", "l", Some("fung"), &[]), cola], &menu)
        .unwrap()
        .into_iter()
        .map(|one| one.line)
        .collect();
    let long = |letter: &str| Field::parse(&letter.repeat(60)).unwrap();
    lines[0].name = long("a");
    lines[0].half.as_mut().unwrap().name = long("b");
    let name = pizza_name(&lines).unwrap();
    assert_eq!(name.chars().count(), 100);
    assert!(name.ends_with("b…, +1"), "{name}");
    assert!(pizza_name(&lines[..1]).unwrap().ends_with("bb…"));
}

proptest! {
    #[test]
    fn every_bill_adds_up(
        quantities in prop::collection::vec(1u32..=20, 1..4),
        delivery in 0u32..=1000,
        rates in (0u32..=100_000, 0u32..=100_000, 0u32..=100_000),
        markup in 0u32..=10_000,
        mode in select(TaxMode::ALL),
    ) {
        let mut requests = vec![line("marg", "l", Some("diav"), &[("cheese", Part::Left, 1)]); quantities.len()];
        requests.push(LineRequest::of(code("cola"), None));
        for (request, quantity) in requests.iter_mut().zip(quantities) {
            request.quantity = quantity;
        }
        let lines = priced(&requests);
        let markup = Markup::parse(&Decimal::new(markup.into(), 2).to_string()).unwrap();
        let charges = Charges {
            delivery: Cents::new(delivery),
            food: TaxRate(rates.0),
            drink: TaxRate(rates.1),
            delivered: TaxRate(rates.2),
            markup,
            ..charges(mode)
        };
        let bill = bill(&lines, &charges).unwrap();
        for row in &bill.taxes {
            let of = decimal(row.of);
            let rate = Decimal::new(row.rate.0.into(), 3);
            let whole = match mode {
                TaxMode::Included => Decimal::ONE_HUNDRED + rate,
                TaxMode::Added => Decimal::ONE_HUNDRED,
            };
            prop_assert_eq!(decimal(row.amount), rounded(of * rate / whole));
        }
        let kept: Vec<_> = lines.into_iter().map(|one| one.line).collect();
        prop_assert!(bill.adds_up(&kept, markup));
    }
}
