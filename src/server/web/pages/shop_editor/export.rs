//! A menu as a file, for who edits it.

use super::{layout::unknown, open::open};
use crate::{
    domain::Error,
    server::{
        services::shops::{menu_csv::write_csv, refusal::ShopRefusal},
        web::pages::account::Visit,
    },
};
use axum::{
    body::Bytes,
    extract::Path,
    http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE},
    response::{IntoResponse, Response},
};

pub async fn json(visit: Visit, Path(named): Path<String>) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let text = visit.app.shops.menu_text(&edited.known).await;
    let file = text.map(|text| text.text);
    answer(&visit, file, "application/json", "json").await
}

pub async fn csv(visit: Visit, Path(named): Path<String>) -> Response {
    let edited = match open(&visit, &named, false).await {
        Ok(edited) => edited,
        Err(answer) => return *answer,
    };
    let menu = visit.app.shops.menu_at_revision(&edited.known).await;
    let written = menu.and_then(|(menu, _)| {
        let text = write_csv(&menu).map_err(|_| ShopRefusal::from(Error::Internal))?;
        Ok(Bytes::from(text))
    });
    answer(&visit, written, "text/csv; charset=utf-8", "csv").await
}

async fn answer(
    visit: &Visit,
    file: Result<Bytes, ShopRefusal>,
    kind: &'static str,
    ending: &str,
) -> Response {
    let file = match file {
        Ok(file) => file,
        Err(refusal) => return unknown(visit, &refusal).await,
    };
    let name = format!("attachment; filename=\"menu.{ending}\"");
    let head = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (head, file).into_response()
}
