//! Moving an item one row up or down: within its category, and at its edge into the neighbouring one.

use crate::domain::shop::{
    code::Code,
    menu::{Category, Outline},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// The outline with an item one row further. `None` at the end of the menu.
pub fn one_further(outline: &Outline, item: &Code, direction: Direction) -> Option<Outline> {
    let mut outline = outline.clone();
    let categories = &mut outline.categories;
    let place = |category: &Category| category.items.iter().position(|one| one == item);
    let found = categories.iter().enumerate();
    let mut found = found.filter_map(|(n, category)| Some((n, place(category)?)));
    let Some((category, at)) = found.next() else {
        // What is shown nowhere stands below all categories.
        if direction == Direction::Down {
            return None;
        }
        categories.last_mut()?.items.push(item.clone());
        return Some(outline);
    };
    let items = &mut categories[category].items;
    match direction {
        Direction::Up if at > 0 => items.swap(at - 1, at),
        Direction::Down if at + 1 < items.len() => items.swap(at, at + 1),
        Direction::Up => {
            let before = category.checked_sub(1)?;
            let moved = categories[category].items.remove(at);
            categories[before].items.push(moved);
        }
        Direction::Down => {
            let after = category + 1;
            categories.get(after)?;
            let moved = categories[category].items.remove(at);
            categories[after].items.insert(0, moved);
        }
    }
    Some(outline)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, shop::menu::samples};
    use Direction::{Down, Up};

    fn code(text: &str) -> Code {
        Code::parse(text).unwrap()
    }

    fn items(outline: &Outline) -> Vec<String> {
        let category = |one: &Category| {
            let items: Vec<_> = one.items.iter().map(ToString::to_string).collect();
            items.join(" ")
        };
        outline.categories.iter().map(category).collect()
    }

    #[test]
    fn a_row_moves_within_its_category_and_over_its_edge() {
        let outline = samples::menu().outline;
        assert_eq!(items(&outline), ["marg diav fung", "cola"]);
        let moved =
            |outline: &Outline, item: &str, direction| one_further(outline, &code(item), direction);
        let up = moved(&outline, "diav", Up).unwrap();
        assert_eq!(items(&up), ["diav marg fung", "cola"]);
        assert_eq!(moved(&up, "diav", Up), None);
        let over = moved(&outline, "fung", Down).unwrap();
        assert_eq!(items(&over), ["marg diav", "fung cola"]);
        assert_eq!(moved(&over, "fung", Up), Some(outline.clone()));
        assert_eq!(moved(&outline, "cola", Down), None);
        let hidden = moved(&outline, "draft", Up).unwrap();
        assert_eq!(items(&hidden), ["marg diav fung", "cola draft"]);
        assert_eq!(moved(&outline, "draft", Down), None);
    }
}
