//! Tables of menus: what is written is read again, what people write is understood, and what is wrong is told with its
//! row.

use super::{MenuCsv, write_csv};
use crate::domain::{
    Cents, Error, Field, FieldError, InvalidField,
    shop::{
        basket::ShopName,
        code::Code,
        menu::{
            About, Item, Menu, OptionPrice, Outline,
            edit::{Edit, import},
            samples::menu,
        },
    },
};
use proptest::prelude::*;

/// What a table makes of a menu.
fn imported(csv: &str, before: &Menu) -> Result<Edit, Vec<InvalidField>> {
    let csv = match MenuCsv::read(csv.as_bytes()) {
        Ok(csv) => csv,
        Err(Error::Invalid(faults)) => return Err(faults),
        Err(other) => panic!("{other:?}"),
    };
    let (menu, rows) = csv.menu(before)?;
    import(before, &[], menu).map_err(|faults| rows.named(faults))
}

fn refused(csv: &str) -> Vec<String> {
    let faults = imported(csv, &menu()).unwrap_err();
    faults.into_iter().map(|fault| fault.field).collect()
}

fn empty() -> Menu {
    Menu {
        outline: Outline::default(),
        items: Vec::new(),
    }
}

fn code(text: &str) -> Code {
    Code::parse(text).unwrap()
}

fn item<'a>(menu: &'a Menu, name: &str) -> &'a Item {
    menu.items.iter().find(|item| &*item.name == name).unwrap()
}

#[test]
fn a_menu_is_written_row_by_row() {
    let csv = write_csv(&menu()).unwrap();
    let lines: Vec<_> = csv.split("\r\n").collect();
    assert_eq!(
        lines[0],
        "\u{feff}kind,id,parent,name,about,size,price,deposit,amount,groups,halves,pieces,tax,allergens,diets,additives,\
         without,min,max,free,each,default"
    );
    for line in [
        "size,m,,Medium,,,,,,,,,,,,,,,,,,",
        "category,drinks,,Drinks,Cold,,,,,,,,,,,,,,,,,",
        "group,top,,Toppings,,,,,,,true,,,,,,,0,4,0,2,",
        "option,cheese,top,Cheese,,,0.85,,,,,,,milk,vegetarian,,,,,,,false",
        "price,,top.olives,,,l,1.50,,,,,,,,,,,,,,,",
        "item,diav,pizza,Diavola,,,,,,top|sauce,l,1,food,gluten|sulphites,,,Onions|Basil,,,,,",
        "price,,diav,,,l,12.35,,500 g,,,,,,,,,,,,,",
        "price,,cola,,,,2.50,0.25,330 ml,,,,,,,,,,,,,",
    ] {
        assert!(lines.contains(&line), "{line}\n{csv}");
    }
}

#[test]
fn what_is_written_changes_nothing() {
    let csv = write_csv(&menu()).unwrap();
    let semicolons = csv.replace(',', ";").replace("1.50", "1,50");
    for csv in [&*csv, &semicolons, csv.trim_start_matches('\u{feff}')] {
        let edit = imported(csv, &menu()).unwrap();
        assert_eq!(edit.changes, []);
    }
    // What has no column is not in it.
    let elsewhere = imported(&csv, &empty()).unwrap().menu;
    assert_eq!(elsewhere.outline.categories[1].hours, None);
    assert_eq!(elsewhere.outline.groups, menu().outline.groups);
}

const PLAIN: &str = "\
kind;parent;name;size;price;amount;groups;halves;max;allergens
size;;Small;;;;;;;
size;;Large;;;;;;;
category;;Pizza;;;;;;;
category;;Drinks;;;;;;;
group;;Toppings;;;;;;2;
option;Toppings;Olives;;0,5;;;;;
option;Toppings;Extra. cheese;;;;;;;milk
price;Toppings.Extra. cheese;;Small;1;;;;;
price;Toppings.Extra. cheese;;Large;1,5;;;;;
item;Pizza;Margherita;;;;toppings;Large;;gluten|milk
price;Margherita;;Small;8;;;;;
price;Margherita;;Large;10,50;;;;;
item;Drinks;Water;;;;;;;
price;Water;;;2;500 ML;;;;
item;;Secret;;;;;;;
price;secret;;;9;;;;;
";

