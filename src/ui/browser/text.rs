//! Text operations whose tables the browser has already, so that the program need not contain them.

/// Lower case, for a search.
pub fn lower(text: &str) -> String {
    if text.is_ascii() {
        // Most text is ASCII, and a search compares all of it.
        text.to_ascii_lowercase()
    } else if cfg!(target_arch = "wasm32") {
        js_sys::JsString::from(text).to_lower_case().into()
    } else {
        text.to_lowercase()
    }
}
