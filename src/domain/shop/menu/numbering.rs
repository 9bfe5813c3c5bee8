//! Codes for the parts that come in without one: numbers from `next` on, which no edit gives out a second time.

use super::Menu;
use crate::domain::shop::code::Code;
use std::collections::HashSet;

/// Gives a code to each part that has none. A number that is given as a code is passed over then and later.
pub fn number_codes(menu: &mut Menu) {
    let mut given: HashSet<Code> = HashSet::new();
    for_each_code(menu, |code| {
        given.insert(code.clone());
    });
    let highest = given.iter().filter_map(small_number).max();
    let mut next = menu.outline.next.max(highest.map_or(1, |n| n + 1));
    for_each_code(menu, |code| {
        while code.is_empty() {
            let numbered = Code::numbered(next);
            next += 1;
            if !given.contains(&numbered) {
                *code = numbered;
            }
        }
    });
    menu.outline.next = next;
}

/// The number of a code that looks like one which was numbered. What is longer is far from `next`.
fn small_number(code: &Code) -> Option<u32> {
    let is_small = code.len() <= 6 && !code.starts_with('0');
    code.parse().ok().filter(|_| is_small)
}

fn for_each_code(menu: &mut Menu, mut visit: impl FnMut(&mut Code)) {
    let outline = &mut menu.outline;
    outline
        .sizes
        .iter_mut()
        .for_each(|size| visit(&mut size.id));
    let categories = outline.categories.iter_mut();
    categories.for_each(|category| visit(&mut category.id));
    for group in &mut outline.groups {
        visit(&mut group.id);
        let options = group.options.iter_mut();
        options.for_each(|option| visit(&mut option.id));
    }
    menu.items.iter_mut().for_each(|item| visit(&mut item.id));
}

#[cfg(test)]
mod tests {
    use super::{super::samples::menu, *};
    use crate::domain::Field;

    #[test]
    fn numbers_are_given_out_once() {
        let mut menu = menu();
        menu.outline.next = 5;
        menu.outline.sizes[0].id = Code::parse("5").unwrap();
        menu.outline.sizes[1].id = Code::unnumbered();
        menu.items[0].id = Code::unnumbered();
        number_codes(&mut menu);
        assert_eq!(&*menu.outline.sizes[1].id, "6");
        assert_eq!(&*menu.items[0].id, "7");
        assert_eq!(menu.outline.next, 8);
        let same = menu.clone();
        number_codes(&mut menu);
        assert_eq!(menu, same);
    }
}
