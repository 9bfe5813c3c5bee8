//! What the calls about tokens answer.

use crate::{
    domain::{AccountId, AccountKind, AccountRole, Identity, Name, Time},
    server::services::accounts::Tokens,
};
use secrecy::ExposeSecret;
use serde::Serialize;
use utoipa::ToSchema;

/// What a program signs in with.
#[derive(Serialize, ToSchema)]
#[schema(as = Tokens)]
pub struct TokenAnswer {
    /// For `Authorization`: after `Bearer` and a space.
    access_token: String,
    /// Always `Bearer`.
    token_type: &'static str,
    /// Seconds.
    expires_in: u64,
    /// For the next access token, once. A guest has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false)]
    refresh_token: Option<String>,
}

/// Who one is.
#[derive(Serialize, ToSchema)]
#[schema(as = Me)]
pub struct Me {
    id: AccountId,
    /// What the account is, `guest` for none.
    #[schema(value_type = String)]
    kind: AccountKind,
    role: AccountRole,
    #[schema(required)]
    name: Option<Name>,
    /// Whose it is, where it is a supplier's.
    #[schema(required)]
    supplier_name: Option<Name>,
    /// Whether it changes nothing.
    read_only: bool,
    /// Of the token; of a key without a date, null.
    #[schema(required)]
    expires_at: Option<Time>,
}

impl From<Tokens> for TokenAnswer {
    fn from(tokens: Tokens) -> TokenAnswer {
        let refresh = tokens.refresh.as_ref();
        TokenAnswer {
            access_token: tokens.access.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: tokens.expires_in,
            refresh_token: refresh.map(|token| token.expose_secret().to_owned()),
        }
    }
}

impl Me {
    /// `None` for somebody who only looks.
    pub fn of(identity: &Identity, expires_at: Option<Time>) -> Option<Me> {
        Some(Me {
            id: identity.id?,
            kind: identity.kind,
            role: identity.role,
            name: identity.name.clone(),
            supplier_name: identity.supplier_name.clone(),
            read_only: identity.read_only,
            expires_at,
        })
    }
}
