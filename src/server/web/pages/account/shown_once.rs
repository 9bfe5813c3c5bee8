//! What is shown once, at the top of the page that a form leads to: links and codes for others, recovery codes, keys.

use super::{
    notice::{Notice, Said, ShownOnce},
    sign_in::said,
    visit::Visit,
};
use crate::{
    server::services::{accounts::NewFactor, credentials::qr_svg},
    ui::{
        Icon,
        i18n::locale::{Text, say, t},
        icon, paths,
    },
};
use leptos::prelude::*;
use secrecy::ExposeSecret;

/// Nothing, where there is nothing to show.
pub fn once(visit: &Visit, notice: Option<&Notice>) -> Option<AnyView> {
    Some(match notice?.once.as_ref()? {
        ShownOnce::Link {
            name,
            path,
            is_drivers,
        } => link(name, format!("{}{path}", visit.origin()), *is_drivers),
        ShownOnce::PairingCode { name, code } => pairing_code(visit, name, code),
        ShownOnce::RecoveryCodes(codes) => recovery_codes(codes),
        ShownOnce::ApiKey { name, key } => api_key(name, key),
        ShownOnce::Said(Said::Saved) => said(t(["Saved.", "Gespeichert."])),
        ShownOnce::Said(Said::Ended) => said(t(["Ended.", "Beendet."])),
        ShownOnce::Said(Said::SignedUp) => return None,
    })
}

fn section(heading: String, content: AnyView) -> AnyView {
    view! {
        <section class="paper stack once" aria-labelledby="once" id="shown-once">
            <h2 id="once">{heading}</h2>
            {content}
            <p class="small soft">{t([
                "This is shown only once, now.",
                "Das wird nur dieses eine Mal angezeigt.",
            ])}</p>
        </section>
    }
    .into_any()
}

/// `None` for a text that does not fit. `what` is what screen readers say of the picture.
fn qr_code(text: &str, what: Text) -> Option<AnyView> {
    let picture = qr_svg(text)?;
    Some(
        view! { <div class="qr" role="img" aria-label=t(what) inner_html=picture></div> }
            .into_any(),
    )
}

/// The buttons need the script, which shows those that the browser can do.
fn buttons(what: &str, extra: Option<AnyView>) -> AnyView {
    let copied = t(["Copied.", "Kopiert."]);
    let what = what.to_owned();
    view! {
        <div class="row">
            <button class="button" type="button" data-copy=what.clone() hidden>{t(["Copy", "Kopieren"])}</button>
            {extra}
            <span class="small" role="status" data-copied=copied></span>
        </div>
    }
    .into_any()
}

fn share_button(what: String) -> AnyView {
    view! { <button class="button" type="button" data-share=what hidden>{icon(Icon::Share)} {t(["Share", "Teilen"])}</button> }.into_any()
}

fn print_button() -> AnyView {
    view! { <button class="button" type="button" data-print="" hidden>{icon(Icon::Print)} {t(["Print", "Drucken"])}</button> }.into_any()
}

fn link(name: &str, address: String, is_drivers: bool) -> AnyView {
    let heading = say!("The link for {name}", "Der Link für {name}");
    let picture = qr_code(&address, ["The link as a QR code", "Der Link als QR-Code"]);
    let words = match is_drivers {
        true => [
            "Let the driver scan it, or send it to nobody else. It works once, within one hour.",
            "Lass ihn vom Fahrer scannen oder schick ihn nur dieser Person. Er gilt einmal, eine Stunde lang.",
        ],
        false => [
            "Send it to this person and nobody else. It works once, within three days.",
            "Schick ihn nur dieser Person. Er gilt einmal, drei Tage lang.",
        ],
    };
    let content = view! {
        <p>{t(words)}</p>
        {picture}
        <p><a class="secret" href=address.clone()>{address.clone()}</a></p>
        {buttons(&address, Some(share_button(address.clone())))}
    };
    section(heading, content.into_any())
}

fn pairing_code(visit: &Visit, name: &str, code: &str) -> AnyView {
    let heading = say!("The code for {name}", "Der Code für {name}");
    let at = format!("{}{}", visit.origin(), paths::PAIR);
    let content = view! {
        <p>{t(["On the device, open ", "Öffne auf dem Gerät "])} <strong class="secret">{at}</strong> {t([", and type:", " und tipp ein:"])}</p>
        <p><output class="secret large">{code.to_owned()}</output></p>
        <p>{t(["It works once, within ten minutes.", "Er gilt einmal, zehn Minuten lang."])}</p>
        {buttons(code, Some(share_button(code.to_owned())))}
    };
    section(heading, content.into_any())
}

fn recovery_codes(codes: &[String]) -> AnyView {
    let heading = t(["Your recovery codes", "Deine Notfallcodes"]).to_owned();
    // Groups are easier to copy by hand; they are left out again when one is typed.
    let codes: Vec<_> = codes.iter().map(|code| in_groups(code, "-")).collect();
    let all = codes.join("\n");
    let codes: Vec<_> = codes
        .iter()
        .map(|code| view! { <li><output class="secret">{code.clone()}</output></li> }.into_any())
        .collect();
    let content = view! {
        <p>{t([
            "When your phone is lost or empty, each of these signs you in once instead of a code. Print them or write them down, and keep them where your phone is not.",
            "Wenn dein Telefon weg oder leer ist, meldet dich jeder davon einmal anstelle eines Codes an. Druck sie aus oder schreib sie auf, und bewahr sie nicht beim Telefon auf.",
        ])}</p>
        <ol class="recovery">{codes}</ol>
        {buttons(&all, Some(print_button()))}
    };
    section(heading, content.into_any())
}

fn api_key(name: &str, key: &str) -> AnyView {
    let heading = say!("The key of {name}", "Der Schlüssel von {name}");
    let content = view! {
        <p><output class="secret">{key.to_owned()}</output></p>
        {buttons(key, None)}
        <p>{t(["The program sends it with each request: ", "Das Programm schickt ihn mit jeder Anfrage: "])} <code>"Authorization: Bearer …"</code></p>
    };
    section(heading, content.into_any())
}

/// A code, four characters at a time.
fn in_groups(code: &str, between: &str) -> String {
    let letters: Vec<char> = code.chars().collect();
    let groups = letters
        .chunks(4)
        .map(|group| group.iter().collect::<String>());
    groups.collect::<Vec<_>>().join(between)
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
    let open: Text = ["Open in the app", "In der App öffnen"];
    view! {
        <div class="stack factor">
            <p>{t([
                "Scan this with an authenticator app (any will do), and type the code that it shows.",
                "Scann das mit einer Authenticator-App (egal welcher) und tipp den Code ein, den sie zeigt.",
            ])}</p>
            {picture}
            <p><a class="button" href=link.to_owned()>{t(open)}</a></p>
            <p class="small">{t(["Or type this into the app: ", "Oder tipp das in die App: "])} <output class="secret">{in_groups(text, " ")}</output></p>
        </div>
    }
    .into_any()
}
