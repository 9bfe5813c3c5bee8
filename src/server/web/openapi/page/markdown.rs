//! The words of the description, which are Markdown, as HTML.

use leptos::prelude::*;
use pulldown_cmark::{Options, Parser, html::push_html};

/// Paragraphs, lists and tables.
pub fn markdown(text: &str) -> AnyView {
    let mut html = String::new();
    push_html(&mut html, Parser::new_ext(text, Options::ENABLE_TABLES));
    view! { <div class="words" inner_html=html></div> }.into_any()
}
