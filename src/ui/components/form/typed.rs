//! What is typed in the forms of a tab and not sent yet. The tab keeps it, so that the forms have it again in another
//! language or look, after another panel, and after a reload.

use crate::{
    domain::OrderId,
    ui::{
        browser::{control, storage},
        route::percent::{decode, encode},
    },
};
use leptos::{
    prelude::document,
    wasm_bindgen::JsCast,
    web_sys::{Element, Event},
};

/// The name of its entry in the storage of the tab.
const TYPED: &str = "typed";

/// The text of each field that was changed, by the field's id.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Typed(Vec<(String, String)>);

impl Typed {
    /// What the tab keeps.
    pub fn kept() -> Typed {
        let text = storage::kept_in_tab(TYPED);
        text.map_or_else(Typed::default, |text| Typed::read(&text))
    }

    /// Changes it, and what the tab keeps.
    pub fn change(&mut self, change: impl FnOnce(&mut Typed)) {
        change(self);
        storage::keep_in_tab(TYPED, &self.write());
    }

    fn read(text: &str) -> Typed {
        let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
        Typed(
            pairs
                .map(|(field, text)| (decode(field), decode(text)))
                .collect(),
        )
    }

    fn write(&self) -> String {
        let pair = |(field, text): &(String, String)| format!("{}={}", encode(field), encode(text));
        self.0.iter().map(pair).collect::<Vec<_>>().join("&")
    }

    pub fn get(&self, field: &str) -> Option<&str> {
        let found = self.0.iter().find(|(id, _)| id == field);
        found.map(|(_, text)| &**text)
    }

    pub fn set(&mut self, field: &str, text: &str) {
        self.0.retain(|(id, _)| id != field);
        self.0.push((field.to_owned(), text.to_owned()));
    }

    /// The form has been sent.
    pub fn forget(&mut self, form: &str) {
        let is_of_form = |field: &str| {
            let rest = field.strip_prefix(form);
            rest.is_some_and(|rest| rest.starts_with('-'))
        };
        self.0.retain(|(field, _)| !is_of_form(field));
    }

    /// No form about the order can be sent any more.
    pub fn forget_order(&mut self, order: OrderId) {
        let order = order.to_string();
        self.0.retain(|(field, _)| !field.contains(&order));
    }

    /// Takes what the user has typed before the page is hydrated.
    pub fn take_early(&mut self) {
        let early = control::changed();
        let early: Vec<_> = early.iter().filter_map(to_keep_of).collect();
        if !early.is_empty() {
            self.change(|typed| {
                early
                    .iter()
                    .for_each(|(field, text)| typed.set(field, text))
            });
        }
    }

    /// Enters it in the fields that the server has rendered, as if the user had typed it before the page is hydrated.
    pub fn enter(&self) {
        let find = |id: &str| document().get_element_by_id(id);
        for (field, text) in &self.0 {
            let control = if let Some(control) = find(field) {
                control::enter(&control, text);
                control
            } else if let Some(button) = find(&format!("{field}-{text}")) {
                control::pick(&button);
                button
            } else {
                continue;
            };
            if !text.is_empty() {
                control::unfold(&control);
            }
        }
    }
}

/// The field that an event has changed, and its text. Nothing for a form without an id: its fields are in the address.
pub fn changed(event: &Event) -> Option<(String, String)> {
    to_keep_of(&event.target()?.dyn_into().ok()?)
}

fn to_keep_of(control: &Element) -> Option<(String, String)> {
    // The property `id` may be a field of the form.
    control::form(control)?.get_attribute("id")?;
    let (kind, text) = (control::kind(control)?, control::value(control)?);
    to_keep(&kind, &control.id(), text)
}

/// What to keep of a control. Of radio buttons that is the number at the end of the picked one's id, since its value is a
/// word of one language.
fn to_keep(kind: &str, id: &str, text: String) -> Option<(String, String)> {
    match kind {
        _ if id.is_empty() => None,
        "checkbox" | "file" | "hidden" | "password" => None,
        "radio" => {
            let (field, number) = id.rsplit_once('-')?;
            Some((field.to_owned(), number.to_owned()))
        }
        _ => Some((id.to_owned(), text)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{api::form::form_id, domain::samples::id};

    fn typed(fields: &[(&str, &str)]) -> Typed {
        let mut typed = Typed::default();
        for (field, text) in fields {
            typed.set(field, text);
        }
        typed
    }

    #[test]
    fn the_tab_keeps_every_text() {
        let typed = typed(&[
            ("offer-pizza_name", "Tonno & Cipolla = 100 %"),
            ("take-delivery_address", "Kurze Gasse 1+2\n照り焼き"),
            ("offer-supplier_price", ""),
        ]);
        assert_eq!(Typed::read(&typed.write()), typed);
        assert_eq!(Typed::read(&Typed::default().write()), Typed::default());
    }

    #[test]
    fn a_field_has_the_text_that_was_typed_last() {
        let typed = typed(&[("offer-pizza_name", "D"), ("offer-pizza_name", "Di")]);
        assert_eq!(typed.get("offer-pizza_name"), Some("Di"));
        assert_eq!(typed.get("offer-supplier_price"), None);
    }

    #[test]
    fn a_form_that_is_sent_forgets_its_own_fields() {
        let (one, other) = (
            form_id("dispatch", Some(id(1))),
            form_id("dispatch", Some(id(2))),
        );
        let (one_field, other_field) =
            (format!("{one}-driver_name"), format!("{other}-driver_name"));
        let mut typed = typed(&[
            (&one_field, "Jonas"),
            (&other_field, "Giulia"),
            ("dispatch-several-driver_name", "Ana"),
        ]);
        typed.forget(&one);
        assert_eq!(typed.get(&one_field), None);
        assert_eq!(typed.get(&other_field), Some("Giulia"));
        typed.forget("dispatch-several");
        assert_eq!(typed.get("dispatch-several-driver_name"), None);
    }

    #[test]
    fn an_order_that_is_final_forgets_all_its_forms() {
        let field = |action, n| format!("{}-notes", form_id(action, Some(id(n))));
        let fields =
            [("respond", 1), ("reject", 1), ("reject", 2)].map(|(action, n)| field(action, n));
        let [note, reason, other] = &fields;
        let mut typed = typed(&[(note, "Hot"), (reason, "Sold out"), (other, "Oven full")]);
        typed.forget_order(id(1));
        assert_eq!(typed, self::typed(&[(other, "Oven full")]));
    }

    #[test]
    fn hidden_fields_files_and_passwords_are_not_kept() {
        let kept = |kind, id| to_keep(kind, id, "text".to_owned());
        for kind in ["hidden", "file", "password", "checkbox"] {
            assert_eq!(kept(kind, "offer-key"), None);
        }
        assert_eq!(kept("text", ""), None);
        for kind in ["text", "number", "textarea", "select-one"] {
            let field = ("offer-pizza_name".to_owned(), "text".to_owned());
            assert_eq!(kept(kind, "offer-pizza_name"), Some(field));
        }
        let picked = ("reject-reason".to_owned(), "2".to_owned());
        assert_eq!(kept("radio", "reject-reason-2"), Some(picked));
    }
}
