//! What the description has where people sign in: how a program says who it is, and why an admin acts.

use super::{calls, components::admin_reason, schemas};
use crate::server::web::rest::answers::{Me, TokenAnswer};
use utoipa::openapi::{
    OpenApi, RefOr,
    security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme},
};

const BEARER: &str = "bearer";
/// The kinds of problems that refuse a right.
const OF_RIGHTS: [&str; 2] = ["not-allowed", "not-yours"];

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
        let is_about_shops = path.starts_with("/api/v1/restaurants");
        let is_own = path.ends_with("/auth/me") || path.ends_with("/auth/sign-out");
        if let Some(call) = &mut item.post {
            if is_about_orders || path.ends_with("/{r}/orders") {
                let parameters = call.parameters.get_or_insert_default();
                parameters.push(admin_reason().into());
            }
            if is_about_orders || is_about_shops || is_own {
                call.security = Some(vec![by_token()]);
            }
        }
        for call in [&mut item.put, &mut item.delete].into_iter().flatten() {
            call.security = Some(vec![by_token()]);
        }
        if let Some(call) = &mut item.get {
            if is_own {
                call.security = Some(vec![by_token()]);
            } else if is_about_orders || is_about_shops || path == "/ws" {
                // A guest looks without a token.
                call.security = Some(vec![by_token(), SecurityRequirement::default()]);
            }
        }
    }
}

/// Where nobody signs in, no call is refused for who has sent it.
pub fn leave_out(api: &mut OpenApi) {
    let items = api.paths.paths.values_mut();
    for call in items.flat_map(calls) {
        let responses = &mut call.responses.responses;
        responses.remove("401");
        if let Some(RefOr::T(refused)) = responses.get_mut("403") {
            let is_kept = |name: &str| !OF_RIGHTS.contains(&name);
            // Its description names each kind with its address.
            let kinds = refused.description.trim_end_matches('.').split("; ");
            let kept = kinds.filter(|kind| {
                let name = kind.rsplit_once('/').map_or("", |(_, name)| name);
                is_kept(name.trim_end_matches("`)"))
            });
            refused.description = format!("{}.", kept.collect::<Vec<_>>().join("; "));
            for content in refused.content.values_mut() {
                if let RefOr::T(content) = content {
                    content.examples.retain(|name, _| is_kept(name));
                }
            }
        }
    }
}

fn by_token() -> SecurityRequirement {
    SecurityRequirement::new(BEARER, Vec::<String>::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::web::openapi::responses::Changed;
    use utoipa::{
        IntoResponses,
        openapi::{
            HttpMethod, InfoBuilder, OpenApiBuilder, PathItem, PathsBuilder, path::OperationBuilder,
        },
    };

    #[test]
    fn the_open_market_refuses_nobody_for_who_they_are() {
        let mut call = OperationBuilder::new().build();
        call.responses.responses = Changed::responses();
        let paths = PathsBuilder::new().path("/", PathItem::new(HttpMethod::Post, call));
        let mut api = OpenApiBuilder::new()
            .info(InfoBuilder::new().build())
            .paths(paths.build())
            .build();
        leave_out(&mut api);
        let text = serde_json::to_string(&api).unwrap();
        for kind in ["not-signed-in", "not-allowed", "not-yours"] {
            assert!(!text.contains(kind), "{kind}: {text}");
        }
        assert!(text.contains("Origin not allowed (`/problems/foreign-origin`)."));
    }
}
