//! Tables for a terminal: aligned columns that fit its width, whatever is in them. Text gives way first; then columns
//! are left out from the right, so the most important ones stand on the left.

use super::out::{self, plain};
use console::{Term, measure_text_width, truncate_str};

/// Where the output is no terminal.
const WIDTH: usize = 120;
/// A table is not made for less.
const NARROWEST: usize = 80;
/// Text is cut to no less than this.
const SHORTEST: usize = 8;
const GAP: &str = "  ";

/// How a column gives way where the table is too wide.
#[derive(Clone, Copy, PartialEq)]
pub enum Fit {
    /// Never.
    Whole,
    /// Its text is cut.
    Cut,
    /// Never; numbers, aligned to the right.
    Number,
}

pub struct Table {
    columns: Vec<(&'static str, Fit)>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub fn new(columns: &[(&'static str, Fit)]) -> Table {
        Table {
            columns: columns.to_vec(),
            rows: Vec::new(),
        }
    }

    /// Text from the store may be in it as it is.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| plain(&cell)).collect());
    }

    pub fn print(&self, width: usize) {
        for line in self.lines(width) {
            out::line(line);
        }
    }

    fn lines(&self, width: usize) -> Vec<String> {
        let widths = self.widths(width);
        let head: Vec<_> = self
            .columns
            .iter()
            .map(|(title, _)| (*title).to_owned())
            .collect();
        let rows = std::iter::once(&head).chain(&self.rows);
        rows.map(|row| self.line(row, &widths)).collect()
    }

    /// As wide as what is in each column, or as the longest may be if all shall fit; of as many as can.
    fn widths(&self, width: usize) -> Vec<usize> {
        let widest = |(i, (title, _)): (usize, &(&'static str, Fit))| {
            let cells = self.rows.iter().filter_map(|row| row.get(i));
            let cells = cells.map(|cell| measure_text_width(cell));
            cells.chain([measure_text_width(title)]).max().unwrap_or(0)
        };
        let mut widths: Vec<_> = self.columns.iter().enumerate().map(widest).collect();
        let mut used = 0;
        let fits = self
            .columns
            .iter()
            .zip(&widths)
            .take_while(|((_, fit), width_of)| {
                let least = if *fit == Fit::Cut {
                    SHORTEST.min(**width_of)
                } else {
                    **width_of
                };
                used += least + GAP.len();
                used <= width + GAP.len()
            });
        let fits = fits.count().max(1);
        widths.truncate(fits);
        while widths.iter().map(|width| width + GAP.len()).sum::<usize>() > width + GAP.len() {
            let cuttable = self.columns.iter().zip(&mut widths);
            let cuttable =
                cuttable.filter(|((_, fit), width)| *fit == Fit::Cut && **width > SHORTEST);
            let Some((_, widest)) = cuttable.max_by_key(|(_, width)| **width) else {
                break;
            };
            *widest -= 1;
        }
        widths
    }

    fn line(&self, row: &[String], widths: &[usize]) -> String {
        let cells = row
            .iter()
            .zip(&self.columns)
            .zip(widths)
            .map(|((cell, (_, fit)), &width)| {
                let cell = cut(cell, width);
                let space = " ".repeat(width - measure_text_width(&cell));
                match fit {
                    Fit::Number => format!("{space}{cell}"),
                    Fit::Whole | Fit::Cut => format!("{cell}{space}"),
                }
            });
        cells.collect::<Vec<_>>().join(GAP).trim_end().to_owned()
    }
}

/// How many columns there are to write in.
pub fn width() -> usize {
    let terminal = Term::stdout().size_checked();
    terminal.map_or(WIDTH, |(_, width)| usize::from(width).max(NARROWEST))
}

/// At most so wide: what is left out is an ellipsis.
pub fn cut(text: &str, width: usize) -> String {
    truncate_str(text, width, "…").into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_fits() {
        let mut table = Table::new(&[
            ("ID", Fit::Whole),
            ("PIZZA", Fit::Cut),
            ("PRICE", Fit::Number),
        ]);
        table.row(["1".into(), "比萨饼 mit allem".into(), "9.50".into()]);
        table.row(["22".into(), "Hawaii".into(), "10.00".into()]);
        assert_eq!(
            table.lines(80),
            [
                "ID  PIZZA             PRICE",
                "1   比萨饼 mit allem   9.50",
                "22  Hawaii            10.00"
            ]
        );
        assert_eq!(
            table.lines(21),
            [
                "ID  PIZZA       PRICE",
                "1   比萨饼 mi…   9.50",
                "22  Hawaii      10.00"
            ]
        );
        // Shorter than that nobody can read: then there are fewer columns.
        assert_eq!(table.lines(18)[1], "1   比萨饼 mit al…");
        assert_eq!(table.lines(5)[1], "1");
    }

    #[test]
    fn what_is_cut_is_never_wider_than_it_may_be() {
        for text in [
            "",
            "Diavola",
            "比萨饼",
            "e\u{301}e\u{301}e\u{301}",
            "👩‍🍳👩‍🍳👩‍🍳",
        ] {
            for width in 1..12 {
                assert!(
                    measure_text_width(&cut(text, width)) <= width,
                    "{text} {width}"
                );
            }
        }
        assert_eq!(cut("Diavola", 7), "Diavola");
        assert_eq!(cut("Diavola", 4), "Dia…");
        assert_eq!(cut("比萨饼", 4), "比…");
    }
}
