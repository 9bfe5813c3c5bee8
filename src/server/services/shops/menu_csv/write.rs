//! A menu as a table of a spreadsheet: writing it. What is written can be read, and is the same menu then.

use super::{
    cells::join,
    table::{COLUMNS, MARK, RowKind},
};
use crate::{
    domain::{
        Cents,
        shop::{
            code::Code,
            menu::{Amount, Group, Item, ItemPrice, Menu, MenuOption, OptionPrice},
        },
    },
    server::services::formulas::guarded,
};
use csv::{Terminator, Writer, WriterBuilder};
use std::collections::BTreeMap;

/// The table, with `,` between its cells.
///
/// # Errors
/// None: it is written in memory.
pub fn write_csv(menu: &Menu) -> Result<String, csv::Error> {
    let mut table = Table {
        writer: WriterBuilder::new()
            .terminator(Terminator::CRLF)
            .from_writer(MARK.to_string().into_bytes()),
    };
    table.writer.write_record(COLUMNS)?;
    let outline = &menu.outline;
    for size in &outline.sizes {
        let row = Row::new(RowKind::Size).text("id", &size.id);
        table.write(row.text("name", &size.name))?;
    }
    for category in &outline.categories {
        let row = Row::new(RowKind::Category).text("id", &category.id);
        let about = category.about.as_deref().unwrap_or_default();
        table.write(row.text("name", &category.name).text("about", about))?;
    }
    for group in &outline.groups {
        table.group(group)?;
    }
    let shown = outline.categories.iter().flat_map(|category| {
        let items = category.items.iter();
        items.map(move |code| (&*category.id, code))
    });
    for (category, code) in shown {
        if let Some(item) = menu.item(code) {
            table.item(item, category)?;
        }
    }
    let hidden = menu.items.iter();
    for item in hidden.filter(|item| outline.category_of(&item.id).is_none()) {
        table.item(item, "")?;
    }
    let written = table.writer.into_inner();
    let written = written.map_err(|error| error.into_error())?;
    // It is made of texts.
    Ok(String::from_utf8_lossy(&written).into_owned())
}

struct Table {
    writer: Writer<Vec<u8>>,
}

/// The cells of a row that are not blank.
struct Row(BTreeMap<&'static str, String>);

impl Row {
    fn new(kind: RowKind) -> Row {
        Row(BTreeMap::from([("kind", kind.to_string())]))
    }

    fn text(self, column: &'static str, text: &str) -> Row {
        self.plain(column, guarded(text))
    }

    fn list<'a>(self, column: &'static str, all: impl Iterator<Item = &'a str>) -> Row {
        self.text(column, &join(all))
    }

    /// What cannot begin a formula.
    fn plain(mut self, column: &'static str, value: impl ToString) -> Row {
        self.0.insert(column, value.to_string());
        self
    }
}

impl Table {
    fn write(&mut self, row: Row) -> Result<(), csv::Error> {
        let cells = COLUMNS.map(|column| row.0.get(column).map_or("", String::as_str));
        self.writer.write_record(cells)
    }

    fn group(&mut self, group: &Group) -> Result<(), csv::Error> {
        let row = Row::new(RowKind::Group).text("id", &group.id);
        let row = row.text("name", &group.name);
        let row = row.plain("min", group.min).plain("max", group.max);
        let row = row.plain("free", group.free).plain("each", group.each);
        self.write(row.plain("halves", group.halves))?;
        for option in &group.options {
            self.option(group, option)?;
        }
        Ok(())
    }

    fn option(&mut self, group: &Group, option: &MenuOption) -> Result<(), csv::Error> {
        let row = Row::new(RowKind::Option).text("id", &option.id);
        let row = row.text("parent", &group.id).text("name", &option.name);
        let row = row.list("allergens", option.allergens.iter().map(|one| one.name()));
        let row = row.list("diets", option.diets.iter().map(|one| one.name()));
        let row = row.plain("default", option.default);
        match &option.price {
            OptionPrice::One(price) => self.write(row.plain("price", price)),
            OptionPrice::BySize(prices) => {
                self.write(row)?;
                let parent = format!("{}.{}", group.id, option.id);
                let mut prices = prices.iter();
                prices.try_for_each(|(size, price)| {
                    self.write(price_row(&parent, Some(size), *price))
                })
            }
        }
    }

    fn item(&mut self, item: &Item, category: &str) -> Result<(), csv::Error> {
        let row = Row::new(RowKind::Item).text("id", &item.id);
        let row = row.text("parent", category).text("name", &item.name);
        let row = row.text("about", item.about.as_deref().unwrap_or_default());
        let row = row.list("groups", item.groups.iter().map(|one| &**one));
        let row = row.list("halves", item.halves.iter().map(|one| &**one));
        let row = row.plain("pieces", item.pieces).plain("tax", item.tax);
        let row = row.list("allergens", item.allergens.iter().map(|one| one.name()));
        let row = row.list("diets", item.diets.iter().map(|one| one.name()));
        let row = row.list("additives", item.additives.iter().map(|one| &**one));
        self.write(row.list("without", item.without.iter().map(|one| &**one)))?;
        let mut prices = item.prices.iter();
        prices.try_for_each(|price| self.write(item_price_row(item, price)))
    }
}

fn item_price_row(item: &Item, price: &ItemPrice) -> Row {
    let row = price_row(&item.id, price.size.as_ref(), price.price);
    let row = match price.deposit {
        none if none == Cents::new(0) => row,
        deposit => row.plain("deposit", deposit),
    };
    match price.amount {
        None => row,
        Some(Amount::Millilitres(count)) => row.plain("amount", format!("{count} ml")),
        Some(Amount::Grams(count)) => row.plain("amount", format!("{count} g")),
    }
}

fn price_row(parent: &str, size: Option<&Code>, price: Cents) -> Row {
    let row = Row::new(RowKind::Price).text("parent", parent);
    let row = row.text("size", size.map_or("", |size| size));
    row.plain("price", price)
}
