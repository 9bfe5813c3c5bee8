//! The lines of an order in short, as its `pizza_name`.

use super::basket::{Line, ShopName};
use crate::domain::{Field, Name};

const MAX: usize = 100;

/// `2× Margherita L, ½ Diavola ½ Funghi L +2`: as many lines as fit, and how many there are beside. One line that is too
/// long ends in `…`. `None` without a line.
pub fn pizza_name(lines: &[Line]) -> Option<Name> {
    let all: Vec<String> = lines.iter().map(short).collect();
    let whole_lines = (1..=all.len()).rev().map(|count| titled(&all, count));
    let fitting = whole_lines.into_iter().find(|title| length(title) <= MAX);
    let title = match (fitting, all.first()) {
        (Some(title), _) => title,
        (None, Some(first)) => {
            let rest = rest(all.len() - 1);
            let room = MAX - length(&rest) - 1;
            let first: String = first.chars().take(room).collect();
            format!("{}…{rest}", first.trim_end())
        }
        (None, None) => return None,
    };
    Name::parse(&title).ok()
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// The first `count` lines, and how many there are beside.
fn titled(all: &[String], count: usize) -> String {
    let shown = all[..count].join(", ");
    format!("{shown}{}", rest(all.len() - count))
}

fn rest(lines: usize) -> String {
    match lines {
        0 => String::new(),
        lines => format!(", +{lines}"),
    }
}

/// `½ Diavola ½ Funghi L`: one piece of a line, without its choices.
pub fn dish(line: &Line) -> String {
    let name = match &line.half {
        None => line.name.to_string(),
        Some(half) => format!("½ {} ½ {}", line.name, half.name),
    };
    sized(&name, line.size.as_ref())
}

/// `Diavola L`
pub fn sized(name: &str, size: Option<&ShopName>) -> String {
    size.map_or_else(|| name.to_owned(), |size| format!("{name} {size}"))
}

/// `2× ½ Diavola ½ Funghi L +2`: two of two halves in size L with two choices.
fn short(line: &Line) -> String {
    let mut text = match line.quantity {
        1 => String::new(),
        quantity => format!("{quantity}× "),
    };
    text += &dish(line);
    if !line.options.is_empty() {
        text += &format!(" +{}", line.options.len());
    }
    text
}
