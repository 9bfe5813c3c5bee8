//! What a table of a menu means, as the JSON of a menu: its values are read as those of every other menu.

use super::{
    cells::{Object, amount, flag, json, number, split},
    codes::{Codes, Part, Parts},
    rows::{CategoryRows, GroupRows, ItemRows, OptionRows, Rows, place},
    table::{Row, RowKind},
};
use crate::domain::{
    FieldError, InvalidField,
    shop::menu::{Category, Menu, file::FORMAT},
};

pub struct Built {
    pub json: String,
    pub rows: Rows,
    /// Parts that the table names and does not have.
    pub faults: Vec<InvalidField>,
}

/// The rows by kind, with their codes.
struct Table<'a> {
    sizes: Parts<'a>,
    categories: Parts<'a>,
    groups: Parts<'a>,
    options: Parts<'a>,
    items: Parts<'a>,
    /// The rows of prices, by the place of their item or option.
    item_prices: Vec<Vec<&'a Row>>,
    option_prices: Vec<Vec<&'a Row>>,
    faults: Vec<InvalidField>,
}

pub fn build(rows: &[Row], before: &Menu) -> Built {
    let mut table = Table::new(rows, before);
    let mut file = Object::default();
    file.add("format", &FORMAT);
    let sizes = table.sizes.all.iter().map(|part| named(part, &[]));
    file.add("sizes", &sizes.collect::<Vec<_>>());
    file.add("categories", &table.categories(&before.outline.categories));
    file.add("groups", &table.groups());
    file.add("halves", &before.outline.halves);
    file.add("items", &table.items());
    Built {
        json: json(&file).get().to_owned(),
        rows: table.rows(),
        faults: table.faults,
    }
}

impl<'a> Table<'a> {
    fn new(rows: &'a [Row], before: &Menu) -> Table<'a> {
        let mut codes = Codes::new(rows, before);
        let mut faults = Vec::new();
        let of = |kind| rows.iter().filter(move |row| row.kind == kind);
        let alone = |kind| of(kind).map(|row| (row, None, String::new())).collect();
        let sizes = codes.parts(RowKind::Size, alone(RowKind::Size));
        let categories = codes.parts(RowKind::Category, alone(RowKind::Category));
        let groups = codes.parts(RowKind::Group, alone(RowKind::Group));
        let mut below = |row: &'a Row, parents: &Parts, what: &str| {
            let named = row.cell("parent")?;
            match parents.find(None, named, row.number) {
                Some(at) => Some((row, Some(at), parents.all[at].code.clone())),
                None => {
                    faults.push(unknown(row, "parent", what, named));
                    None
                }
            }
        };
        let options = of(RowKind::Option).filter_map(|row| below(row, &groups, "group"));
        let options = options.collect();
        let items = of(RowKind::Item).filter_map(|row| match row.cell("parent") {
            None => Some((row, None, String::new())),
            Some(_) => below(row, &categories, "category"),
        });
        let items = items.collect();
        let orphans = of(RowKind::Option).filter(|row| row.cell("parent").is_none());
        faults.extend(orphans.map(|row| missing(row, "parent")));
        let options = codes.parts(RowKind::Option, options);
        let items = codes.parts(RowKind::Item, items);
        let mut table = Table {
            item_prices: vec![Vec::new(); items.all.len()],
            option_prices: vec![Vec::new(); options.all.len()],
            sizes,
            categories,
            groups,
            options,
            items,
            faults,
        };
        of(RowKind::Price).for_each(|row| table.add_price(row));
        table
    }

    fn add_price(&mut self, row: &'a Row) {
        let Some(parent) = row.cell("parent") else {
            return self.faults.push(missing(row, "parent"));
        };
        if let Some(item) = self.items.find(None, parent, row.number) {
            return self.item_prices[item].push(row);
        }
        let Some(option) = self.option(parent, row.number) else {
            return self
                .faults
                .push(unknown(row, "parent", "item or option", parent));
        };
        self.option_prices[option].push(row);
        for column in ["deposit", "amount"] {
            if row.cell(column).is_some() {
                let why = format!("The price of an option has no {column}.");
                let fault = InvalidField::fault(place(row.number, column), why);
                self.faults.push(fault);
            }
        }
        if row.cell("size").is_none() {
            self.faults.push(missing(row, "size"));
        }
    }

