//! Which code each row of a table has: its own, that of the part of the same name that the menu has had below the same
//! parent, or a new number. Other rows name it by that code or by its name.

use super::table::{Row, RowKind};
use crate::domain::{
    fold_name,
    shop::{code::Code, menu::Menu},
};
use std::collections::{HashMap, HashSet};

/// A row that other rows may name.
#[derive(Debug)]
pub struct Part<'a> {
    pub row: &'a Row,
    pub code: String,
    /// The place of its category or group among their kind.
    pub parent: Option<usize>,
}

/// The parts of one kind.
#[derive(Debug, Default)]
pub struct Parts<'a> {
    pub all: Vec<Part<'a>>,
    /// Within a group, or in the whole menu.
    by_code: HashMap<(Option<usize>, String), usize>,
    by_name: HashMap<(Option<usize>, String), Vec<usize>>,
}

/// What codes there are.
pub struct Codes {
    /// Those of the menu before, by kind, code of the parent and name.
    known: HashMap<(RowKind, String, String), Vec<String>>,
    /// Those that the table itself gives, with the code of the parent where each has codes of its own.
    given: HashSet<(RowKind, String, String)>,
    /// The same, of whatever kind.
    numbers: HashSet<String>,
    next: u32,
}

impl<'a> Parts<'a> {
    fn push(&mut self, part: Part<'a>) {
        let place = self.all.len();
        let within = within(&part);
        let name = fold_name(part.row.cell("name").unwrap_or_default());
        self.by_code
            .entry((within, part.code.clone()))
            .or_insert(place);
        self.by_name.entry((within, name)).or_default().push(place);
        self.all.push(part);
    }

    /// The part that a row names: by its code, else the last one before the row that is called so, else the first one.
    pub fn find(&self, within: Option<usize>, named: &str, row: usize) -> Option<usize> {
        if let Some(place) = self.by_code.get(&(within, named.to_owned())) {
            return Some(*place);
        }
        let called = self.by_name.get(&(within, fold_name(named)))?;
        let mut before = called.iter().rev();
        let before = before.find(|place| self.all[**place].row.number < row);
        before.or(called.first()).copied()
    }
}

/// Options have codes and names of their own in each group.
fn within(part: &Part) -> Option<usize> {
    part.parent.filter(|_| part.row.kind == RowKind::Option)
}

impl Codes {
    pub fn new(rows: &[Row], before: &Menu) -> Codes {
        let outline = &before.outline;
        let mut known: HashMap<_, Vec<String>> = HashMap::new();
        let mut add = |kind, parent: &str, name: &str, code: &Code| {
            let key = (kind, parent.to_owned(), fold_name(name));
            known.entry(key).or_default().push(code.to_string());
        };
        for size in &outline.sizes {
            add(RowKind::Size, "", &size.name, &size.id);
        }
        for category in &outline.categories {
            add(RowKind::Category, "", &category.name, &category.id);
        }
        for group in &outline.groups {
            add(RowKind::Group, "", &group.name, &group.id);
            for option in &group.options {
                add(RowKind::Option, &group.id, &option.name, &option.id);
            }
        }
        for item in &before.items {
            let category = outline.category_of(&item.id);
            let parent = category.map_or("", |category| &category.id);
            add(RowKind::Item, parent, &item.name, &item.id);
        }
        let given = rows.iter().filter_map(|row| row.cell("id"));
        Codes {
            known,
            given: HashSet::new(),
            numbers: given.map(str::to_owned).collect(),
            next: outline.next,
        }
    }

    /// The parts of rows of one kind, each with the place and the code of its parent.
    pub fn parts<'a>(
        &mut self,
        kind: RowKind,
        rows: Vec<(&'a Row, Option<usize>, String)>,
    ) -> Parts<'a> {
        for (row, _, parent) in &rows {
            if let Some(code) = row.cell("id") {
                self.given.insert(own(kind, parent, code));
            }
        }
        let mut parts = Parts::default();
        for (row, place, parent) in rows {
            let code = row.cell("id").map(str::to_owned);
            let code = code.unwrap_or_else(|| self.code(row, &parent));
            parts.push(Part {
                row,
                code,
                parent: place,
            });
        }
        parts
    }

    fn code(&mut self, row: &Row, parent: &str) -> String {
        let name = fold_name(row.cell("name").unwrap_or_default());
        let key = (row.kind, parent.to_owned(), name);
        let mut known = self.known.get(&key).into_iter().flatten();
        let is_free = |code: &&String| !self.given.contains(&own(row.kind, parent, code));
        let code = known.find(is_free).cloned();
        let code = code.unwrap_or_else(|| self.number());
        self.given.insert(own(row.kind, parent, &code));
        code
    }

    fn number(&mut self) -> String {
        loop {
            let code = Code::numbered(self.next).to_string();
            self.next += 1;
            if !self.numbers.contains(&code) {
                return code;
            }
        }
    }
}

fn own(kind: RowKind, parent: &str, code: &str) -> (RowKind, String, String) {
    let parent = match kind {
        RowKind::Option => parent,
        _ => "",
    };
    (kind, parent.to_owned(), code.to_owned())
}
