//! What is shown once, at the top of the page that a form leads to: links and codes for others, recovery codes, keys.

use super::{
    notice::{Notice, Once, Said},
    qr::qr_code,
    sign_in::said,
    visit::Visit,
};
use crate::{
    server::services::accounts::NewFactor,
    ui::{
        Icon,
        i18n::locale::{Text, say, t},
        icon,
    },
};
use leptos::prelude::*;
use secrecy::ExposeSecret;

/// Nothing, where there is nothing to show.
pub fn once(visit: &Visit, notice: Option<&Notice>) -> Option<AnyView> {
    Some(match notice?.once.as_ref()? {
        Once::Link { name, path } => link(name, format!("{}{path}", visit.origin())),
        Once::PairingCode { name, code } => pairing_code(visit, name, code),
        Once::RecoveryCodes(codes) => recovery_codes(codes),
        Once::ApiKey { name, key } => api_key(name, key),
        Once::Said(Said::Saved) => said(t(["It is saved.", "Gespeichert."])),
        Once::Said(Said::Ended) => said(t(["It has ended.", "Beendet."])),
        Once::Said(Said::SignedUp) => return None,
    })
}

/// Whether there is something to share.
pub fn shares(notice: Option<&Notice>) -> bool {
    let once = notice.and_then(|notice| notice.once.as_ref());
    matches!(once, Some(Once::Link { .. } | Once::PairingCode { .. }))
}

fn section(heading: String, content: AnyView) -> AnyView {
    view! {
        <section class="paper stack once" aria-labelledby="once" id="shown-once">
            <h2 id="once">{heading}</h2>
            {content}
            <p class="small soft">{t([
                "This is shown only now.",
                "Das wird nur jetzt angezeigt.",
            ])}</p>
        </section>
    }
    .into_any()
}

/// The share button needs its script, which shows it.
pub fn share_button(what: String) -> AnyView {
    let copied = t(["It is copied.", "Kopiert."]);
    view! {
        <p class="row">
            <button class="button" type="button" data-share=what hidden>{icon(Icon::Share)} {t(["Share", "Teilen"])}</button>
            <span class="small" role="status" data-copied=copied></span>
        </p>
    }
    .into_any()
}

fn link(name: &str, address: String) -> AnyView {
    let heading = say!("The link for {name}", "Der Link für {name}");
    let picture = qr_code(&address, ["The link as a QR code", "Der Link als QR-Code"]);
    let content = view! {
        <p>{t(["It is good once. Send it only to them.", "Er gilt einmal. Schick ihn nur dieser Person."])}</p>
        {picture}
        <p><a class="secret" href=address.clone()>{address.clone()}</a></p>
        {share_button(address)}
    };
    section(heading, content.into_any())
}

fn pairing_code(visit: &Visit, name: &str, code: &str) -> AnyView {
    let heading = say!("The code for {name}", "Der Code für {name}");
    let at = format!("{}/pair", visit.origin());
    let content = view! {
        <p>{t(["On the device, open ", "Öffne auf dem Gerät "])} <strong>{at}</strong> {t([", and type:", " und tipp ein:"])}</p>
        <p><output class="secret large">{code.to_owned()}</output></p>
        <p>{t(["It is good for ten minutes, once.", "Er gilt zehn Minuten, einmal."])}</p>
        {share_button(code.to_owned())}
    };
    section(heading, content.into_any())
}

fn recovery_codes(codes: &[String]) -> AnyView {
    let heading = t(["Your recovery codes", "Deine Notfallcodes"]).to_owned();
    let codes: Vec<_> = codes
        .iter()
        .map(|code| view! { <li><output class="secret">{code.clone()}</output></li> }.into_any())
        .collect();
    let content = view! {
        <p>{t([
            "Each signs you in once, when your authenticator is not at hand. Print them or write them down.",
            "Jeder meldet dich einmal an, wenn deine App nicht zur Hand ist. Druck sie aus oder schreib sie auf.",
        ])}</p>
        <ol class="recovery">{codes}</ol>
    };
    section(heading, content.into_any())
}

fn api_key(name: &str, key: &str) -> AnyView {
    let heading = say!("The key of {name}", "Der Schlüssel von {name}");
    let content = view! {
        <p><output class="secret">{key.to_owned()}</output></p>
        <p>{t(["It is sent as ", "Er wird gesendet als "])} <code>"Authorization: Bearer …"</code></p>
    };
    section(heading, content.into_any())
}

/// The secret of new codes: as a picture, as a link for a phone that shows this page, and as text.
pub fn factor(new: &NewFactor) -> AnyView {
    let (text, link) = (new.text.expose_secret(), new.link.expose_secret());
    let picture = qr_code(
        link,
        [
            "The secret for an authenticator as a QR code",
            "Das Geheimnis für die App als QR-Code",
        ],
    );
    let open: Text = ["Open in an authenticator", "In der App öffnen"];
    view! {
        <p>{t([
            "Scan this with an authenticator, and type the code that it shows.",
            "Scann das mit einer Authenticator-App und tipp den Code ein, den sie zeigt.",
        ])}</p>
        {picture}
        <p><a href=link.to_owned()>{t(open)}</a></p>
        <p class="small">{t(["Or type this: ", "Oder tipp das ein: "])} <output class="secret">{text.to_owned()}</output></p>
    }
    .into_any()
}
