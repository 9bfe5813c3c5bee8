//! An account as it was read.

use crate::{domain::Account, server::store::JsonText};

/// An account with the text of its document.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    pub account: Account,
    pub text: JsonText,
}
