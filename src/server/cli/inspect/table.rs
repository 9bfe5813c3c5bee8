//! Tables for a terminal: aligned columns that fit its width, whatever is in them. Text gives way first; then columns
//! are left out from the right, so the most important ones stand on the left.

use super::out;
use unicode_width::UnicodeWidthStr;

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
            let cells = cells.map(|cell| cell.width());
            cells.chain([title.width()]).max().unwrap_or(0)
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
                let space = " ".repeat(width - cell.width());
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
    let terminal = terminal_size::terminal_size_of(std::io::stdout());
    terminal.map_or(WIDTH, |(width, _)| usize::from(width.0).max(NARROWEST))
}

/// Text with nothing in it that steers a terminal, or that turns around what is written beside it.
pub fn plain(text: &str) -> String {
    let escaped = |c: char| match c {
        '\n' => "\\n".to_owned(),
        c if steers(c) => c.escape_unicode().to_string(),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

/// JSON on one line, with nothing in it that steers a terminal: as escapes of JSON, so that it means the same.
pub fn plain_json(text: &str) -> String {
    let escaped = |c: char| match c {
        // Between two values; within a string they are escaped already.
        '\n' | '\r' | '\t' => " ".to_owned(),
        c if steers(c) => format!("\\u{:04x}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(escaped).collect()
}

fn steers(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// At most so wide: what is left out is an ellipsis.
pub fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let ends = text.char_indices().map(|(at, _)| at);
    let fits = ends
        .take_while(|&at| text[..at].width() < width)
        .last()
        .unwrap_or(0);
    format!("{}…", &text[..fits])
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
                assert!(cut(text, width).width() <= width, "{text} {width}");
            }
        }
        assert_eq!(cut("Diavola", 7), "Diavola");
        assert_eq!(cut("Diavola", 4), "Dia…");
        assert_eq!(cut("比萨饼", 4), "比…");
    }

    #[test]
    fn nothing_steers_the_terminal() {
        for (text, shown) in [
            ("a\u{1b}[2Jb", "a\\u{1b}[2Jb"),
            ("a\u{9b}2J\u{7f}", "a\\u{9b}2J\\u{7f}"),
            ("Hof II\n4th\r", "Hof II\\n4th\\u{d}"),
            ("\u{202e}evil", "\\u{202e}evil"),
            ("Ähre 比萨饼 👩‍🍳", "Ähre 比萨饼 👩‍🍳"),
        ] {
            assert_eq!(plain(text), shown);
        }
        let stored = "{\n\"a\": \"\u{9b}2J\u{202e}\u{7f} \\u001b\"}";
        let shown = plain_json(stored);
        assert_eq!(shown, "{ \"a\": \"\\u009b2J\\u202e\\u007f \\u001b\"}");
        let read = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(read(&shown), read(stored));
    }
}
