//! What the parts of a menu demand of each other. A refusal names both parts, and has the path of one of them in what
//! came in.

use super::{Group, Item, Menu, MenuOption, OptionPrice, Outline, fault::MenuFault};
use crate::domain::{FieldError, InvalidField, shop::code::Code};
use serde::Serialize;
use std::collections::{HashMap, HashSet};

/// What came in, and so has paths.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edited<'a> {
    Menu,
    Outline,
    Item(&'a Code),
}

/// What is wrong between the outline and an item.
struct Mismatch {
    /// The place among the items.
    item: usize,
    /// Paths within the item and within the outline, and whether the whole menu is refused at the item's.
    in_item: String,
    in_outline: String,
    is_of_item: bool,
    fault: MenuFault,
}

/// What is wrong with a menu of which a part came in; nothing if it can be stored.
pub fn check(menu: &Menu, edited: Edited) -> Vec<InvalidField> {
    let mut faults = Vec::new();
    if !matches!(edited, Edited::Item(_)) {
        check_outline(&menu.outline, &mut faults);
    }
    check_categories(menu, &mut faults);
    let too_many = menu.items.len() > Menu::MAX_ITEMS;
    if too_many {
        let max = Menu::MAX_ITEMS;
        faults.push(wrong("items", MenuFault::TooManyItems { max }));
    }
    let mut codes = HashSet::new();
    for (n, item) in menu.items.iter().enumerate() {
        let path = match edited {
            Edited::Menu => format!("items[{n}]."),
            Edited::Item(code) if *code == item.id => String::new(),
            _ => continue,
        };
        if !codes.insert(&item.id) {
            faults.push(twice(format!("{path}id"), "item", &item.id));
        }
        check_item(item, &path, &mut faults);
    }
    let mismatches = mismatches(menu);
    faults.extend(
        mismatches
            .into_iter()
            .filter_map(|one| one.seen(menu, edited)),
    );
    faults
}

impl Mismatch {
    fn seen(self, menu: &Menu, edited: Edited) -> Option<InvalidField> {
        let path = match edited {
            Edited::Menu if self.is_of_item => format!("items[{}].{}", self.item, self.in_item),
            Edited::Menu | Edited::Outline => self.in_outline,
            Edited::Item(code) if menu.items[self.item].id == *code => self.in_item,
            Edited::Item(_) => return None,
        };
        Some(wrong(path, self.fault))
    }
}

fn wrong(path: impl Into<String>, fault: MenuFault) -> InvalidField {
    InvalidField::new(path, fault.into())
}

fn twice(path: String, kind: &'static str, code: &Code) -> InvalidField {
    let code = code.to_string();
    wrong(path, MenuFault::TwoCodes { kind, code })
}

fn check_outline(outline: &Outline, faults: &mut Vec<InvalidField>) {
    let sizes = outline.sizes.iter().map(|size| &size.id);
    check_codes(sizes, "sizes", "size", faults);
    let groups = outline.groups.iter().map(|group| &group.id);
    check_codes(groups, "groups", "group", faults);
    for (n, group) in outline.groups.iter().enumerate() {
        let path = format!("groups[{n}]");
        check_group(group, &path, faults);
        for (k, option) in group.options.iter().enumerate() {
            let path = format!("{path}.options[{k}].price");
            check_option_sizes(outline, group, option, &path, faults);
        }
    }
    check_bytes(outline, "outline", Outline::MAX_BYTES, faults);
}

fn check_codes<'a>(
    codes: impl Iterator<Item = &'a Code>,
    path: &str,
    kind: &'static str,
    faults: &mut Vec<InvalidField>,
) {
    let mut seen = HashSet::new();
    for (n, code) in codes.enumerate() {
        if !seen.insert(code) {
            faults.push(twice(format!("{path}[{n}].id"), kind, code));
        }
    }
}

fn check_group(group: &Group, path: &str, faults: &mut Vec<InvalidField>) {
    let Group {
        name,
        min,
        max,
        options,
        ..
    } = group;
    let codes = options.iter().map(|option| &option.id);
    check_codes(codes, &format!("{path}.options"), "option", faults);
    let (min, max) = (*min, *max);
    if min > max {
        let group = name.to_string();
        let fault = MenuFault::MinOverMax { group, min, max };
        faults.push(wrong(format!("{path}.min"), fault));
    }
    let choosable = group.choosable();
    if u64::from(max) > choosable {
        let fault = MenuFault::MaxOverOptions {
            group: name.to_string(),
            max,
            choosable,
        };
        faults.push(wrong(format!("{path}.max"), fault));
    }
    let defaults = options.iter().filter(|option| option.default).count();
    if defaults as u64 > u64::from(max) {
        let fault = MenuFault::TooManyDefaults {
            group: name.to_string(),
            max,
            defaults,
        };
        faults.push(wrong(format!("{path}.options"), fault));
    }
}

/// Each price is for a size that is there.
fn check_option_sizes(
    outline: &Outline,
    group: &Group,
    option: &MenuOption,
    path: &str,
    faults: &mut Vec<InvalidField>,
) {
    let OptionPrice::BySize(prices) = &option.price else {
        return;
    };
    for code in prices.keys().filter(|code| outline.size(code).is_none()) {
        let fault = MenuFault::OptionOfUnknownSize {
            option: option.name.to_string(),
            group: group.name.to_string(),
            size: code.to_string(),
        };
        faults.push(wrong(format!("{path}.{code}"), fault));
    }
}

