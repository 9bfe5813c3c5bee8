//! What a line costs, and what is refused of one, case by case.

use super::{
    basket::{Allergen, LeftOut, Part, TaxClass},
    menu::{
        HalvesRule, Menu, OptionPrice,
        samples::{choice, code, line, menu},
    },
    price::{PricedLine, price_line, price_lines},
    request::LineRequest,
    title::pizza_name,
};
use crate::domain::{Cents, Field};

fn unit(request: &LineRequest, menu: &Menu) -> u32 {
    price_line(request, menu).unwrap().line.unit.get()
}

/// The one fault of a line.
fn fault(change: impl FnOnce(&mut LineRequest, &mut Menu)) -> (String, String) {
    let (mut request, mut menu) = (line("marg", "l", None, &[]), menu());
    change(&mut request, &mut menu);
    let mut faults = price_line(&request, &menu).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    let one = faults.remove(0);
    (one.field, one.error.to_string())
}

fn is(path: &str, why: &str) -> (String, String) {
    (path.to_owned(), why.to_owned())
}

#[test]
fn two_halves_cost_by_the_rule() {
    let mut menu = menu();
    let request = line("diav", "l", Some("fung"), &[]);
    let mut cost = |rule, half_percent, fee| {
        let halves = &mut menu.outline.halves;
        (halves.rule, halves.half_percent, halves.fee) = (rule, half_percent, Cents::new(fee));
        unit(&request, &menu)
    };
    // 12.35 and 11.50
    assert_eq!(cost(HalvesRule::Average, 50, 0), 1193); // 11.925
    assert_eq!(cost(HalvesRule::Dearer, 50, 0), 1235);
    assert_eq!(cost(HalvesRule::Dearer, 50, 100), 1335);
    assert_eq!(cost(HalvesRule::SumOfHalves, 50, 0), 618 + 575); // 6.175 and 5.75
    assert_eq!(cost(HalvesRule::SumOfHalves, 55, 50), 679 + 633 + 50); // 6.7925 and 6.325
    menu.outline.halves.fee = Cents::new(100);
    assert_eq!(unit(&line("diav", "l", None, &[]), &menu), 1235);
}

#[test]
fn a_line_holds_everything_that_was_bought() {
    let mut request = line("diav", "l", Some("fung"), &[("olives", Part::Left, 1)]);
    request.quantity = 2;
    let left_out = |name: &str, part| LeftOut {
        name: Field::parse(name).unwrap(),
        part,
    };
    request.without = vec![
        left_out("Onions", Part::Left),
        left_out("Garlic", Part::Right),
        left_out("Basil", Part::Whole),
        left_out("Basil", Part::Whole),
    ];
    request.options.push(choice("bbq", Part::Whole, 1));
    request.note = Field::parse("Well done").ok();
    let PricedLine { line, tax } = price_line(&request, &menu()).unwrap();
    assert_eq!(tax, TaxClass::Food);
    assert_eq!(
        (&*line.name, &**line.size.as_ref().unwrap()),
        ("Diavola", "Large")
    );
    assert_eq!(&*line.half.as_ref().unwrap().name, "Funghi");
    // The dearest sauce is the free one.
    let options: Vec<_> = line
        .options
        .iter()
        .map(|one| (&*one.option, one.part, one.count, one.price.get()))
        .collect();
    assert_eq!(
        options,
        [
            ("olives", Part::Left, 1, 75),
            ("plain", Part::Whole, 1, 0),
            ("bbq", Part::Whole, 1, 0),
        ]
    );
    assert_eq!(
        (line.base.get(), line.unit.get(), line.total.get()),
        (1193, 1268, 2536)
    );
    assert_eq!((line.pieces, line.deposit.get(), line.done), (1, 0, 0));
    assert_eq!(
        line.allergens,
        [Allergen::Gluten, Allergen::Celery, Allergen::Sulphites]
    );
    assert_eq!(line.without.len(), 3);
    assert!(line.adds_up());
    let name = pizza_name(std::slice::from_ref(&line)).unwrap();
    assert_eq!(&*name, "2× ½ Diavola ½ Funghi Large +3");
}

