//! What the parts of a menu demand of each other and miss, in words for who edits it.

use crate::{
    domain::shop::menu::{Outline, fault::MenuFault},
    ui::i18n::locale::{say, t},
};

/// `outline` has the names of codes.
pub fn words(fault: &MenuFault, outline: Option<&Outline>) -> String {
    use MenuFault::*;
    match fault {
        MinOverMax { min, max, .. } => say!(
            "At least {min} and at most {max} does not go together.",
            "Mindestens {min} und höchstens {max} passt nicht zusammen."
        ),
        MaxOverOptions { max, choosable, .. } => say!(
            "{max} cannot be reached: the options can be chosen {choosable} times in all.",
            "{max} lässt sich nicht erreichen: Die Zutaten lassen sich zusammen {choosable}-mal wählen."
        ),
        TooManyDefaults { max, defaults, .. } => say!(
            "{defaults} are chosen beforehand, and at most {max} can be chosen.",
            "{defaults} sind vorausgewählt, und höchstens {max} lassen sich wählen."
        ),
        OptionWithoutPrice {
            option,
            size: Some(size),
            item,
            ..
        } => say!(
            "{size} is missing a price for {option}: {item} offers it.",
            "{size} hat noch keinen Preis für {option}: {item} bietet es an."
        ),
        OptionWithoutPrice { option, item, .. } => say!(
            "{option} needs one price: {item} has no sizes and offers it.",
            "{option} braucht einen einzigen Preis: {item} hat keine Größen und bietet es an."
        ),
        OptionOfUnknownSize {
            option,
            group,
            size,
        } => {
            let size = size_name(size, outline);
            say!(
                "{option} ({group}) has a price for {size}. Take that off first.",
                "{option} ({group}) hat einen Preis für {size}. Nimm den zuerst weg."
            )
        }
        UnknownGroup { item, group } => {
            let group = group_name(group, outline);
            say!(
                "{item} offers {group}. Take it off there first.",
                "{item} bietet {group} an. Nimm es dort zuerst weg."
            )
        }
        UnknownItem { category, item } => say!(
            "{category} names the item {item}, which is not there.",
            "{category} nennt den Eintrag {item}, den es nicht gibt."
        ),
        ShownTwice {
            item,
            first,
            second,
        } => say!(
            "The item {item} stands in {first} and again in {second}.",
            "Der Eintrag {item} steht in {first} und noch einmal in {second}."
        ),
        Said { why } => why.clone(),
        fault => of_item(fault, outline),
    }
}

fn of_item(fault: &MenuFault, outline: Option<&Outline>) -> String {
    use MenuFault::*;
    match fault {
        NoPrice { item } => say!(
            "{item} is missing a price.",
            "{item} hat noch keinen Preis."
        ),
        WithAndWithoutSize { item } => say!(
            "{item} has prices of sizes and one without. Keep one kind.",
            "{item} hat Preise für Größen und einen ohne. Lass nur eine Art stehen."
        ),
        TwoPrices { item, size: None } => {
            say!("{item} has two prices.", "{item} hat zwei Preise.")
        }
        TwoPrices {
            item,
            size: Some(size),
        } => {
            let size = size_name(size, outline);
            say!(
                "{item} has two prices for {size}.",
                "{item} hat zwei Preise für {size}."
            )
        }
        HalfWithoutPrice { size, .. } => {
            let size = size_name(size, outline);
            say!(
                "{size} is missing a price: this may be a half in it.",
                "{size} hat noch keinen Preis: Dies kann darin eine Hälfte sein."
            )
        }
        ItemOfUnknownSize { item, size } => {
            let size = size_name(size, outline);
            say!(
                "{item} has a price for {size}. Take that off first.",
                "{item} hat einen Preis für {size}. Nimm den zuerst weg."
            )
        }
        TooManyItems { max } => say!(
            "At most {max} items fit on a menu.",
            "Höchstens {max} Einträge passen auf eine Karte."
        ),
        TooLarge { .. } => t([
            "All of it together is too long. Shorten some of it.",
            "Alles zusammen ist zu lang. Kürze etwas davon.",
        ])
        .to_owned(),
        TwoCodes { code, .. } => say!(
            "The code {code} is there twice.",
            "Den Code {code} gibt es zweimal."
        ),
        other => other.to_string(),
    }
}

fn size_name(code: &str, outline: Option<&Outline>) -> String {
    let size = outline.and_then(|outline| outline.sizes.iter().find(|size| &*size.id == code));
    size.map_or_else(|| code.to_owned(), |size| size.name.to_string())
}

fn group_name(code: &str, outline: Option<&Outline>) -> String {
    let group = outline.and_then(|outline| outline.groups.iter().find(|group| &*group.id == code));
    group.map_or_else(|| code.to_owned(), |group| group.name.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FieldError;
    use crate::domain::shop::menu::{
        check::{Edited, check},
        samples,
    };
    use leptos::prelude::Owner;

    #[test]
    fn a_size_is_named_and_not_its_code() {
        let mut menu = samples::menu();
        menu.items[0].prices.truncate(1);
        let code = menu.items[0].id.clone();
        let faults = check(&menu, Edited::Item(&code));
        let FieldError::Menu { fault } = &faults[0].error else {
            panic!("{faults:?}");
        };
        let said = Owner::new().with(|| words(fault, Some(&menu.outline)));
        assert!(said.starts_with("Large is missing a price"), "{said}");
    }
}