/// A category lists items that are there, and an item stands in one category.
fn check_categories(menu: &Menu, faults: &mut Vec<InvalidField>) {
    let categories = &menu.outline.categories;
    let codes = categories.iter().map(|category| &category.id);
    check_codes(codes, "categories", "category", faults);
    let there: HashSet<_> = menu.items.iter().map(|item| &item.id).collect();
    let mut shown = HashMap::new();
    for (n, category) in categories.iter().enumerate() {
        for (k, item) in category.items.iter().enumerate() {
            let path = format!("categories[{n}].items[{k}]");
            let (name, item_code) = (&category.name, item.to_string());
            if !there.contains(item) {
                let fault = MenuFault::UnknownItem {
                    category: name.to_string(),
                    item: item_code,
                };
                faults.push(wrong(path, fault));
            } else if let Some(first) = shown.insert(item, name) {
                let fault = MenuFault::ShownTwice {
                    item: item_code,
                    first: first.to_string(),
                    second: name.to_string(),
                };
                faults.push(wrong(path, fault));
            }
        }
    }
}

/// What is wrong within one item.
fn check_item(item: &Item, path: &str, faults: &mut Vec<InvalidField>) {
    let name = || item.name.to_string();
    if item.prices.is_empty() {
        let fault = MenuFault::NoPrice { item: name() };
        faults.push(wrong(format!("{path}prices"), fault));
    }
    let by_size = item.is_sold_by_size();
    for (n, price) in item.prices.iter().enumerate() {
        let path = format!("{path}prices[{n}].size");
        let before = item.prices[..n].iter().any(|one| one.size == price.size);
        match &price.size {
            None if by_size => {
                faults.push(wrong(path, MenuFault::WithAndWithoutSize { item: name() }));
            }
            size if before => {
                let size = size.as_ref().map(ToString::to_string);
                faults.push(wrong(path, MenuFault::TwoPrices { item: name(), size }));
            }
            _ => {}
        }
    }
    for (n, size) in item.halves.iter().enumerate() {
        if item.price(Some(size)).is_none() {
            let (item, size) = (name(), size.to_string());
            let fault = MenuFault::HalfWithoutPrice { item, size };
            faults.push(wrong(format!("{path}halves[{n}]"), fault));
        }
    }
    check_unique(&item.halves, &format!("{path}halves"), faults);
    check_unique(&item.groups, &format!("{path}groups"), faults);
    check_unique(&item.without, &format!("{path}without"), faults);
    let whole = path.strip_suffix('.').unwrap_or("item");
    check_bytes(item, whole, Item::MAX_BYTES, faults);
}

fn check_unique<T: PartialEq>(all: &[T], path: &str, faults: &mut Vec<InvalidField>) {
    for (n, one) in all.iter().enumerate() {
        if all[..n].contains(one) {
            let path = format!("{path}[{n}]");
            faults.push(InvalidField::new(path, FieldError::Twice));
        }
    }
}

/// A document has a largest size.
fn check_bytes(document: &impl Serialize, path: &str, max: usize, faults: &mut Vec<InvalidField>) {
    let length = serde_json::to_string(document).map_or(usize::MAX, |text| text.len());
    if length > max {
        let bytes = length;
        faults.push(wrong(path, MenuFault::TooLarge { bytes, max }));
    }
}

/// Sizes and groups that items name and that are not there, and options without a price for a size.
fn mismatches(menu: &Menu) -> Vec<Mismatch> {
    let outline = &menu.outline;
    let mut found = Vec::new();
    for (at, item) in menu.items.iter().enumerate() {
        let name = &item.name;
        let mut missing = |in_item: String, in_outline: &str, fault: MenuFault| {
            found.push(Mismatch {
                item: at,
                in_item,
                in_outline: in_outline.to_owned(),
                is_of_item: true,
                fault,
            });
        };
        for (n, price) in item.prices.iter().enumerate() {
            let size = price.size.as_ref();
            if let Some(size) = size.filter(|size| outline.size(size).is_none()) {
                let (item, size) = (name.to_string(), size.to_string());
                let fault = MenuFault::ItemOfUnknownSize { item, size };
                missing(format!("prices[{n}].size"), "sizes", fault);
            }
        }
        for (n, group) in item.groups.iter().enumerate() {
            if outline.group(group).is_none() {
                let (item, group) = (name.to_string(), group.to_string());
                let fault = MenuFault::UnknownGroup { item, group };
                missing(format!("groups[{n}]"), "groups", fault);
            }
        }
        found.extend(unpriced_options(outline, at, item));
    }
    found
}

/// The options that an item offers at a size for which they have no price.
fn unpriced_options(outline: &Outline, at: usize, item: &Item) -> Vec<Mismatch> {
    let mut found = Vec::new();
    for (n, code) in item.groups.iter().enumerate() {
        let place = outline.groups.iter().position(|group| group.id == *code);
        let Some((g, group)) = place.map(|g| (g, &outline.groups[g])) else {
            continue;
        };
        for (o, option) in group.options.iter().enumerate() {
            let without = |size: &Option<Code>| option.price.at(size.as_ref()).is_none();
            let mut sizes = item.prices.iter().map(|price| &price.size);
            let Some(size) = sizes.find(|size| without(size)) else {
                continue;
            };
            let size = size.as_ref().and_then(|size| outline.size(size));
            found.push(Mismatch {
                item: at,
                in_item: format!("groups[{n}]"),
                in_outline: format!("groups[{g}].options[{o}].price"),
                is_of_item: false,
                fault: MenuFault::OptionWithoutPrice {
                    option: option.name.to_string(),
                    group: group.name.to_string(),
                    size: size.map(|size| size.name.to_string()),
                    item: item.name.to_string(),
                },
            });
        }
    }
    found
}