#[test]
fn the_same_topping_left_and_right_is_on_the_whole() {
    let menu = menu();
    let both = line(
        "marg",
        "l",
        None,
        &[("cheese", Part::Left, 1), ("cheese", Part::Right, 1)],
    );
    let whole = line("marg", "l", None, &[("cheese", Part::Whole, 1)]);
    // Two halves would cost 0.43 each.
    assert_eq!(unit(&both, &menu), 1085);
    assert_eq!(price_line(&both, &menu), price_line(&whole, &menu));
    let uneven = line(
        "marg",
        "l",
        None,
        &[("cheese", Part::Left, 2), ("cheese", Part::Right, 1)],
    );
    let options = price_line(&uneven, &menu).unwrap().line.options;
    let parts: Vec<_> = options
        .iter()
        .map(|one| (one.part, one.price.get()))
        .collect();
    assert_eq!(parts[..2], [(Part::Whole, 85), (Part::Left, 43)]);
}

#[test]
fn what_is_free_covers_the_dearest_portions_that_fit() {
    let mut menu = menu();
    menu.outline.groups[0].free = 1;
    let cost_on =
        |toppings: &[_], menu: &Menu| unit(&line("marg", "l", None, toppings), menu) - 1000;
    let cost = |toppings: &[_]| cost_on(toppings, &menu);
    // Olives 1.50, on a half 0.75; cheese 0.85, on a half 0.43.
    assert_eq!(cost(&[("olives", Part::Whole, 1)]), 0);
    assert_eq!(
        cost(&[("olives", Part::Whole, 1), ("cheese", Part::Whole, 1)]),
        85
    );
    assert_eq!(
        cost(&[("olives", Part::Left, 1), ("cheese", Part::Left, 1)]),
        0
    );
    assert_eq!(
        cost(&[("olives", Part::Left, 2), ("cheese", Part::Left, 1)]),
        43
    );
    // The whole does not fit beside the dearer half, and is passed over for the cheaper one.
    let mut cheap = menu.clone();
    cheap.outline.groups[0].options[1].price = OptionPrice::One(Cents::new(60));
    let toppings = [
        ("olives", Part::Left, 1),
        ("cheese", Part::Right, 1),
        ("cheese", Part::Whole, 1),
    ];
    assert_eq!(cost_on(&toppings, &cheap), 60);
}

#[test]
fn of_equal_portions_the_half_is_free_first() {
    let mut menu = menu();
    menu.outline.halves.topping_percent = 100;
    menu.outline.groups[0].free = 1;
    let options = &mut menu.outline.groups[0].options;
    options[0].price = OptionPrice::One(Cents::new(100));
    options[1].price = OptionPrice::One(Cents::new(100));
    let request = line(
        "marg",
        "l",
        None,
        &[("olives", Part::Whole, 1), ("cheese", Part::Left, 1)],
    );
    let options = price_line(&request, &menu).unwrap().line.options;
    let prices: Vec<_> = options.iter().map(|one| one.price.get()).collect();
    assert_eq!(prices, [100, 0, 0]);
}

#[test]
fn what_is_not_sold_like_this_is_refused_with_its_path() {
    let of = |item: &str| format!("There is no item {item} here.");
    assert_eq!(
        fault(|line, _| line.item = code("calzone")),
        is("item", &of("calzone"))
    );
    assert_eq!(
        fault(|_, menu| menu.outline.categories.truncate(0)),
        is("item", &of("marg"))
    );
    assert_eq!(
        fault(|_, menu| menu.items[0].gone = true),
        is("item", &of("marg"))
    );
    assert_eq!(fault(|line, _| line.size = None).0, "size");
    assert_eq!(
        fault(|line, _| line.size = Some(code("xl"))),
        is("size", "Margherita has no size xl.")
    );
    assert_eq!(
        fault(|line, _| line.half = Some(code("x"))),
        is("half", &of("x"))
    );
    assert_eq!(
        fault(|line, _| line.half = Some(code("marg"))),
        is("half", "Both halves are Margherita: order it whole.")
    );
    assert_eq!(
        fault(|line, _| line.half = Some(code("cola"))),
        is("half", "Cola has no size l, as Margherita does.")
    );
    assert_eq!(
        fault(|line, menu| {
            line.half = Some(code("fung"));
            menu.items[2].halves.clear();
        }),
        is("half", "Funghi cannot be a half in the size l.")
    );
    assert_eq!(
        fault(|line, menu| {
            line.half = Some(code("fung"));
            menu.items[2].tax = TaxClass::Drink;
        }),
        is("half", "Margherita and Funghi are taxed apart.")
    );
    assert_eq!(fault(|line, _| line.quantity = 0).0, "quantity");
    assert_eq!(fault(|line, _| line.quantity = 100).0, "quantity");
}

