//! What the description has where people sign in: how a program says who it is, and why an admin acts.

use super::{components::admin_reason, schemas};
use crate::server::web::rest::answers::{Me, TokenAnswer};
use utoipa::openapi::{
    OpenApi,
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

const BEARER: &str = "bearer";

pub fn add(api: &mut OpenApi) {
    let mut bearer = Http::new(HttpAuthScheme::Bearer);
    bearer.description = Some(
        "An access token, from `POST /api/v1/auth/token`, or an API key, from an admin.".to_owned(),
    );
    let components = api.components.get_or_insert_default();
    let answers = [schemas::named::<TokenAnswer>(), schemas::named::<Me>()];
    components.schemas.extend(answers);
    components.add_security_scheme(BEARER, SecurityScheme::Http(bearer));
    for (path, item) in &mut api.paths.paths {
        let is_about_orders = path.starts_with("/api/v1/orders");
        let is_own = path.ends_with("/auth/me") || path.ends_with("/auth/sign-out");
        if let Some(call) = &mut item.post {
            if is_about_orders {
                let parameters = call.parameters.get_or_insert_default();
                parameters.push(admin_reason().into());
            }
            if is_about_orders || is_own {
                call.security = Some(vec![by_token()]);
            }
        }
        if let Some(call) = &mut item.get {
            if is_own {
                call.security = Some(vec![by_token()]);
            } else if is_about_orders || path == "/ws" {
                // A guest looks without a token.
                call.security = Some(vec![by_token(), SecurityRequirement::default()]);
            }
        }
    }
}

fn by_token() -> SecurityRequirement {
    SecurityRequirement::new(BEARER, Vec::<String>::new())
}