#[test]
fn names_do_where_there_are_no_ids() {
    let made = imported(PLAIN, &empty()).unwrap().menu;
    let outline = &made.outline;
    assert_eq!((outline.sizes.len(), outline.next), (2, 11));
    let margherita = item(&made, "Margherita");
    assert_eq!(margherita.groups, [outline.groups[0].id.clone()]);
    assert_eq!(margherita.halves, [outline.sizes[1].id.clone()]);
    assert_eq!(margherita.prices[1].price, Cents::new(1_050));
    assert_eq!(
        outline.categories[0].items,
        std::slice::from_ref(&margherita.id)
    );
    assert!(outline.category_of(&item(&made, "Secret").id).is_none());
    let OptionPrice::BySize(prices) = &outline.groups[0].options[1].price else {
        panic!("{outline:?}");
    };
    assert_eq!(prices[&outline.sizes[1].id], Cents::new(150));

    // Again, it changes nothing: each part is known by its name below its parent.
    assert_eq!(imported(PLAIN, &made).unwrap().changes, []);
    let renamed = PLAIN
        .replace("Margherita", "MARGHERITA")
        .replace("10,50", "11");
    let edit = imported(&renamed, &made).unwrap();
    assert_eq!(edit.changes.len(), 1);
    assert_eq!(edit.difference.changed[0].id, *margherita.id);
    // Below another parent it is another part.
    let moved = PLAIN.replace("item;Pizza;Margherita", "item;Drinks;Margherita");
    let edit = imported(&moved, &made).unwrap();
    assert_eq!(edit.gone[0].id, margherita.id);
    assert_eq!(&*edit.difference.added[0].name, "Margherita");
    assert_eq!(edit.menu.outline.next, 12);
}

#[test]
fn what_is_absent_is_taken_off() {
    let csv = write_csv(&menu()).unwrap();
    let lines = csv.split("\r\n").filter(|line| !line.contains("fung"));
    let edit = imported(&lines.collect::<Vec<_>>().join("\r\n"), &menu()).unwrap();
    assert_eq!(edit.gone[0].id, code("fung"));
    assert_eq!(edit.difference.removed[0].id, "fung");
    assert!(imported("kind\n", &menu()).unwrap().menu.items.is_empty());
}

#[test]
fn parts_of_one_name_are_matched_in_their_order() {
    let two = "kind,parent,name,price\nitem,,Cola,\nprice,Cola,,2\nitem,,Cola,\nprice,Cola,,3\n";
    let made = imported(two, &empty()).unwrap().menu;
    let prices: Vec<_> = made
        .items
        .iter()
        .map(|item| item.prices[0].price.get())
        .collect();
    assert_eq!(prices, [200, 300]);
    assert_eq!(imported(two, &made).unwrap().changes, []);
    let given = two
        .replacen("kind,", "kind,id,", 1)
        .replace("item,", "item,,");
    let given = given
        .replace("price,Cola", "price,,Cola")
        .replacen("item,,", "item,2,", 1);
    let edit = imported(&given, &made).unwrap();
    let codes: Vec<_> = edit.menu.items.iter().map(|item| &*item.id).collect();
    assert_eq!(codes, ["2", "1"]);
}

#[test]
fn a_table_that_cannot_be_read_names_the_row() {
    let not_utf8 = MenuCsv::read(b"kind,name\nsize,Large\nsize,Gro\xdf\n").unwrap_err();
    assert_eq!(not_utf8, Error::invalid("row[3]", FieldError::NotUnicode));
    for (csv, fields) in [
        ("", &["row[1].kind"][..]),
        ("kind,colour\n", &["row[1]"]),
        ("name,id\n", &["row[1].kind"]),
        ("kind,name,name\n", &["row[1].name"]),
        ("kind,name\nsize,Large,9\n", &["row[2]"]),
        (
            "kind,name\nsize,Large\n,\ntopping,Ham\n,Olives\n",
            &["row[4].kind", "row[5].kind"],
        ),
        ("kind,name,price\nsize,Large,9\n", &["row[2].price"]),
    ] {
        assert_eq!(refused(csv), fields, "{csv:?}");
    }
}

