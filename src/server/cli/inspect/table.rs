//! Tables for a terminal: aligned columns that fit its width, whatever is in them. Text is cut first; then columns are
//! left out from the right, so the most important ones are on the left.

use super::output::{self, plain};
use console::{Term, measure_text_width, truncate_str};

/// The width where the output is not a terminal.
const WIDTH: usize = 120;
/// No table is made narrower.
const MIN_WIDTH: usize = 80;
/// Text is not cut shorter.
const MIN_TEXT: usize = 8;
const GAP: &str = "  ";

/// How a column is fitted where the table is too wide.
#[derive(Clone, Copy, PartialEq)]
pub enum Fit {
    /// It stays whole.
    Whole,
    /// Its text is cut.
    Cut,
    /// It stays whole, and is aligned to the right.
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

    /// Escapes text from the store.
    pub fn row(&mut self, cells: impl IntoIterator<Item = String>) {
        self.rows
            .push(cells.into_iter().map(|cell| plain(&cell)).collect());
    }

    pub fn print(&self, width: usize) {
        for line in self.lines(width) {
            output::line(line);
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

    /// The widths of the columns that fit: those of their contents, and where that is too much, cuttable ones are cut.
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
                    MIN_TEXT.min(**width_of)
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
                cuttable.filter(|((_, fit), width)| *fit == Fit::Cut && **width > MIN_TEXT);
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

/// The width of the terminal.
pub fn width() -> usize {
    let terminal = Term::stdout().size_checked();
    terminal.map_or(WIDTH, |(_, width)| usize::from(width).max(MIN_WIDTH))
}

/// Cuts text to a width; an ellipsis marks what is left out.
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
        // Text shorter than that cannot be read: there are fewer columns instead.
        assert_eq!(table.lines(18)[1], "1   比萨饼 mit al…");
        assert_eq!(table.lines(5)[1], "1");
    }

    #[test]
    fn cut_text_fits_its_width() {
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