    /// The option that `group.option` names. A name may have a point in it.
    fn option(&self, named: &str, row: usize) -> Option<usize> {
        let points = named.match_indices('.');
        let mut split = points.map(|(at, _)| (&named[..at], &named[at + 1..]));
        split.find_map(|(group, option)| {
            let group = self.groups.find(None, group.trim(), row)?;
            self.options.find(Some(group), option.trim(), row)
        })
    }

    /// The items of a category, in the order of their rows.
    fn items_of(&self, category: usize) -> impl Iterator<Item = &Part<'a>> {
        let items = self.items.all.iter();
        items.filter(move |item| item.parent == Some(category))
    }

    fn options_of(&self, group: usize) -> impl Iterator<Item = (usize, &Part<'a>)> {
        let options = self.options.all.iter().enumerate();
        options.filter(move |(_, option)| option.parent == Some(group))
    }

    /// When a category can be had has no column.
    fn categories(&self, before: &[Category]) -> Vec<Object> {
        let all = self.categories.all.iter().enumerate();
        let category = |(n, part): (usize, &Part)| {
            let mut category = named(part, &[("about", Cell::Text)]);
            let before = before.iter().find(|one| *one.id == *part.code);
            if let Some(hours) = before.and_then(|before| before.hours.as_ref()) {
                category.add("hours", hours);
            }
            let items = self.items_of(n).map(|item| &item.code);
            category.add("items", &items.collect::<Vec<_>>());
            category
        };
        all.map(category).collect()
    }

    fn groups(&mut self) -> Vec<Object> {
        const CELLS: [(&str, Cell); 5] = [
            ("min", Cell::Number),
            ("max", Cell::Number),
            ("free", Cell::Number),
            ("each", Cell::Number),
            ("halves", Cell::Flag),
        ];
        let mut groups = Vec::new();
        for n in 0..self.groups.all.len() {
            let options: Vec<usize> = self.options_of(n).map(|(k, _)| k).collect();
            let options = options.into_iter().map(|k| self.option_object(k));
            let options: Vec<Object> = options.collect();
            let mut group = named(&self.groups.all[n], &CELLS);
            group.add("options", &options);
            groups.push(group);
        }
        groups
    }

    fn option_object(&mut self, n: usize) -> Object {
        const CELLS: [(&str, Cell); 4] = [
            ("price", Cell::Number),
            ("allergens", Cell::List),
            ("diets", Cell::List),
            ("default", Cell::Flag),
        ];
        let mut option = named(&self.options.all[n], &CELLS);
        let row = self.options.all[n].row;
        let prices = self.option_prices[n].clone();
        if row.cell("price").is_none() {
            let mut by_size = Object::default();
            for row in prices {
                if let Some(size) = row.cell("size") {
                    let size = self.size(row, "size", size);
                    by_size.add(&size, &number(row.cell("price").unwrap_or_default()));
                }
            }
            option.add("price", &by_size);
        } else if let Some(second) = prices.first() {
            let why = "Its option has one price for all sizes already.";
            let fault = InvalidField::fault(place(second.number, "parent"), why);
            self.faults.push(fault);
        }
        option
    }

    fn items(&mut self) -> Vec<Object> {
        const CELLS: [(&str, Cell); 7] = [
            ("about", Cell::Text),
            ("pieces", Cell::Number),
            ("tax", Cell::Text),
            ("allergens", Cell::List),
            ("diets", Cell::List),
            ("additives", Cell::List),
            ("without", Cell::List),
        ];
        let mut items = Vec::new();
        for n in 0..self.items.all.len() {
            let mut item = named(&self.items.all[n], &CELLS);
            let row = self.items.all[n].row;
            let sizes = split(row.cell("halves").unwrap_or_default());
            let sizes = sizes.iter().map(|size| self.size(row, "halves", size));
            item.add("halves", &sizes.collect::<Vec<_>>());
            let groups = split(row.cell("groups").unwrap_or_default());
            let groups = groups.iter().map(|group| self.group(row, group));
            item.add("groups", &groups.collect::<Vec<_>>());
            let prices = self.item_prices[n].clone().into_iter();
            let prices = prices.map(|row| self.item_price(row));
            item.add("prices", &prices.collect::<Vec<_>>());
            items.push(item);
        }
        items
    }

    fn item_price(&mut self, row: &Row) -> Object {
        let mut price = Object::default();
        if let Some(size) = row.cell("size") {
            let size = self.size(row, "size", size);
            price.add("size", &size);
        }
        add_cell(&mut price, row, "price", Cell::Number);
        add_cell(&mut price, row, "deposit", Cell::Number);
        if let Some(cell) = row.cell("amount") {
            match amount(cell) {
                Ok(amount) => price.add("amount", &amount),
                Err(error) => {
                    let path = place(row.number, "amount");
                    self.faults.push(InvalidField::new(path, error));
                }
            }
        }
        price
    }

    /// The code of a size. What is none is recorded, and stands for itself.
    fn size(&mut self, row: &Row, column: &str, named: &str) -> String {
        let found = self.sizes.find(None, named, row.number);
        let code = found.map(|at| self.sizes.all[at].code.clone());
        code.unwrap_or_else(|| {
            self.faults.push(unknown(row, column, "size", named));
            named.to_owned()
        })
    }

    fn group(&mut self, row: &Row, named: &str) -> String {
        let found = self.groups.find(None, named, row.number);
        let code = found.map(|at| self.groups.all[at].code.clone());
        code.unwrap_or_else(|| {
            self.faults.push(unknown(row, "groups", "group", named));
            named.to_owned()
        })
    }

    fn rows(&self) -> Rows {
        let numbers = |rows: &[&Row]| rows.iter().map(|row| row.number).collect();
        let categories = self.categories.all.iter().enumerate();
        let groups = self.groups.all.iter().enumerate();
        let items = self.items.all.iter().zip(&self.item_prices);
        Rows {
            sizes: self.sizes.all.iter().map(|part| part.row.number).collect(),
            categories: categories
                .map(|(n, part)| CategoryRows {
                    row: part.row.number,
                    items: self.items_of(n).map(|item| item.row.number).collect(),
                })
                .collect(),
            groups: groups
                .map(|(n, part)| GroupRows {
                    row: part.row.number,
                    options: self
                        .options_of(n)
                        .map(|(k, _)| self.option_rows(k))
                        .collect(),
                })
                .collect(),
            items: items
                .map(|(part, prices)| ItemRows {
                    row: part.row.number,
                    prices: numbers(prices),
                })
                .collect(),
        }
    }

    fn option_rows(&self, n: usize) -> OptionRows {
        let prices = self.option_prices[n].iter().filter_map(|row| {
            let size = self.sizes.find(None, row.cell("size")?, row.number)?;
            Some((self.sizes.all[size].code.clone(), row.number))
        });
        OptionRows {
            row: self.options.all[n].row.number,
            prices: prices.collect(),
        }
    }
}

/// What a cell holds.
#[derive(Clone, Copy)]
enum Cell {
    Text,
    Number,
    Flag,
    List,
}

/// A part with its code and name, and these cells of its row.
fn named(part: &Part, cells: &[(&str, Cell)]) -> Object {
    let mut object = Object::default();
    object.add("id", &part.code);
    add_cell(&mut object, part.row, "name", Cell::Text);
    for (column, kind) in cells {
        add_cell(&mut object, part.row, column, *kind);
    }
    object
}

fn add_cell(object: &mut Object, row: &Row, column: &str, kind: Cell) {
    let Some(cell) = row.cell(column) else {
        return;
    };
    match kind {
        Cell::Text => object.add(column, &cell),
        Cell::Number => object.add(column, &number(cell)),
        Cell::Flag => object.add(column, &flag(cell)),
        Cell::List => object.add(column, &split(cell)),
    }
}

fn missing(row: &Row, column: &str) -> InvalidField {
    InvalidField::new(place(row.number, column), FieldError::Missing)
}

fn unknown(row: &Row, column: &str, what: &str, named: &str) -> InvalidField {
    let named: String = named.chars().take(60).collect();
    let why = format!("The table has no {what} “{named}”.");
    InvalidField::fault(place(row.number, column), why)
}
