//! Whether people sign in, and the secret that everything signed comes from.

use secrecy::SecretSlice;

/// How the market decides who may do what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// Everybody sees and plays everything.
    Open,
    /// Rights are those of accounts.
    Required,
}

#[derive(Clone)]
pub struct Auth {
    pub mode: AuthMode,
    /// Each at least 32 bytes: the first signs, all verify. None in the open mode.
    pub secrets: Vec<SecretSlice<u8>>,
    /// Whether somebody who is not signed in sees offers, and may take one.
    pub guests: bool,
    /// Whether customers may make an account.
    pub sign_up: bool,
}

impl Auth {
    pub fn is_required(&self) -> bool {
        self.mode == AuthMode::Required
    }
}
