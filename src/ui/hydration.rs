//! How the browser's program takes over the page that the server has rendered, whatever others have done to it.
//!
//! The app has an element of its own, which says the shape that the server gave it. Where the shape is another one (an
//! extension or a translator was there first), waking the nodes up would give one part of the page to another: the app
//! is rendered on the client then, from the page's data. A panic loads the page again, once, and that page is rendered on
//! the client too.

#[cfg(feature = "hydrate")]
pub use start::{start_page, stop};

use super::{
    components::basics::{Icon, icon},
    i18n::locale::t,
};
use leptos::prelude::*;

/// The element of the app.
const ROOT: &str = "app";

/// Elements of HTML without content and without an end.
const VOID: [&str; 6] = ["br", "hr", "img", "input", "link", "meta"];

/// The app, as the server renders it.
#[cfg(feature = "ssr")]
pub fn root() -> AnyView {
    let html = super::App().to_html();
    let shape = shape(&html).to_string();
    view! {
        <div id=ROOT data-shape=shape inner_html=html></div>
        <div class="banner" id="stopped" data-tone="bad" role="alert" hidden>
            {icon(Icon::Stale)}
            <p>{t(["This page has stopped. What you typed is kept.", "Diese Seite ist stehen geblieben. Was du getippt hast, ist noch da."])}</p>
            <a class="button" href="" rel="external">{t(["Load it again", "Neu laden"])}</a>
        </div>
    }
    .into_any()
}

/// A number for the nodes of a page, their kinds and their order (FNV-1a), whatever their attributes and texts are. It
/// is the same for what the server has written and for what a browser writes of the nodes that it made from that.
fn shape(html: &str) -> u32 {
    let mut shape = 0x811c_9dc5;
    let mut node = |kind: &str| {
        for byte in kind.bytes().chain([b'>']) {
            shape = (shape ^ u32::from(byte.to_ascii_lowercase())).wrapping_mul(0x0100_0193);
        }
    };
    let mut rest = html;
    while let Some(first) = rest.chars().next() {
        if first != '<' {
            node("text");
            rest = &rest[rest.find('<').unwrap_or(rest.len())..];
        } else if rest.starts_with("<!") {
            node("!");
            // The shortest comment has no content at all: `<!>`.
            let end = if rest.starts_with("<!--") { "-->" } else { ">" };
            rest = rest.split_once(end).map_or("", |(_, rest)| rest);
        } else {
            let (tag, after) = split_tag(&rest[1..]);
            let name = tag.split([' ', '\n', '/']).find(|name| !name.is_empty());
            let name = name.unwrap_or_default();
            if !tag.starts_with('/') {
                node(name);
            }
            if tag.starts_with('/') || tag.ends_with('/') || VOID.contains(&name) {
                node("/");
            }
            rest = after;
        }
    }
    shape
}

/// A tag, and what comes after it. A value in quotes may contain its last character.
fn split_tag(html: &str) -> (&str, &str) {
    let mut is_quoted = false;
    let end = html.find(|sign| {
        is_quoted ^= sign == '"';
        sign == '>' && !is_quoted
    });
    end.map_or((html, ""), |end| (&html[..end], &html[end + 1..]))
}

#[cfg(feature = "hydrate")]
mod start {
    use super::{ROOT, shape};
    use crate::ui::{
        App,
        browser::{storage, timer::browser_time},
        panels,
        route::{Panel, ROUTES},
    };
    use chrono::TimeDelta;
    use leptos::{
        mount::hydrate_from,
        prelude::*,
        wasm_bindgen::JsCast,
        web_sys::{Element, HtmlElement},
    };
    use std::mem::forget;

    /// When the last page of this window stopped, in storage.
    const STOPPED: &str = "stopped";
    /// A page that stops again within this time is not loaded again.
    const AGAIN: TimeDelta = TimeDelta::minutes(1);

    /// Makes the page that the server has rendered live, once its part of the program is here.
    pub async fn start_page() {
        let body = document().body();
        let name = body.and_then(|body| body.get_attribute("data-panel"));
        let mut panels = ROUTES.iter().map(|row| row.panel);
        let panel = panels.find(|panel| Some(panel.name()) == name.as_deref());
        let panel = panel.unwrap_or(Panel::Nowhere);
        // Without its part the page stays as it was rendered: plain links and forms.
        if panels::fetch(panel).await {
            start(panel).await;
        }
    }

    #[cfg(not(feature = "split"))]
    async fn start(_: Panel) {
        start_app();
    }

