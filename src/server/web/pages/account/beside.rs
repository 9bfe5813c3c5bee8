//! What the server renders beside the program of a page: the menu of the account, and the banner of a market that is
//! open to others.

use super::{
    fields::unfolding,
    staff::{self, staff_at},
    words,
};
use crate::{
    domain::{Account, AccountKind, Viewer},
    server::{config::Config, web::state::AppState},
    ui::{
        ACCOUNT, Icon, has_team,
        i18n::locale::{Text, t},
        icon, name, paths,
    },
};
use leptos::prelude::*;

#[derive(Clone)]
pub struct Beside {
    pub viewer: Viewer,
    /// Who can work at this device.
    staff: Vec<Account>,
    is_exposed: bool,
}

/// For a viewer of a page.
pub async fn beside(app: &AppState, viewer: &Viewer) -> Beside {
    // Without them the device itself acts.
    let staff = staff_at(app, viewer).await.unwrap_or_default();
    Beside {
        viewer: viewer.clone(),
        staff,
        is_exposed: viewer.is_open() && is_exposed(&app.config),
    }
}

/// Whether others than this machine reach the market: there the open mode has been written out.
fn is_exposed(config: &Config) -> bool {
    let address = config.leptos.site_addr.ip().to_canonical();
    !address.is_loopback() || config.hosts.origin().is_some() || !config.proxies.is_empty()
}

impl Beside {
    /// What stands above the page.
    pub fn above(&self) -> Option<AnyView> {
        self.banner().or_else(|| self.strip())
    }

    /// That everybody who reaches this market sees and does everything.
    fn banner(&self) -> Option<AnyView> {
        let words = t([
            "Open market: nobody signs in, and whoever reaches this address sees and does everything.",
            "Offener Markt: Niemand meldet sich an, und wer diese Adresse erreicht, sieht und tut alles.",
        ]);
        self.is_exposed.then(|| {
            view! { <div class="banner" id="open-market">{icon(Icon::Info)} <p>{words}</p></div> }
                .into_any()
        })
    }

    /// Whether people take over at this device.
    pub fn has_staff(&self) -> bool {
        !self.staff.is_empty()
    }

    /// The staff of the kitchen, at its device.
    fn strip(&self) -> Option<AnyView> {
        let acting = self.viewer.identity()?.id;
        self.has_staff().then(|| staff::strip(&self.staff, acting))
    }

    /// The menu that the name in the bar opens.
    pub fn menu(&self) -> Option<AnyView> {
        let identity = self.viewer.identity()?;
        if identity.kind == AccountKind::Guest {
            return None;
        }
        let who = identity.name.as_deref().unwrap_or_default();
        let kitchen = identity.supplier_name.as_deref();
        let kitchen = kitchen.map(|kitchen| view! { " · " {name(kitchen)} }.into_any());
        let team = has_team(&self.viewer).then(|| link(paths::TEAM, ["Team", "Team"]));
        let staff = self
            .has_staff()
            .then(|| link(paths::HAND_OVER, staff::TITLE));
        Some(
            view! {
                <aside class="look" id=ACCOUNT popover="auto" aria-label=t(["Account", "Konto"])>
                    <h2>{name(who)}</h2>
                    <p class="soft">{t(words::kind(identity.kind))} {kitchen}</p>
                    {staff}
                    {link(paths::ACCOUNT, ["My account", "Mein Konto"])}
                    {team}
                    {sign_out(identity.kind)}
                </aside>
            }
            .into_any(),
        )
    }
}

fn link(address: &'static str, word: Text) -> AnyView {
    view! { <a class="button" href=address rel="external">{t(word)}</a> }.into_any()
}

/// A plain form: it works on every page, whether its program runs or not. Who cannot sign in again alone is asked once
/// more.
fn sign_out(kind: AccountKind) -> AnyView {
    let button = |class: &'static str, word: Text| {
        view! { <form method="post" action=paths::SIGN_OUT><button class=class>{t(word)}</button></form> }
            .into_any()
    };
    match kind {
        AccountKind::Device | AccountKind::Driver => unfolding(
            ["Sign out…", "Abmelden\u{a0}…"],
            words::after_sign_out(kind),
            button(
                "button wide danger sure",
                ["Sign out now", "Jetzt abmelden"],
            ),
        ),
        _ => button("button wide", ["Sign out", "Abmelden"]),
    }
}
