//! A text as a QR code: a picture within the page, which no style or script is needed for.

use crate::ui::i18n::locale::{Text, t};
use fast_qr::qr::QRBuilder;
use leptos::prelude::*;
use std::fmt::Write;

/// Light modules on each side, as the standard asks for.
const QUIET: usize = 4;

/// `None` for a text that does not fit. `what` is what screen readers say of the picture.
pub fn qr_code(text: &str, what: Text) -> Option<AnyView> {
    let code = QRBuilder::new(text).build().ok()?;
    let side = code.size + 2 * QUIET;
    let path = path(code.size, |row, column| code[row][column].value());
    let view_box = format!("0 0 {side} {side}");
    Some(view! {
        <svg class="qr" role="img" aria-label=t(what) viewBox=view_box shape-rendering="crispEdges">
            <rect width=side.to_string() height=side.to_string() fill="#fff"></rect>
            <path d=path fill="#000"></path>
        </svg>
    }
    .into_any())
}

/// The dark modules: a rectangle for each run of them in a row.
fn path(size: usize, is_dark: impl Fn(usize, usize) -> bool) -> String {
    let mut path = String::new();
    for row in 0..size {
        let mut column = 0;
        while column < size {
            let run = (column..size).take_while(|&at| is_dark(row, at)).count();
            if run > 0 {
                let (x, y) = (column + QUIET, row + QUIET);
                // A string takes everything.
                let _ = write!(path, "M{x} {y}h{run}v1h-{run}z");
            }
            column += run.max(1);
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_dark_run_is_one_rectangle() {
        let rows = ["#.#", "...", "###"];
        let dark = |row: usize, column: usize| rows[row].as_bytes()[column] == b'#';
        assert_eq!(path(3, dark), "M4 4h1v1h-1zM6 4h1v1h-1zM4 6h3v1h-3z");
    }

    #[test]
    fn a_link_fits_and_a_book_does_not() {
        Owner::new().with(|| {
            let link = format!("https://market.example/join/{}", "x".repeat(90));
            let svg = qr_code(&link, ["The link", "Der Link"]).unwrap().to_html();
            assert!(svg.starts_with("<svg") && svg.contains("aria-label=\"The link\""));
            assert!(qr_code(&"x".repeat(5_000), ["", ""]).is_none());
        });
    }
}
