//! The text of a cart, read and written, and what goes into one.

use super::{
    basket::{LeftOut, LineNote, Part},
    cart::{Cart, CartEntry, CartFull, CartLine},
    code::Code,
    menu::samples::{choice, code, line, menu},
    price::price_line,
    request::{ChoiceRequest, LineRequest, MAX_LINES},
};
use crate::domain::Field;
use proptest::{collection::vec, option, prelude::*, sample::select};

fn only(text: &str) -> Option<CartLine> {
    let mut cart = Cart::parse(text);
    assert_eq!((cart.entries.len(), cart.dropped), (1, 0), "{text}");
    match cart.entries.remove(0) {
        CartEntry::Line(line) => Some(line),
        CartEntry::Unreadable(unread) => {
            assert_eq!(unread, text);
            None
        }
    }
}

fn simple(item: &str) -> CartLine {
    CartLine {
        item: code(item),
        size: None,
        half: None,
        options: Vec::new(),
        without: Vec::new(),
        quantity: 1,
        note: None,
    }
}

#[test]
fn a_line_is_read_by_the_grammar() {
    let text = "diav/l+fung~top:olivesLx2~top:cheese~sauce:bx2x1-1L-2R-3*12!Cut%2C%20please%21";
    let line = only(text).unwrap();
    assert_eq!(line.to_string(), text);
    let option = |group, option, part, count| ChoiceRequest {
        group: code(group),
        option: code(option),
        part,
        count,
    };
    let expected = CartLine {
        size: Some(code("l")),
        half: Some(code("fung")),
        options: vec![
            option("top", "olives", Part::Left, 2),
            option("top", "cheese", Part::Whole, 1),
            option("sauce", "bx2", Part::Whole, 1),
        ],
        without: vec![(1, Part::Left), (2, Part::Right), (3, Part::Whole)],
        quantity: 12,
        note: Field::parse("Cut, please!").ok(),
        ..simple("diav")
    };
    assert_eq!(line, expected);
    assert_eq!(only("cola"), Some(simple("cola")));
}

#[test]
fn what_cannot_be_read_stays() {
    for text in [
        "Diav",
        "diav/",
        "/l",
        "diav+",
        "diav~top",
        "diav~top:",
        "diav~:olives",
        "diav~top:olivesM",
        "diav~top:olivesx0",
        "diav~top:olivesx100",
        "diav-",
        "diav-0",
        "diav-L",
        "diav*",
        "diav*0",
        "diav*100",
        "diav*+5",
        "diav*-1",
        "diav!",
        "diav!%",
        "diav!%ff",
        "diav!%00",
        "diav l",
        "🍕",
        "diav*2/l",
        "diav~top:x2x",
    ] {
        assert_eq!(only(text), None, "{text}");
    }
    let cart = Cart::parse("cola,,<b>,cola*2,");
    assert_eq!(cart.entries.len(), 3);
    assert_eq!(cart.to_string(), "cola,<b>,cola*2");
    assert_eq!((cart.lines().count(), cart.pieces()), (2, 3));
}

#[test]
fn an_endless_cart_is_cut() {
    let cart = Cart::parse(&"a,".repeat(500_000));
    assert_eq!((cart.entries.len(), cart.dropped), (MAX_LINES, 499_950));
    let cart = Cart::parse(&"a".repeat(1_000_000));
    assert_eq!((cart.entries.len(), cart.dropped), (0, 1));
    let longest = "b".repeat(Cart::MAX_BYTES);
    assert_eq!(Cart::parse(&longest).to_string(), longest);
}

#[test]
fn the_same_again_is_more_of_it() {
    let mut cart = Cart::default();
    let both = |first: &str, second: &str| CartLine {
        options: [first, second]
            .map(|one| choice(one, Part::Whole, 1))
            .into(),
        ..simple("marg")
    };
    cart.add(both("olives", "bbq")).unwrap();
    cart.add(both("bbq", "olives")).unwrap();
    cart.add(simple("cola")).unwrap();
    assert_eq!(cart.to_string(), "marg~top:olives~sauce:bbq*2,cola");
    cart.replace(0, simple("fung")).unwrap();
    cart.remove(1);
    cart.remove(7);
    assert_eq!(cart.to_string(), "fung");
}

