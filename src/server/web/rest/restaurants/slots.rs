//! The slots of a pizzeria that can be had.

use super::respond::named;
use crate::{
    domain::{
        FieldError,
        shop::{LocalDate, profile_input::read_destination},
    },
    server::{
        services::shops::refusal::OfferedSlot,
        web::{
            openapi::{
                checkout::{Slots, SlotsQuery},
                restaurants::{Places, RestaurantInPath},
            },
            problem::Problem,
            rest::{extract::Query, params::SlotPieces},
            state::AppState,
        },
    },
};
use axum::{Json, extract::State};

/// Look at the slots of a day
///
/// Those that begin on a date at the pizzeria and have room, with the time at which they would be at your door.
#[utoipa::path(
    get,
    path = "/restaurants/{r}/slots",
    tag = "Pizzerias",
    operation_id = "slots",
    params(RestaurantInPath, SlotsQuery, Places),
    responses(Slots)
)]
pub async fn slots(
    State(app): State<AppState>,
    Query(request): Query,
) -> Result<Json<Vec<OfferedSlot>>, Problem> {
    let mut request = request.without_precondition();
    let fields = &mut request.fields;
    let date = fields.optional::<LocalDate>("date");
    let pieces = fields.optional::<SlotPieces>("pieces");
    let before = fields.invalid_count();
    let to = read_destination(fields);
    if to.is_none() && fields.invalid_count() == before {
        fields.reject("postcode", FieldError::Missing);
    }
    let named = named(&request);
    let to = request.fields.finish(|| to)?;
    let shop = app.shops.find(&named?).await?;
    let pieces = pieces.map_or(1, |pieces| pieces.get().into());
    Ok(Json(app.shops.slots(&shop, date, pieces, &to).await?))
}
