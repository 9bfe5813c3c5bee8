//! Text on its way into a file for spreadsheets, and back: no cell begins what a spreadsheet takes for a formula.

const BEGINS_FORMULA: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'];
const BEGINS_CELL: [char; 5] = [',', ';', '\t', '\r', '\n'];

/// Text with an apostrophe before each place at which a spreadsheet may begin to read a formula: at its beginning and,
/// if the file is opened by another separator, where quotes do not hold, after one.
pub fn guarded(text: &str) -> String {
    let mut guarded = String::with_capacity(text.len() + 1);
    let mut begins_cell = true;
    for (at, letter) in text.char_indices() {
        if begins_cell && is_formula(&text[at..]) {
            guarded.push('\'');
        }
        begins_cell = BEGINS_CELL.contains(&letter);
        guarded.push(letter);
    }
    guarded
}

/// The text of which [`guarded`] has made this.
pub fn unguarded(text: &str) -> String {
    let mut unguarded = String::with_capacity(text.len());
    let mut begins_cell = true;
    for (at, letter) in text.char_indices() {
        if begins_cell && letter == '\'' && is_formula(&text[at + 1..]) {
            begins_cell = false;
            continue;
        }
        begins_cell = BEGINS_CELL.contains(&letter);
        unguarded.push(letter);
    }
    unguarded
}

/// Whether a cell that begins so is taken for a formula, now or without the apostrophes before it.
fn is_formula(cell: &str) -> bool {
    let seen = cell.trim_start_matches('\'').trim_start_matches([' ', '"']);
    seen.starts_with(BEGINS_FORMULA)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn texts_are_no_formulas() {
        for (text, written) in [
            ("Diavola", "Diavola"),
            ("A \"hot\" one, really", "A \"hot\" one, really"),
            (
                "Hof II\n4th floor; left-hand",
                "Hof II\n4th floor; left-hand",
            ),
            ("=1+1", "'=1+1"),
            ("+49 30", "'+49 30"),
            ("-5", "'-5"),
            ("@SUM(A1)", "'@SUM(A1)"),
            (" =1", "' =1"),
            ("\t=1", "'\t'=1"),
            ("＝1", "'＝1"),
            ("a=1", "a=1"),
            ("a;=1, -2", "a;'=1,' -2"),
            ("a\n+1", "a\n'+1"),
            ("\";\"=1", "\";'\"=1"),
            ("'=1", "''=1"),
            ("'a", "'a"),
            ("", ""),
        ] {
            assert_eq!(guarded(text), written, "{text:?}");
            assert_eq!(unguarded(written), text);
        }
    }

    proptest! {
        #[test]
        fn what_is_guarded_is_read_back(text in "[=+@\\-,;' \"a\t\r\n＝]{0,12}") {
            prop_assert_eq!(unguarded(&guarded(&text)), text);
        }
    }
}
