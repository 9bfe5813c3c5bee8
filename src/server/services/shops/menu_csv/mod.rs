//! A menu as a table of a spreadsheet. Each row is a size, a category, a group, an option, an item or a price; `parent` is
//! the category of an item, the group of an option, the item or `group.option` of a price. Columns that the kind of a row
//! does not have stay empty.

mod build;
mod cells;
mod codes;
#[cfg(test)]
mod csv_tests;
mod rows;
mod table;
mod write;

pub use rows::Rows;
pub use write::write_csv;

use crate::domain::{
    Error, Field, FieldError, Fields, InvalidField,
    shop::{
        code::Code,
        menu::{Menu, file::read_file},
    },
};
use build::{Built, build};
use table::{Row, RowKind, first_of, read_table};

/// A table whose columns and kinds are known. What its rows mean depends on the menu that it is to replace.
#[derive(Debug)]
pub struct MenuCsv {
    rows: Vec<Row>,
}

impl MenuCsv {
    /// Reads a table.
    ///
    /// # Errors
    /// What is wrong, with the rows.
    pub fn read(file: &[u8]) -> Result<MenuCsv, Error> {
        let rows = read_table(file)?;
        Ok(MenuCsv { rows })
    }

    /// The codes that it gives to items.
    pub fn codes(&self) -> Vec<Code> {
        let items = self.rows.iter().filter(|row| row.kind == RowKind::Item);
        let codes = items.filter_map(|row| row.cell("id"));
        codes.filter_map(|code| Code::parse(code).ok()).collect()
    }

    /// The menu that it makes of another one, and the rows that each part of it comes from. What has no id is matched by
    /// its name below its parent, and what no column has stays as it is.
    ///
    /// # Errors
    /// What is wrong with its values, with the rows.
    pub fn menu(&self, before: &Menu) -> Result<(Menu, Rows), Vec<InvalidField>> {
        let Built {
            json,
            rows,
            mut faults,
        } = build(&self.rows, before);
        let mut fields = Fields::default();
        let read = match fields.add_object(json.as_bytes()) {
            Ok(()) => read_file(fields),
            Err(_) => Err(Error::Internal),
        };
        match read {
            Ok(menu) if faults.is_empty() => return Ok((menu, rows)),
            Ok(_) => {}
            Err(Error::Invalid(invalid)) => faults.extend(rows.named(invalid)),
            Err(error) => {
                let why = FieldError::fault(error.to_string());
                faults.push(InvalidField::new("body", why));
            }
        }
        Err(first_of(faults))
    }
}
