//! The minutes to the door that a form starts with, and the words for what they come from.

use crate::domain::UsualMinutes;

/// How long a pizza takes, where too few deliveries tell what is usual.
pub const MINUTES: &str = "25";

pub fn first_minutes(usual: Option<UsualMinutes>) -> String {
    usual.map_or(MINUTES.to_owned(), |usual| usual.most.get().to_string())
}

/// `25–30`
pub fn range(UsualMinutes { half, most }: UsualMinutes) -> String {
    let (half, most) = (half.get(), most.get());
    match half == most {
        true => most.to_string(),
        false => format!("{half}–{most}"),
    }
}
