//! Text operations whose tables the browser has already, so that the program need not contain them.

/// For a search: lower case, without accents.
pub fn fold(text: &str) -> String {
    #[cfg(not(target_arch = "wasm32"))]
    return crate::domain::fold_text(text);
    #[cfg(target_arch = "wasm32")]
    fold_in_browser(text)
}

#[cfg(target_arch = "wasm32")]
thread_local! {
    static ACCENTS: js_sys::RegExp = js_sys::RegExp::new(r"\p{M}", "gu");
}

#[cfg(target_arch = "wasm32")]
fn fold_in_browser(text: &str) -> String {
    if text.is_ascii() {
        // Most text is ASCII, and a search compares all of it.
        return text.to_ascii_lowercase();
    }
    let parts = js_sys::JsString::from(text)
        .normalize("NFD")
        .to_lower_case();
    ACCENTS.with(|accents| parts.replace_by_pattern(accents, "").into())
}
