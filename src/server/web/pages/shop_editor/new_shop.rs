//! The way from a kitchen to its pizzeria, by the name that both have; and making one where there is none.

use super::{
    fields::key,
    layout::{Page, page},
    refusals,
    settings_values::address,
    shop::{authority, request},
    values::{fields_of, text},
};
use crate::{
    domain::{Field, Name, shop::slug::Slug},
    server::{
        services::shops::{catalog::ShopRef, refusal::ShopRefusal},
        web::{
            pages::account::{Sent, Visit, redirect},
            query_string,
        },
    },
    ui::{
        i18n::locale::{Text, t},
        paths,
    },
};
use axum::response::Response;
use leptos::prelude::*;
use percent_encoding::percent_decode_str;
use serde_json::json;

const TITLE: Text = ["A new pizzeria", "Eine neue Pizzeria"];

pub async fn show(visit: Visit) -> Response {
    if !visit.door.viewer.is_open() && visit.identity().is_none() {
        return visit.to_sign_in();
    }
    let name = kitchen(&visit).unwrap_or_default();
    let slug = Slug::of_name(&name);
    let found = visit.app.shops.find(&ShopRef::Slug(slug)).await;
    match found {
        Ok(known) if *known.profile.name == *name => {
            redirect(&paths::menu_of(&known.profile.slug.to_string()))
        }
        _ => form(&visit, &name, None, None).await,
    }
}

/// The kitchen that the address names.
fn kitchen(visit: &Visit) -> Option<String> {
    query_string::pairs(&visit.query).find_map(|(name, pair)| {
        let value = pair.split_once('=')?.1.replace('+', " ");
        let value = percent_decode_str(&value).decode_utf8().ok()?;
        (name.as_deref() == Some("kitchen")).then(|| value.into_owned())
    })
}

pub async fn send(visit: Visit, sent: Sent) -> Response {
    match create(&visit, &sent).await {
        Ok(address) => redirect(&address),
        Err(refusal) => form(&visit, sent.get("name"), Some(&sent), Some(&refusal)).await,
    }
}

async fn create(visit: &Visit, sent: &Sent) -> Result<String, ShopRefusal> {
    let name = Name::parse(sent.get("name"));
    if let Ok(name) = &name {
        visit.door.viewer.may_edit_shop(name, false).check()?;
    }
    let json = json!({
        "name": text(sent.get("name")),
        "address": address(sent),
        "time_zone": text(sent.get("time_zone")),
    });
    let request = request(sent, "new");
    let by = authority(visit);
    let shops = &visit.app.shops;
    let (made, _) = shops
        .create(fields_of(&json)?, &by, request.as_ref())
        .await?;
    Ok(paths::menu_of(&made.slug.to_string()))
}

async fn form(
    visit: &Visit,
    kitchen: &str,
    sent: Option<&Sent>,
    refusal: Option<&ShopRefusal>,
) -> Response {
    let layout = Page {
        title: TITLE,
        shop: None,
        notice: None,
        refusal: None,
        outline: None,
    };
    let mut response = page(visit, layout, || {
        let field = |name: &'static str, label: Text, first: &str| {
            let id = format!("new-{name}");
            let value = sent.map_or(first, |sent| sent.get(name)).to_owned();
            view! {
                <div class="field"><label for=id.clone()>{t(label)}</label>
                    <input class="input" id=id.clone() name=name required value=value/></div>
            }
            .into_any()
        };
        let said = t([
            "It gets a page for customers, with a menu. Its hours and where it delivers to come next.",
            "Sie bekommt eine Seite für Kunden, mit einer Karte. Danach kommen Öffnungszeiten und Liefergebiete.",
        ]);
        view! {
            <h1>{t(TITLE)}</h1>
            {refusal.map(|refusal| refusals::refusal(refusal, None))}
            <form class="paper stack" method="post" action=paths::SHOP_OF_KITCHEN>
                <p>{said}</p>
                {key()}
                {field("name", ["Name, as the kitchen has it", "Name, wie ihn die Küche hat"], kitchen)}
                {field("street", ["Street", "Straße"], "")}
                {field("postcode", ["Postcode", "Postleitzahl"], "")}
                {field("town", ["Town", "Ort"], "")}
                {field("time_zone", ["Time zone", "Zeitzone"], "Europe/Berlin")}
                <button class="button primary">{t(["Open it", "Eröffnen"])}</button>
            </form>
        }
        .into_any()
    })
    .await;
    if let Some(refusal) = refusal {
        let problem = crate::server::web::problem::Problem::from(refusal.clone());
        *response.status_mut() = problem.status();
    }
    response
}
