//! The page of a pizzeria's settings. What is refused comes back with what was typed; a preview saves nothing.

use super::{
    form::{Faults, Form},
    layout::{Page, page},
    notice::{Done, Notice, lead_to, shown},
    open::open,
    preview::preview,
    refusals::why,
    settings_fields::{Fields, form},
    settings_values::{fields_in, place},
    shop::{EditedShop, request},
};
use crate::{
    domain::{
        Error, Precondition,
        shop::{
            profile::Profile,
            profile_input::{Basis, read_profile},
        },
    },
    server::{
        clock::now,
        services::{shops::refusal::ShopRefusal, zones::IanaZone},
        web::pages::account::{Sent, Visit, redirect},
    },
    ui::{i18n::locale::Text, paths},
};
use axum::{extract::Path, response::Response};

const TITLE: Text = ["Settings", "Einstellungen"];

pub async fn show(visit: Visit, Path(named): Path<String>) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let notice = shown(&visit).await;
    render(
        &visit,
        &edited,
        notice.as_ref(),
        None,
        None,
        edited.profile(),
    )
    .await
}

pub async fn send(visit: Visit, Path(named): Path<String>, sent: Sent) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    if sent.get("act") == "preview" {
        return match looked_at(&edited, &sent) {
            Ok(profile) => render(&visit, &edited, None, Some(&sent), None, &profile).await,
            Err(refusal) => again(&visit, &edited, &sent, &refusal).await,
        };
    }
    match save(&visit, &edited, &sent).await {
        Ok(profile) => {
            // Its address may be another one now.
            let to = paths::settings_of(&profile.slug.to_string());
            let led = lead_to(&visit, &to, &Notice::of(Done::Saved)).await;
            led.unwrap_or_else(|| redirect(&to))
        }
        Err(refusal) => again(&visit, &edited, &sent, &refusal).await,
    }
}

/// The form with what was typed, and why it was refused.
async fn again(visit: &Visit, edited: &EditedShop, sent: &Sent, refusal: &ShopRefusal) -> Response {
    let profile = edited.profile();
    render(visit, edited, None, Some(sent), Some(refusal), profile).await
}

async fn save(visit: &Visit, edited: &EditedShop, sent: &Sent) -> Result<Profile, ShopRefusal> {
    let fields = fields_in(sent, edited.profile())?;
    let expected = sent.get("version").parse().ok().map(Precondition::version);
    let request = request(sent, "settings");
    let (named, by) = (&edited.named, &edited.by);
    let shops = &visit.app.shops;
    let saved = shops.save_profile(named, fields, expected.as_ref(), by, request.as_ref());
    Ok(saved.await?.0)
}

/// The profile that the form would make.
fn looked_at(edited: &EditedShop, sent: &Sent) -> Result<Profile, ShopRefusal> {
    let fields = fields_in(sent, edited.profile())?;
    let read = read_profile(
        fields,
        Basis::Saved(edited.profile()),
        IanaZone::spelling,
        now(),
    )?;
    Ok(read.profile)
}

async fn render(
    visit: &Visit,
    edited: &EditedShop,
    notice: Option<&Notice>,
    sent: Option<&Sent>,
    refusal: Option<&ShopRefusal>,
    of: &Profile,
) -> Response {
    let layout = Page {
        title: TITLE,
        shop: Some(edited),
        notice,
        refusal,
        outline: None,
    };
    page(visit, layout, || {
        let invalid = match refusal {
            Some(ShopRefusal::Market(Error::Invalid(invalid))) => invalid.as_slice(),
            _ => &[],
        };
        let faults = Faults::of(
            invalid,
            |one| sent.map(|sent| place(sent, &one.field)),
            |one| why(one, None),
        );
        let fields = Fields {
            edited,
            form: Form {
                id: "settings",
                sent,
                faults: &faults,
            },
        };
        form(&fields, preview(of))
    })
    .await
}