#[test]
fn a_cart_has_the_limits_of_an_order() {
    let many = |item: &str, quantity| CartLine {
        quantity,
        ..simple(item)
    };
    let mut cart = Cart::parse("a*99,b*99");
    assert_eq!(cart.add(many("a", 1)), Err(CartFull::Pieces));
    assert_eq!(cart.add(many("c", 3)), Err(CartFull::Pieces));
    assert_eq!(cart.replace(0, many("c", 100)), Err(CartFull::Pieces));
    assert_eq!(cart.add(many("c", 2)), Ok(()));
    assert_eq!(cart.to_string(), "a*99,b*99,c*2");
    let items: Vec<_> = (0..MAX_LINES).map(|n| n.to_string()).collect();
    let mut cart = Cart::parse(&items.join(","));
    assert_eq!(cart.add(simple("a")), Err(CartFull::Lines));
    assert_eq!(cart.add(simple("7")), Ok(()));
    let mut cart = Cart::default();
    let long = |n: u32| CartLine {
        note: LineNote::parse(&"🍕".repeat(140)).ok(),
        ..simple(&n.to_string())
    };
    assert_eq!(cart.add(long(1)), Ok(()));
    assert_eq!(cart.add(long(2)), Err(CartFull::Text));
    assert_eq!(cart.lines().count(), 1);
}

#[test]
fn a_line_is_bought_as_it_was_asked_for() {
    let menu = menu();
    let mut request = line("diav", "l", Some("fung"), &[("olives", Part::Right, 1)]);
    let left_out = |name: &str, part| LeftOut {
        name: Field::parse(name).unwrap(),
        part,
    };
    request.without = vec![
        left_out("Onions", Part::Left),
        left_out("Garlic", Part::Right),
        left_out("Basil", Part::Whole),
    ];
    let cart_line = CartLine::of(&request, &menu).unwrap();
    assert_eq!(
        cart_line.to_string(),
        "diav/l+fung~sauce:plain~top:olivesR-1L-1R-2"
    );
    assert_eq!(cart_line.request(&menu), Ok(request.clone()));
    let ordered = price_line(&request, &menu).unwrap().line;
    let again = CartLine::again(&ordered, &menu).unwrap().request(&menu);
    assert_eq!(price_line(&again.unwrap(), &menu).unwrap().line, ordered);
    request.without[0].name = Field::parse("Salami").unwrap();
    assert_eq!(CartLine::of(&request, &menu), None);
}

#[test]
fn no_line_is_in_the_way_of_another() {
    let cart = Cart::parse("cola*2,???,marg/l,marg/l~sauce:plain-9,calzone-1,cola");
    let priced = cart.price(&menu());
    let paths: Vec<_> = priced
        .iter()
        .map(|one| one.as_ref().err().map(|faults| &*faults[0].field))
        .collect();
    assert_eq!(
        paths,
        [
            None,
            Some("line"),
            Some("options"),
            Some("without[0]"),
            Some("item"),
            None
        ]
    );
}

fn any_code() -> impl Strategy<Value = Code> {
    // Codes that end like a count are among them.
    "[a-z0-9]{1,8}|[ax]{0,3}x[0-9]{1,4}".prop_map(|text| code(&text))
}

fn any_line() -> impl Strategy<Value = CartLine> {
    let part = || select(Part::ALL);
    let choice = (any_code(), any_code(), part(), 1u32..=99);
    let choice = choice.prop_map(|(group, option, part, count)| ChoiceRequest {
        group,
        option,
        part,
        count,
    });
    let note = "\\PC{1,30}".prop_map(|text| LineNote::parse(&text).ok());
    (
        (any_code(), option::of(any_code()), option::of(any_code())),
        vec(choice, 0..4),
        vec((1u32..=20, part()), 0..3),
        1u32..=99,
        note,
    )
        .prop_map(
            |((item, size, half), options, without, quantity, note)| CartLine {
                item,
                size,
                half,
                options,
                without,
                quantity,
                note,
            },
        )
}

proptest! {
    #[test]
    fn a_cart_is_read_as_it_was_written(lines in vec(any_line(), 0..5)) {
        let entries: Vec<_> = lines.into_iter().map(CartEntry::Line).collect();
        let cart = Cart { entries, dropped: 0 };
        let text = cart.to_string();
        prop_assume!(text.len() <= Cart::MAX_BYTES);
        prop_assert_eq!(Cart::parse(&text), cart);
    }

    #[test]
    fn any_text_is_a_cart(text in "(\\PC|[a-z0-9/+~:LRx*!,%-]){0,80}") {
        let cart = Cart::parse(&text);
        prop_assert_eq!(Cart::parse(&cart.to_string()), cart.clone());
        prop_assert_eq!(cart.price(&menu()).len(), cart.entries.len());
    }

    #[test]
    fn a_request_survives_the_cart(quantity in 1u32..=99, toppings in vec(select(Part::ALL), 0..3)) {
        let menu = menu();
        let toppings: Vec<_> = toppings.into_iter().map(|part| ("olives", part, 1)).collect();
        let request = LineRequest { quantity, ..line("marg", "l", None, &toppings) };
        let text = CartLine::of(&request, &menu).unwrap().to_string();
        prop_assert_eq!(only(&text).unwrap().request(&menu), Ok(request));
    }
}
