//! What is not done with an account, for any actor.

use crate::domain::named_enum::named_enum;

named_enum! {
    /// Why an account stays as it is.
    AccountRefusal {
        LastAdmin = "last-admin",
        /// An integration has two keys already.
        TwoKeys = "two-keys",
        /// A second key of an integration that would have other rights than the first.
        OtherRights = "other-rights",
        /// It has no password, so there is none to reset.
        NoPassword = "no-password",
        /// Disabled, or closed.
        NotActive = "not-active",
        Closed = "closed",
        /// Nobody of this id or address.
        Unknown = "unknown",
        /// The person at a device has been disabled, while the device itself still may act.
        PersonLeft = "person-left",
    }
}

impl AccountRefusal {
    pub fn sentence(self) -> &'static str {
        match self {
            AccountRefusal::LastAdmin => "This is the last admin: invite another one first.",
            AccountRefusal::TwoKeys => "This integration has two keys: end one first.",
            AccountRefusal::OtherRights => {
                "Its first key has other rights: give this one another name."
            }
            AccountRefusal::NoPassword => "This account has no password.",
            AccountRefusal::NotActive => "This account is not active.",
            AccountRefusal::Closed => "This account is closed.",
            AccountRefusal::Unknown => "There is no such account.",
            AccountRefusal::PersonLeft => {
                "Who worked at this device may do so no longer. Nothing was done; the device itself acts from now on."
            }
        }
    }
}
