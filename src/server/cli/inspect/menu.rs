//! `inspect menu R`: the menu of a pizzeria.

use super::{
    Failure, Result,
    output::{self, Format},
    restaurants::named,
    source::Source,
    table::{self, Fit, Table},
};
use crate::{
    domain::shop::{
        code::Code,
        menu::{Category, Group, Halves, Item, OptionPrice, Size},
    },
    server::{cli::output::count, services::shops::catalog::ShopRef},
};
use clap::Args;
use serde::Deserialize;

/// Show the menu of a pizzeria: each item with its prices, by category, and the groups of options.
///
/// With --json it is the menu as it is exported, and can be imported.
#[derive(Args)]
pub struct OneMenu {
    /// The pizzeria's id, or its slug as in addresses.
    #[arg(value_name = "RESTAURANT", value_parser = named)]
    restaurant: ShopRef,
}

/// What is read of an exported menu.
#[derive(Deserialize)]
struct Seen {
    revision: u32,
    sizes: Vec<Size>,
    categories: Vec<Category>,
    groups: Vec<Group>,
    halves: Halves,
    items: Vec<Item>,
}

pub async fn show(source: Source, args: OneMenu, format: Format) -> Result<()> {
    let text = source.menu(&args.restaurant).await?;
    drop(source);
    if format == Format::Json {
        output::line(output::plain_json(&text));
        return Ok(());
    }
    let menu: Seen = serde_json::from_str(&text)
        .map_err(|error| Failure::Unreadable(format!("The menu cannot be read: {error}")))?;
    print(&menu);
    Ok(())
}

fn print(menu: &Seen) {
    print_items(menu);
    if !menu.groups.is_empty() {
        output::line("");
        print_groups(menu);
    }
    let Halves { rule, fee, .. } = &menu.halves;
    let items = count(menu.items.len() as u64, "item");
    let (rule, revision) = (rule.name(), menu.revision);
    output::note(format!(
        "{items} at revision {revision}; two halves: {rule}, and {fee} more"
    ));
}

fn print_items(menu: &Seen) {
    let mut table = Table::new(&[
        ("CATEGORY", Fit::Cut),
        ("CODE", Fit::Whole),
        ("ITEM", Fit::Cut),
        ("PRICES", Fit::Cut),
        ("GROUPS", Fit::Cut),
        ("VERSION", Fit::Number),
    ]);
    let mut row = |category: &str, item: &Item| {
        let prices = item.prices.iter().map(|price| match &price.size {
            Some(size) => format!("{} {}", menu.size(size), price.price),
            None => price.price.to_string(),
        });
        table.row([
            category.to_owned(),
            item.id.to_string(),
            item.name.to_string(),
            joined(prices),
            joined(item.groups.iter().map(ToString::to_string)),
            item.version.to_string(),
        ]);
    };
    for category in &menu.categories {
        let codes = category.items.iter();
        for item in codes.filter_map(|code| menu.items.iter().find(|item| item.id == *code)) {
            row(&category.name, item);
        }
    }
    let is_hidden = |item: &&Item| {
        let mut categories = menu.categories.iter();
        !categories.any(|category| category.items.contains(&item.id))
    };
    for item in menu.items.iter().filter(is_hidden) {
        row("(not shown)", item);
    }
    table.print(table::width());
}

fn print_groups(menu: &Seen) {
    let mut table = Table::new(&[
        ("GROUP", Fit::Whole),
        ("NAME", Fit::Cut),
        ("CHOICES", Fit::Whole),
        ("OPTIONS", Fit::Cut),
    ]);
    for group in &menu.groups {
        let free = match group.free {
            0 => String::new(),
            free => format!(", {free} free"),
        };
        let options = group.options.iter().map(|option| match &option.price {
            OptionPrice::One(price) => format!("{} {price}", option.name),
            OptionPrice::BySize(prices) => {
                let prices = prices.values().map(ToString::to_string);
                format!("{} {}", option.name, prices.collect::<Vec<_>>().join("/"))
            }
        });
        table.row([
            group.id.to_string(),
            group.name.to_string(),
            format!("{} to {}{free}", group.min, group.max),
            joined(options),
        ]);
    }
    table.print(table::width());
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    parts.collect::<Vec<_>>().join(", ")
}

impl Seen {
    /// The name of a size.
    fn size(&self, code: &Code) -> String {
        let size = self.sizes.iter().find(|size| size.id == *code);
        size.map_or(code.to_string(), |size| size.name.to_string())
    }
}
