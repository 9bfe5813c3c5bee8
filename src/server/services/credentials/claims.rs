//! What tokens say.

use crate::domain::{AccountId, AccountRole, Time};

/// What an access token says. It is checked against the account as well.
#[derive(Clone, Debug, PartialEq)]
pub struct AccessClaims {
    /// The account, or the guest.
    pub subject: AccountId,
    /// The session; of a guest's token `None`.
    pub session: Option<String>,
    pub role: AccountRole,
    pub expires_at: Time,
}

/// What a refresh token says.
#[derive(Clone, Debug, PartialEq)]
pub struct RefreshClaims {
    pub account: AccountId,
    pub session: String,
    pub counter: u32,
}
