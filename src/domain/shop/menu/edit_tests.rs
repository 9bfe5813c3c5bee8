//! Edits, what undoes them, and a menu as a file.

use super::{
    Item, Menu, OptionPrice, Outline,
    difference::Difference,
    edit::{
        Edit, MenuChange, MenuDocument, Place, Restored, import, put_item, put_outline, restore,
        take_off, version_of,
    },
    file::{MenuFile, read_file},
    samples::{code, menu},
};
use crate::domain::{Cents, Error, Field, Fields, InvalidField, shop::code::Code};

fn fields(json: &str) -> Fields {
    let mut fields = Fields::default();
    fields.add_object(json.as_bytes()).unwrap();
    fields
}

fn changes(edit: &Edit) -> Vec<(String, u32, u32)> {
    let name = |document: &MenuDocument| match document {
        MenuDocument::Outline => "outline".to_owned(),
        MenuDocument::Item(code) => code.to_string(),
    };
    let changes = edit.changes.iter();
    changes
        .map(|one| (name(&one.document), one.from, one.to))
        .collect()
}

fn is(name: &str, from: u32, to: u32) -> (String, u32, u32) {
    (name.to_owned(), from, to)
}

/// The ids of what was added, changed and removed.
fn ids(difference: &Difference) -> [Vec<String>; 3] {
    let Difference {
        added,
        changed,
        removed,
    } = difference;
    [added, changed, removed].map(|all| {
        let named = all.iter().map(|one| format!("{} {}", one.kind, one.id));
        named.collect()
    })
}

fn dearer(menu: &Menu, item: usize) -> Item {
    let mut item = menu.items[item].clone();
    item.prices[0].price = Cents::new(950);
    item
}

/// What an edit would be undone by: each document as it was.
fn undo(edit: &Edit, before: &Menu) -> Vec<Restored> {
    let before = |change: &MenuChange| match &change.document {
        MenuDocument::Outline => Restored::Outline(before.outline.clone()),
        MenuDocument::Item(code) => match before.item(code) {
            Some(item) => Restored::Item(item.clone()),
            None => Restored::Absent(code.clone()),
        },
    };
    edit.changes.iter().map(before).collect()
}

/// A menu without its versions, and without the number of the next code.
fn contents(menu: &Menu) -> Menu {
    let mut menu = menu.clone();
    (menu.outline.version, menu.outline.next) = (0, 0);
    menu.items.iter_mut().for_each(|item| item.version = 0);
    menu.items.sort_by(|a, b| a.id.cmp(&b.id));
    menu
}

#[test]
fn an_item_is_changed_alone() {
    let before = menu();
    let (code, edit) = put_item(&before, &[], dearer(&before, 0), None).unwrap();
    assert_eq!(&*code, "marg");
    assert_eq!(changes(&edit), [is("marg", 2, 1)]);
    assert_eq!(edit.item(&code).unwrap().version, 2);
    assert_eq!(
        ids(&edit.difference),
        [vec![], vec!["item marg".to_owned()], vec![]]
    );
    assert_eq!(edit.menu.outline, before.outline);
    let (_, same) = put_item(&before, &[], before.items[0].clone(), None).unwrap();
    assert_eq!((same.changes.len(), same.menu), (0, before));
}

#[test]
fn a_new_item_is_numbered_and_placed() {
    let before = menu();
    let mut item = before.items[0].clone();
    item.id = Code::unnumbered();
    let place = Place {
        category: code("pizza"),
        place: Some(1),
    };
    let (number, edit) = put_item(&before, &[], item.clone(), Some(place)).unwrap();
    assert_eq!(&*number, "1");
    assert_eq!(changes(&edit), [is("outline", 2, 1), is("1", 1, 0)]);
    let shown: Vec<_> = edit.menu.outline.categories[0]
        .items
        .iter()
        .map(|one| &**one)
        .collect();
    assert_eq!(shown, ["marg", "1", "diav", "fung"]);
    // Its number is not given out again, even when it is gone.
    let taken = take_off(&edit.menu, &number).unwrap().unwrap();
    assert_eq!(taken.menu.outline.next, 2);
    let (other, _) = put_item(&taken.menu, &taken.gone, item.clone(), None).unwrap();
    assert_eq!(&*other, "2");
    let unknown = Place {
        category: code("soup"),
        place: None,
    };
    let refused = put_item(&before, &[], item, Some(unknown));
    let why = InvalidField::fault("category", "There is no category soup.");
    assert_eq!(refused, Err(vec![why]));
}

