//! What stands in a panel's place while there is nothing true to show.

use super::small::{Icon, icon};
use leptos::prelude::*;
use leptos_meta::Title;

#[component]
pub fn Outage() -> impl IntoView {
    view! {
        <Title text="Not available · Pizza Market"/>
        <main id="main">
            <div class="empty">
                {icon(Icon::Stale)}
                <h1>"The market’s store does not answer"</h1>
                <p>"Nothing is lost. We keep trying, and this page fills itself as soon as the store is back."</p>
                <a class="button primary" href="" rel="external">{icon(Icon::Undo)} "Try again"</a>
            </div>
        </main>
    }
}
