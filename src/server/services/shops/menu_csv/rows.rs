//! Which row of a table each part of a menu comes from: a fault of a part is told with the row.

use crate::domain::InvalidField;

/// The rows of the parts of a menu, in the order in which the parts stand in it.
#[derive(Debug, Default)]
pub struct Rows {
    pub sizes: Vec<usize>,
    pub categories: Vec<CategoryRows>,
    pub groups: Vec<GroupRows>,
    pub items: Vec<ItemRows>,
}

#[derive(Debug)]
pub struct CategoryRows {
    pub row: usize,
    /// Of the items that it lists.
    pub items: Vec<usize>,
}

#[derive(Debug)]
pub struct GroupRows {
    pub row: usize,
    pub options: Vec<OptionRows>,
}

#[derive(Debug)]
pub struct OptionRows {
    pub row: usize,
    /// With the codes of the sizes.
    pub prices: Vec<(String, usize)>,
}

#[derive(Debug)]
pub struct ItemRows {
    pub row: usize,
    pub prices: Vec<usize>,
}

/// A part of a path: `items`, or the 3 of `items[3]`.
#[derive(Debug, PartialEq, Eq)]
enum Step<'a> {
    Name(&'a str),
    At(usize),
}

/// Where in a table something is: a row, and a column of it unless it is the whole row.
pub fn place(row: usize, column: &str) -> String {
    match column {
        "" => format!("row[{row}]"),
        column => format!("row[{row}].{column}"),
    }
}

impl Rows {
    /// The faults of a menu, with rows in place of paths.
    pub fn named(&self, faults: Vec<InvalidField>) -> Vec<InvalidField> {
        let named = faults.into_iter().map(|fault| InvalidField {
            field: self.find(&fault.field).unwrap_or(fault.field),
            error: fault.error,
        });
        named.collect()
    }

    fn find(&self, path: &str) -> Option<String> {
        use Step::{At, Name};
        let steps = steps(path);
        let (row, rest): (usize, &[Step]) = match steps.as_slice() {
            [Name("sizes"), At(n), rest @ ..] => (*self.sizes.get(*n)?, rest),
            [Name("categories"), At(n), Name("items"), At(k), ..] => {
                let row = self.categories.get(*n)?.items.get(*k)?;
                return Some(place(*row, "parent"));
            }
            [Name("categories"), At(n), rest @ ..] => (self.categories.get(*n)?.row, rest),
            [Name("groups"), At(n), Name("options"), At(k), rest @ ..] => {
                let option = self.groups.get(*n)?.options.get(*k)?;
                match rest {
                    [Name("price"), Name(size), ..] => {
                        let row = option.prices.iter().find(|(of, _)| of == size);
                        return Some(place(row.map_or(option.row, |(_, row)| *row), "price"));
                    }
                    rest => (option.row, rest),
                }
            }
            [Name("groups"), At(n), rest @ ..] => (self.groups.get(*n)?.row, rest),
            [Name("items"), At(n), Name("prices"), At(k), rest @ ..] => {
                (*self.items.get(*n)?.prices.get(*k)?, rest)
            }
            [Name("items"), At(n), rest @ ..] => (self.items.get(*n)?.row, rest),
            _ => return None,
        };
        Some(place(row, &column(rest)))
    }
}

/// A column, and the element of a list in it.
fn column(steps: &[Step]) -> String {
    match steps {
        [] | [Step::At(_), ..] => String::new(),
        [Step::Name(name), Step::At(n), ..] => format!("{name}[{n}]"),
        // The unit of an amount has no column of its own.
        [Step::Name(name), ..] => (*name).to_owned(),
    }
}

fn steps(path: &str) -> Vec<Step<'_>> {
    let parts = path.split(['.', '[']).map(|part| {
        let index = part.strip_suffix(']').and_then(|n| n.parse().ok());
        index.map_or(Step::Name(part), Step::At)
    });
    parts.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_row() {
        let rows = Rows {
            sizes: vec![2, 3],
            categories: vec![CategoryRows {
                row: 4,
                items: vec![9, 12],
            }],
            groups: vec![GroupRows {
                row: 5,
                options: vec![OptionRows {
                    row: 6,
                    prices: vec![("m".to_owned(), 7), ("l".to_owned(), 8)],
                }],
            }],
            items: vec![ItemRows {
                row: 9,
                prices: vec![10, 11],
            }],
        };
        for (path, found) in [
            ("sizes[1].name", Some("row[3].name")),
            ("categories[0].about", Some("row[4].about")),
            ("categories[0].items[1]", Some("row[12].parent")),
            ("groups[0].min", Some("row[5].min")),
            (
                "groups[0].options[0].allergens[2]",
                Some("row[6].allergens[2]"),
            ),
            ("groups[0].options[0].price", Some("row[6].price")),
            ("groups[0].options[0].price.l", Some("row[8].price")),
            ("items[0]", Some("row[9]")),
            ("items[0].groups[1]", Some("row[9].groups[1]")),
            ("items[0].prices[1].amount.ml", Some("row[11].amount")),
            ("items[1].name", None),
            ("outline", None),
        ] {
            assert_eq!(rows.find(path).as_deref(), found, "{path}");
        }
    }
}