#[test]
fn an_item_that_is_taken_off_comes_back_with_its_code() {
    let before = menu();
    let edit = take_off(&before, &code("diav")).unwrap().unwrap();
    assert_eq!(changes(&edit), [is("outline", 2, 1), is("diav", 2, 1)]);
    assert!(edit.gone[0].gone && edit.menu.item(&code("diav")).is_none());
    assert!(take_off(&edit.menu, &code("diav")).is_none());
    let [_, changed, removed] = ids(&edit.difference);
    assert_eq!(
        (changed, removed),
        (
            vec!["category pizza".to_owned()],
            vec!["item diav".to_owned()]
        )
    );
    let (_, back) = put_item(&edit.menu, &edit.gone, before.items[1].clone(), None).unwrap();
    assert_eq!(changes(&back), [is("diav", 3, 2)]);
    let document = MenuDocument::Item(code("diav"));
    assert_eq!(version_of(&document, &edit.menu, &edit.gone), 2);
    assert_eq!(version_of(&document, &edit.menu, &[]), 0);
}

#[test]
fn a_size_in_use_is_not_removed() {
    let before = menu();
    let mut outline = before.outline.clone();
    outline.sizes.pop();
    for group in &mut outline.groups {
        for option in &mut group.options {
            option.price = OptionPrice::One(Cents::new(1));
        }
    }
    let faults = put_outline(&before, outline.clone()).unwrap_err();
    assert_eq!(faults.len(), 3);
    assert_eq!(
        (faults[0].field.as_ref(), &*faults[0].error.to_string()),
        (
            "sizes",
            "Margherita has a price for the size l, which is not there."
        )
    );
    outline.sizes = before.outline.sizes.clone();
    let edit = put_outline(&before, outline).unwrap();
    assert_eq!(changes(&edit), [is("outline", 2, 1)]);
    assert_eq!(ids(&edit.difference)[1].len(), 5);
}

#[test]
fn what_was_undone_can_be_undone() {
    let before = menu();
    let mut draft = menu();
    draft.items.remove(3);
    draft.items[0] = dearer(&before, 0);
    let mut new = draft.items[1].clone();
    new.id = Code::unnumbered();
    draft.items.push(new);
    draft.outline.categories.pop();
    let edit = import(&before, &[], draft).unwrap();
    assert_eq!(
        changes(&edit),
        [
            is("outline", 2, 1),
            is("marg", 2, 1),
            is("1", 1, 0),
            is("cola", 2, 1)
        ]
    );
    let undone = restore(&edit.menu, &edit.gone, undo(&edit, &before)).unwrap();
    assert_eq!(contents(&undone.menu), contents(&before));
    assert_eq!(
        changes(&undone),
        [
            is("outline", 3, 2),
            is("marg", 3, 2),
            is("cola", 3, 2),
            is("1", 2, 1)
        ]
    );
    assert_eq!(undone.menu.outline.next, 2);
    let again = restore(&undone.menu, &undone.gone, undo(&undone, &edit.menu)).unwrap();
    assert_eq!(contents(&again.menu), contents(&edit.menu));
    assert_eq!(version_of(&MenuDocument::Outline, &again.menu, &[]), 4);
}

#[test]
fn what_is_exported_is_imported_without_a_change() {
    let menu = menu();
    let json = serde_json::to_string(&MenuFile::new(&menu, 7)).unwrap();
    assert!(json.starts_with(r#"{"format":"pizza-market/menu-1","revision":7,"sizes":[{"#));
    let read = read_file(fields(&json)).unwrap();
    assert_eq!(contents(&read), contents(&menu));
    let edit = import(&menu, &[], read).unwrap();
    assert_eq!((edit.changes, edit.menu), (vec![], menu));
}

#[test]
fn a_file_is_refused_with_paths() {
    let refused = |json: &str| match read_file(fields(json)) {
        Err(Error::Invalid(invalid)) => invalid.into_iter().map(|one| one.field).collect(),
        other => vec![format!("{other:?}")],
    };
    assert_eq!(refused("{}"), ["format"]);
    assert_eq!(refused(r#"{"format": "menu-2"}"#), ["format"]);
    let json = r#"{"format": "pizza-market/menu-1", "items": [{"name": "A", "prices": [{"price": 1, "cost": 2}]}], "next": 5}"#;
    assert_eq!(refused(json), ["items[0].prices[0].cost"]);
    let empty = read_file(fields(
        r#"{"format": "pizza-market/menu-1", "revision": 3}"#,
    ));
    assert_eq!(empty.unwrap().outline, Outline::default());
    let mut twice = menu();
    twice.items[3].id = Field::parse("marg").unwrap();
    let faults = import(&menu(), &[], twice).unwrap_err();
    let paths: Vec<_> = faults.iter().map(|one| &*one.field).collect();
    assert_eq!(paths, ["categories[1].items[0]", "items[3].id"]);
}
