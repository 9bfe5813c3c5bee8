//! Reading a table: its columns, and its rows with their kinds. What the cells mean is read later.

use super::rows::place;
use crate::{
    domain::{Error, FieldError, InvalidField, named_enum},
    server::services::formulas::unguarded,
};
use csv::{ReaderBuilder, StringRecord};
use std::collections::BTreeMap;

pub const COLUMNS: [&str; 22] = [
    "kind",
    "id",
    "parent",
    "name",
    "about",
    "size",
    "price",
    "deposit",
    "amount",
    "groups",
    "halves",
    "pieces",
    "tax",
    "allergens",
    "diets",
    "additives",
    "without",
    "min",
    "max",
    "free",
    "each",
    "default",
];

/// Tells spreadsheets that the text is UTF-8.
pub const MARK: char = '\u{feff}';
/// So many faults are told at once.
const MAX_FAULTS: usize = 100;

named_enum! {
    /// What a row is.
    RowKind {
        Size = "size",
        Category = "category",
        Group = "group",
        Option = "option",
        Item = "item",
        Price = "price",
    }
}

impl RowKind {
    /// The columns that it has beside its kind.
    fn columns(self) -> &'static [&'static str] {
        match self {
            RowKind::Size => &["id", "name"],
            RowKind::Category => &["id", "name", "about"],
            RowKind::Group => &["id", "name", "min", "max", "free", "each", "halves"],
            RowKind::Option => &[
                "id",
                "parent",
                "name",
                "price",
                "allergens",
                "diets",
                "default",
            ],
            RowKind::Item => &[
                "id",
                "parent",
                "name",
                "about",
                "groups",
                "halves",
                "pieces",
                "tax",
                "allergens",
                "diets",
                "additives",
                "without",
            ],
            RowKind::Price => &["parent", "size", "price", "deposit", "amount"],
        }
    }
}

/// A row with its cells that are not blank.
#[derive(Debug)]
pub struct Row {
    /// As a spreadsheet counts: the columns' names are row 1.
    pub number: usize,
    pub kind: RowKind,
    cells: BTreeMap<&'static str, String>,
}

impl Row {
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }
}

/// The rows of a table, with `,` or `;` between its cells.
///
/// # Errors
/// What is wrong, with the rows.
pub fn read_table(file: &[u8]) -> Result<Vec<Row>, Error> {
    let text = str::from_utf8(file).map_err(|error| {
        let before = &file[..error.valid_up_to()];
        let row = 1 + before.iter().filter(|byte| **byte == b'\n').count();
        Error::invalid(&place(row, ""), FieldError::NotUnicode)
    })?;
    let text = text.strip_prefix(MARK).unwrap_or(text);
    let first = text.lines().next().unwrap_or_default();
    let delimiter = if first.contains(';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .from_reader(text.as_bytes());
    let mut records = reader.records();
    let head = records.next().transpose().map_err(|why| malformed(&why))?;
    let columns = columns(&head.unwrap_or_default())?;
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for (record, number) in records.zip(2..) {
        let record = record.map_err(|why| malformed(&why))?;
        rows.extend(row(&columns, &record, number, &mut faults));
    }
    match faults.is_empty() {
        true => Ok(rows),
        false => Err(Error::Invalid(first_of(faults))),
    }
}

/// Not all of very many.
pub fn first_of(mut faults: Vec<InvalidField>) -> Vec<InvalidField> {
    faults.truncate(MAX_FAULTS);
    faults
}

fn malformed(why: &csv::Error) -> Error {
    let why = why.to_string();
    Error::invalid("body", FieldError::Malformed { why })
}

/// The column of each cell.
fn columns(head: &StringRecord) -> Result<Vec<&'static str>, Error> {
    let (mut columns, mut faults) = (Vec::new(), Vec::new());
    for name in head {
        let name = name.trim();
        match COLUMNS.iter().find(|column| **column == name) {
            Some(column) if columns.contains(column) => {
                faults.push(InvalidField::new(place(1, column), FieldError::Twice));
            }
            Some(column) => columns.push(*column),
            None => {
                let name: String = name.chars().take(40).collect();
                let why = format!("There is no column “{name}”.");
                faults.push(InvalidField::fault(place(1, ""), why));
            }
        }
    }
    if faults.is_empty() && !columns.contains(&"kind") {
        faults.push(InvalidField::new(place(1, "kind"), FieldError::Missing));
    }
    match faults.is_empty() {
        true => Ok(columns),
        false => Err(Error::Invalid(first_of(faults))),
    }
}

/// One row; `None` for one that is blank, or that is recorded as wrong.
fn row(
    columns: &[&'static str],
    record: &StringRecord,
    number: usize,
    faults: &mut Vec<InvalidField>,
) -> Option<Row> {
    let mut cells = BTreeMap::new();
    for (n, cell) in record.iter().enumerate() {
        let cell = unguarded(cell).trim().to_owned();
        match columns.get(n) {
            _ if cell.is_empty() => {}
            Some(column) => drop(cells.insert(*column, cell)),
            None => {
                let why = format!("It has more than {} cells.", columns.len());
                faults.push(InvalidField::fault(place(number, ""), why));
                return None;
            }
        }
    }
    if cells.is_empty() {
        return None;
    }
    let mut reject = |column, error| faults.push(InvalidField::new(place(number, column), error));
    let Some(kind) = cells.remove("kind") else {
        reject("kind", FieldError::Missing);
        return None;
    };
    let Some(kind) = RowKind::from_name(&kind.to_lowercase()) else {
        let kinds = RowKind::ALL.iter().map(|kind| kind.name());
        let kinds = kinds.collect::<Vec<_>>().join(", ");
        let why = format!("It is one of these: {kinds}.");
        reject("kind", FieldError::fault(why));
        return None;
    };
    let has = |column: &&&'static str| kind.columns().contains(*column);
    for column in cells.keys().filter(|column| !has(column)) {
        let why = format!("A row of the kind {kind} has no {column}.");
        reject(column, FieldError::fault(why));
    }
    Some(Row {
        number,
        kind,
        cells,
    })
}
