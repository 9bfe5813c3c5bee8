//! The controls of forms, as the document has them.

use js_sys::Reflect;
use leptos::{
    prelude::document,
    wasm_bindgen::{JsCast, JsValue},
    web_sys::Element,
};

/// The text of a field, or the value of the choice.
pub fn value(control: &Element) -> Option<String> {
    property(control, "value").as_string()
}

/// `text`, `radio`, `select-one`, and so on.
pub fn kind(control: &Element) -> Option<String> {
    property(control, "type").as_string()
}

/// The form that a control belongs to, which need not be around it.
pub fn form(control: &Element) -> Option<Element> {
    property(control, "form").dyn_into().ok()
}

/// Enters a text, unless the user has changed the control, or a choice does not have it.
pub fn enter(control: &Element, text: &str) {
    if is_changed(control) {
        return;
    }
    let before = property(control, "value");
    set(control, "value", &text.into());
    if value(control).as_deref() != Some(text) {
        set(control, "value", &before);
    }
}

/// Picks a radio button, unless one of its group is picked.
pub fn pick(button: &Element) {
    let group = button.closest("fieldset").ok().flatten();
    let picked = group.and_then(|group| group.query_selector(":checked").ok()?);
    if picked.is_none() {
        set(button, "checked", &true.into());
    }
}

/// Opens everything that an element is folded into.
pub fn unfold(element: &Element) {
    while let Ok(Some(folded)) = element.closest("details:not([open])") {
        if folded.set_attribute("open", "").is_err() {
            return;
        }
    }
}

/// The controls that the user has changed since the page came.
pub fn changed() -> Vec<Element> {
    let Ok(controls) = document().query_selector_all("input, select, textarea") else {
        return Vec::new();
    };
    let controls = (0..controls.length()).filter_map(|at| controls.item(at)?.dyn_into().ok());
    controls.filter(is_changed).collect()
}

/// The values of the checkboxes of a name that are ticked.
pub fn ticked(name: &str) -> Vec<String> {
    let boxes = format!("input[type=checkbox][name='{name}']:checked");
    let Ok(boxes) = document().query_selector_all(&boxes) else {
        return Vec::new();
    };
    let boxes = (0..boxes.length()).filter_map(|at| boxes.item(at)?.dyn_into().ok());
    boxes.filter_map(|ticked: Element| value(&ticked)).collect()
}

/// Whether it has another value than the page came with.
fn is_changed(control: &Element) -> bool {
    if kind(control).as_deref() == Some("radio") {
        let is = |name| property(control, name).is_truthy();
        return is("checked") && !is("defaultChecked");
    }
    match property(control, "defaultValue").as_string() {
        Some(first) => value(control) != Some(first),
        None => {
            let chosen = control.query_selector("option:checked").ok().flatten();
            chosen.is_some_and(|option| !option.has_attribute("selected"))
        }
    }
}

fn property(of: &Element, name: &str) -> JsValue {
    Reflect::get(of, &name.into()).unwrap_or_default()
}

fn set(of: &Element, name: &str, value: &JsValue) {
    // Setting a property of a control does not fail.
    let _ = Reflect::set(of, &name.into(), value);
}
