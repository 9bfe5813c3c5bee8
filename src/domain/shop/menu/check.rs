//! What the parts of a menu demand of each other. A refusal names both parts, and has the path of one of them in what
//! came in.

use super::{Group, Item, Menu, MenuOption, OptionPrice, Outline};
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
    why: String,
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
        let why = format!("At most {} items fit on a menu.", Menu::MAX_ITEMS);
        faults.push(InvalidField::fault("items", why));
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
        Some(InvalidField::fault(&path, self.why))
    }
}

fn twice(path: String, kind: &str, code: &Code) -> InvalidField {
    InvalidField::fault(&path, format!("Two {kind}s have the code {code}."))
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
    kind: &str,
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
    if min > max {
        let why = format!("{name} wants at least {min} and allows at most {max}.");
        faults.push(InvalidField::fault(format!("{path}.min"), why));
    }
    let choosable = group.choosable();
    if u64::from(*max) > choosable {
        let why = format!("{name} allows {max}, and its options can be chosen {choosable} times.");
        faults.push(InvalidField::fault(format!("{path}.max"), why));
    }
    let defaults = options.iter().filter(|option| option.default).count();
    if defaults as u64 > u64::from(*max) {
        let why = format!("{name} allows {max}, and {defaults} are chosen beforehand.");
        faults.push(InvalidField::fault(format!("{path}.options"), why));
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
        let (option, group) = (&option.name, &group.name);
        let why =
            format!("{option} of {group} has a price for the size {code}, which is not there.");
        faults.push(InvalidField::fault(format!("{path}.{code}"), why));
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
            let name = &category.name;
            if !there.contains(item) {
                let why = format!("{name} names the item {item}, which is not there.");
                faults.push(InvalidField::fault(&path, why));
            } else if let Some(first) = shown.insert(item, name) {
                let why = format!("The item {item} stands in {first} and again in {name}.");
                faults.push(InvalidField::fault(&path, why));
            }
        }
    }
}

/// What is wrong within one item.
fn check_item(item: &Item, path: &str, faults: &mut Vec<InvalidField>) {
    let name = &item.name;
    if item.prices.is_empty() {
        faults.push(InvalidField::fault(
            format!("{path}prices"),
            format!("{name} has no price."),
        ));
    }
    let by_size = item.is_sold_by_size();
    for (n, price) in item.prices.iter().enumerate() {
        let path = format!("{path}prices[{n}].size");
        let before = item.prices[..n].iter().any(|one| one.size == price.size);
        match &price.size {
            None if by_size => {
                let why = format!("{name} has prices with a size and one without.");
                faults.push(InvalidField::fault(&path, why));
            }
            None if before => faults.push(InvalidField::fault(
                &path,
                format!("{name} has two prices."),
            )),
            Some(size) if before => {
                let why = format!("{name} has two prices for the size {size}.");
                faults.push(InvalidField::fault(&path, why));
            }
            _ => {}
        }
    }
    for (n, size) in item.halves.iter().enumerate() {
        if item.price(Some(size)).is_none() {
            let why =
                format!("{name} may be a half in the size {size}, for which it has no price.");
            faults.push(InvalidField::fault(format!("{path}halves[{n}]"), why));
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
        let why = format!("All of it together has {length} bytes, and at most {max} fit.");
        faults.push(InvalidField::fault(path, why));
    }
}

/// Sizes and groups that items name and that are not there, and options without a price for a size.
fn mismatches(menu: &Menu) -> Vec<Mismatch> {
    let outline = &menu.outline;
    let mut found = Vec::new();
    for (at, item) in menu.items.iter().enumerate() {
        let name = &item.name;
        let mut missing = |in_item: String, in_outline: &str, why: String| {
            found.push(Mismatch {
                item: at,
                in_item,
                in_outline: in_outline.to_owned(),
                is_of_item: true,
                why,
            });
        };
        for (n, price) in item.prices.iter().enumerate() {
            let size = price.size.as_ref();
            if let Some(size) = size.filter(|size| outline.size(size).is_none()) {
                let why = format!("{name} has a price for the size {size}, which is not there.");
                missing(format!("prices[{n}].size"), "sizes", why);
            }
        }
        for (n, group) in item.groups.iter().enumerate() {
            if outline.group(group).is_none() {
                let why = format!("{name} offers the group {group}, which is not there.");
                missing(format!("groups[{n}]"), "groups", why);
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
            let size = match size.as_ref().and_then(|size| outline.size(size)) {
                Some(size) => format!("for {}", size.name),
                None => "without a size".to_owned(),
            };
            let (option, group, item) = (&option.name, &group.name, &item.name);
            found.push(Mismatch {
                item: at,
                in_item: format!("groups[{n}]"),
                in_outline: format!("groups[{g}].options[{o}].price"),
                is_of_item: false,
                why: format!("{option} of {group} has no price {size}, and {item} offers it."),
            });
        }
    }
    found
}