    fn start_app() {
        let Some(root) = document().get_element_by_id(ROOT) else {
            return;
        };
        let rendered = root.get_attribute("data-shape");
        let is_same = rendered == Some(shape(&root.inner_html()).to_string());
        let root: HtmlElement = root.unchecked_into();
        match is_same && !has_just_stopped() {
            true => hydrate_from(root, App).forget(),
            false => render_on_client(root),
        }
    }

    #[cfg(feature = "split")]
    use split::start;

    /// The app is started in the part of each panel. So what it is made of is in a file that all panels share, and the
    /// price of a menu's item does not need. The calls that the macro generates are the only unsafe code here.
    #[cfg(feature = "split")]
    #[allow(unsafe_code)]
    mod split {
        use super::{Panel, start_app};
        use crate::ui::components::main_bundle;
        use leptos::wasm_split::{SplitLoaderError, wasm_split};

        pub async fn start(panel: Panel) {
            // The part has been fetched.
            let _ = match panel {
                Panel::Home | Panel::Nowhere => start_home().await,
                Panel::Supplier => start_supplier().await,
                Panel::Customer => start_customer().await,
                Panel::Track => start_track().await,
                Panel::Dispatch => start_dispatch().await,
                Panel::Orders => start_orders().await,
            };
        }

        macro_rules! part {
            ($name:ident, $start:ident) => {
                #[wasm_split($name, wasm_split_path = ::leptos::wasm_split, fallible)]
                fn $start() -> Result<(), SplitLoaderError> {
                    std::hint::black_box(main_bundle());
                    start_app();
                    Ok(())
                }
            };
        }
        part!(home, start_home);
        part!(supplier, start_supplier);
        part!(customer, start_customer);
        part!(track, start_track);
        part!(dispatch, start_dispatch);
        part!(orders, start_orders);
    }

    fn render_on_client(root: HtmlElement) {
        // Attributes of this name are well-formed.
        let _ = root.set_attribute("data-client-rendered", "");
        let parent: Element = root.clone().into();
        let empty = move || {
            // It takes its data from the page, and what was typed there. From here on nodes are made, and not looked for.
            let app = App().into_view();
            Owner::current_shared_context().inspect(|page| page.hydration_complete());
            let mut app = app.build();
            // The comment is what this empty view is made from.
            parent.set_inner_html("<!---->");
            app.mount(&parent, None);
            forget(app);
        };
        hydrate_from(root, empty).forget();
    }

    /// After a panic nothing moves any more: the page says so, and is loaded again.
    pub fn stop() {
        const MARK: &str = "data-stopped";
        let page = document().document_element();
        let Some(page) = page.filter(|page| !page.has_attribute(MARK)) else {
            // What follows from the first panic changes nothing.
            return;
        };
        // Attributes of these names are well-formed.
        let _ = page.set_attribute(MARK, "");
        if let Some(banner) = document().get_element_by_id("stopped") {
            let _ = banner.remove_attribute("hidden");
        }
        if !has_just_stopped() {
            storage::keep_in_tab(STOPPED, &browser_time().to_string());
            // Where nothing is kept, the next page would not know. Then, and where it is refused, the banner has a link.
            if has_just_stopped() {
                let _ = location().reload();
            }
        }
    }

    fn has_just_stopped() -> bool {
        // As texts, times sort as they follow each other.
        storage::kept_in_tab(STOPPED)
            .is_some_and(|last| last > (browser_time() + -AGAIN).to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_has_the_shape_that_a_browser_finds() {
        let written = r#"<p class="a>b">1<!> <b>2</b></p><br><svg><path d="M0"/></svg><!><input name="a" required>"#;
        let read = r#"<p class="a&gt;b" lang="de">3<!----> <b>4</b></p><br/><svg><path></path></svg><!--x--><input required="">"#;
        assert_eq!(shape(written), shape(read));
    }

    #[test]
    fn what_is_added_wrapped_moved_or_gone_gives_another_shape() {
        let page = "<p>1<!> <b>2</b></p><input>";
        for other in [
            "<i></i><p>1<!> <b>2</b></p><input>",
            "<p>1<!> <b>2</b><i></i></p><input>",
            "<p>1 <b>2</b></p><input>",
            "<p><font>1</font><!> <b>2</b></p><input>",
            "<p>1<!> <b></b></p><input>",
            "<p>1<!> <b>2</b><input></p>",
            "<p>1<!> <i>2</i></p><input>",
            "<p>1<!> <b>2</b></p><span><input></span>",
            "",
        ] {
            assert_ne!(shape(page), shape(other), "{other}");
        }
    }
}