#[test]
fn choices_are_refused_with_their_bounds() {
    assert_eq!(
        fault(|line, _| line.options.clear()),
        is("options", "Sauces: choose 1 to 3, not 0.")
    );
    assert_eq!(
        fault(|line, menu| {
            menu.outline.groups[0].max = 1;
            line.options.push(choice("olives", Part::Left, 2));
            line.options.push(choice("cheese", Part::Right, 1));
        }),
        is("options", "Toppings: choose 0 to 1, not 1½.")
    );
    assert_eq!(
        fault(|line, menu| {
            menu.outline.groups[1].max = 1;
            line.options.push(choice("bbq", Part::Whole, 1));
        }),
        is("options", "Sauces: choose exactly 1, not 2.")
    );
    let three = "Olives can be chosen 2 times at most, not 3 times.";
    for (left, right, whole) in [(0, 0, 3), (3, 0, 0), (1, 0, 2), (2, 1, 1)] {
        let refused = fault(|line, _| {
            let counts = [
                (Part::Left, left),
                (Part::Right, right),
                (Part::Whole, whole),
            ];
            let named = counts.into_iter().filter(|(_, count)| *count > 0);
            let named = named.map(|(part, count)| choice("olives", part, count));
            line.options.extend(named);
        });
        assert_eq!(refused, is("options[1].count", three));
    }
    assert_eq!(
        fault(|line, _| line.options[0].part = Part::Left),
        is(
            "options[0].part",
            "Sauces is for the whole, not for a half."
        )
    );
    assert_eq!(
        fault(|line, _| {
            let mut foreign = choice("olives", Part::Whole, 1);
            foreign.option = code("plain");
            line.options.push(foreign);
        }),
        is("options[1]", "Toppings has no option plain.")
    );
    assert_eq!(
        fault(|line, menu| {
            line.half = Some(code("fung"));
            menu.items[2].groups.remove(0);
            line.options.push(choice("olives", Part::Whole, 1));
        }),
        is("options[1]", "The group top is not offered here.")
    );
}

#[test]
fn what_is_left_out_is_of_a_half_that_there_is() {
    let left_out = |name: &str, part| LeftOut {
        name: Field::parse(name).unwrap(),
        part,
    };
    for (part, half) in [
        (Part::Left, None),
        (Part::Right, Some("fung")),
        (Part::Whole, Some("fung")),
    ] {
        let refused = fault(|line, _| {
            line.half = half.map(code);
            line.without = vec![left_out("Basil", Part::Whole), left_out("Oregano", part)];
        });
        assert_eq!(
            refused,
            is("without[1]", "Oregano cannot be left out there.")
        );
    }
}

#[test]
fn an_order_has_limits() {
    let menu = menu();
    let mut many = line("marg", "l", None, &[]);
    many.quantity = 99;
    let lines = [many.clone(), many, line("marg", "xl", None, &[])];
    let faults = price_lines(&lines, &menu).unwrap_err();
    assert_eq!(faults[0].field, "lines[2].size");
    let mut lines = vec![line("marg", "l", None, &[]); 3];
    for line in &mut lines {
        line.quantity = 67;
    }
    let faults = price_lines(&lines, &menu).unwrap_err();
    assert_eq!(
        (&*faults[0].field, faults[0].error.to_string()),
        (
            "lines",
            "At most 200 pieces fit in an order, not 201.".to_owned()
        )
    );
}