#[test]
fn what_is_wrong_is_told_with_its_row() {
    for (old, new, fields) in [
        ("size,m,,Medium", "size,M,,Medium", &["row[2].id"][..]),
        ("category,drinks", "category,pizza", &["row[5].id"]),
        ("2.50", "9.999", &["row[25].price"]),
        ("2.50", "-1", &["row[25].price"]),
        ("2.50", "1e400", &["row[25].price"]),
        ("330 ml", "330", &["row[25].amount"]),
        ("330 ml", "0 ml", &["row[25].amount"]),
        ("item,cola,drinks", "item,cola,snacks", &["row[24].parent"]),
        ("price,,cola", "price,,cula", &["row[25].parent"]),
        (
            "price,,top.olives,,,l",
            "price,,top.olives,,,xl",
            &["row[8].size"],
        ),
        (
            "option,cheese,top",
            "option,cheese,tap",
            &["row[10].parent"],
        ),
        ("option,cheese,top", "option,cheese,", &["row[10].parent"]),
        ("|sulphites", "|salt", &["row[18].allergens[1]"]),
        (
            "top|sauce",
            "top|sorce",
            &["row[15].groups", "row[18].groups", "row[21].groups"],
        ),
        ("drink,,,caffeine", "delivery,,,caffeine", &["row[24].tax"]),
        ("0,4,0,2", "7,4,0,2", &["row[6].min"]),
        ("true,,,,,,,0", "yes,,,,,,,0", &["row[6].halves"]),
        // The price of an option for a size at which it is offered.
        (
            "price,,top.olives,,,l,1.50",
            "price,,top.olives,,,m,1.50",
            &["row[8].price"],
        ),
    ] {
        let csv = write_csv(&menu()).unwrap();
        assert!(csv.contains(old), "{old}\n{csv}");
        let csv = csv.replace(old, new);
        let found = refused(&csv);
        for field in fields {
            assert!(
                found.iter().any(|one| one == field),
                "{new}: {found:?}\n{csv}"
            );
        }
    }
}

/// Names with all that means something in a table, a list, or a spreadsheet.
fn name() -> impl Strategy<Value = ShopName> {
    let text = "[=+@\\-,;'\" a1|\\\\.é🍕＝]{1,12}";
    text.prop_filter_map("it is a name", |text| ShopName::parse(&text).ok())
}

fn about() -> impl Strategy<Value = Option<About>> {
    let text = "[=+@,;'\" a|\\\\\n]{0,16}";
    text.prop_map(|text| About::parse(&text).ok())
}

prop_compose! {
    fn any_menu()(
        names in prop::collection::vec(name(), 24),
        abouts in prop::collection::vec(about(), 6),
        prices in prop::collection::vec(0u32..=100_000, 8),
        numbers in prop::collection::vec(0u32..=4, 4),
        shown in any::<bool>(),
    ) -> Menu {
        let mut menu = menu();
        let mut names = names.into_iter().cycle();
        let mut name = || names.next().unwrap();
        let mut abouts = abouts.into_iter().cycle();
        let mut prices = prices.into_iter().map(Cents::new).cycle();
        let mut numbers = numbers.into_iter().cycle();
        let outline = &mut menu.outline;
        outline.sizes.iter_mut().for_each(|size| size.name = name());
        for category in &mut outline.categories {
            (category.name, category.about) = (name(), abouts.next().unwrap());
        }
        for group in &mut outline.groups {
            group.name = name();
            for option in &mut group.options {
                option.name = name();
                if let OptionPrice::One(price) = &mut option.price {
                    *price = prices.next().unwrap();
                }
            }
        }
        if !shown {
            outline.categories[0].items.clear();
        }
        for item in &mut menu.items {
            (item.name, item.about) = (name(), abouts.next().unwrap());
            item.pieces = numbers.next().unwrap();
            let without: std::collections::BTreeSet<_> = [name(), name(), name()].into();
            item.without = without.into_iter().collect();
            item.additives = (0..numbers.next().unwrap()).map(|_| name()).collect();
            for price in &mut item.prices {
                (price.price, price.deposit) = (prices.next().unwrap(), prices.next().unwrap());
            }
        }
        menu
    }
}

proptest! {
    #[test]
    fn every_menu_is_read_as_it_was_written(menu in any_menu()) {
        let csv = write_csv(&menu).unwrap();
        let edit = imported(&csv, &menu);
        prop_assert!(edit.is_ok(), "{:?}\n{}", edit, csv);
        prop_assert_eq!(edit.unwrap().changes, vec![], "{}", csv);
    }

    #[test]
    fn no_table_breaks_the_reader(csv in "(kind|name|size|item|price|[,;\"\n|.'=a1 ]){0,40}") {
        let _ = imported(&csv, &menu());
    }
}
