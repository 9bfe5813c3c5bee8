//! Sessions, keys and invitations: what an account signs in with, as its document has it. Secrets stand here as their
//! SHA-256 in lower-case hexadecimal, never as they are.

use super::{AccountId, AccountKind};
use crate::domain::{Name, Time, named_enum::named_enum};
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

named_enum! {
    /// How a session was begun.
    SessionKind {
        /// By a page: a cookie.
        Page = "page",
        /// Through the API: an access token and a refresh token.
        Token = "token",
    }
}

/// One device that is signed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Session {
    /// Unique in its account, 16 lower-case hexadecimal digits. It is no secret.
    pub id: String,
    pub kind: SessionKind,
    /// Of a page: the hash of the secret in its cookie. Of a token: empty.
    pub secret: String,
    /// Of a token: the number of the newest refresh token, and when it was made.
    pub counter: u32,
    pub rotated_at: Time,
    /// What the device says that it is.
    pub device: Name,
    pub made_at: Time,
    /// Moved on at most twice in an idle time.
    pub used_at: Time,
    /// The person of the staff who works at this device.
    pub person: Option<AccountId>,
    /// The version that the person's account had then: whatever has changed in it since then, they tap again.
    pub person_version: Option<u32>,
}

/// A key of an integration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiKey {
    /// The hash of the whole key.
    pub secret: String,
    pub made_at: Time,
    /// From then on it is not accepted.
    pub until: Option<Time>,
    /// To the day.
    pub used_at: Option<Time>,
}

/// A link by which an account is joined once.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub secret: String,
    pub until: Time,
    /// It takes the codes away, and sets them up again.
    pub factors: bool,
}

/// How long sessions of a kind of account last, and how many there are at once.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SessionLimits {
    /// Without use.
    pub idle: TimeDelta,
    /// At the latest.
    pub longest: TimeDelta,
    pub at_once: usize,
}

impl AccountKind {
    /// The table of `docs/security.md`. `None`: such an account has no session of its own.
    pub fn session_limits(self) -> Option<SessionLimits> {
        let limits = |idle, longest, at_once| {
            Some(SessionLimits {
                idle,
                longest,
                at_once,
            })
        };
        let (minutes, hours, days) = (TimeDelta::minutes, TimeDelta::hours, TimeDelta::days);
        match self {
            AccountKind::Admin => limits(minutes(30), hours(12), 5),
            AccountKind::Dispatcher | AccountKind::Manager => limits(hours(16), days(30), 10),
            AccountKind::Device => limits(days(60), days(400), 1),
            AccountKind::Driver => limits(days(14), days(90), 1),
            AccountKind::Customer => limits(days(60), days(365), 10),
            AccountKind::Staff | AccountKind::Guest | AccountKind::Integration => None,
        }
    }

    /// Whether an open socket keeps its session from being idle.
    pub fn is_kept_by_sockets(self) -> bool {
        self != AccountKind::Admin
    }
}

impl Session {
    pub fn is_live(&self, limits: SessionLimits, now: Time) -> bool {
        now < self.used_at + limits.idle && now < self.ends_at(limits)
    }

    /// At the latest.
    pub fn ends_at(&self, limits: SessionLimits) -> Time {
        self.made_at + limits.longest
    }

    /// Whether its use is worth being stored: at most twice in an idle time.
    pub fn is_use_due(&self, limits: SessionLimits, now: Time) -> bool {
        now - self.used_at >= limits.idle / 2
    }
}

impl ApiKey {
    pub fn is_live(&self, now: Time) -> bool {
        self.until.is_none_or(|until| now < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As the page writes them.
    fn in_words(time: TimeDelta) -> String {
        match (time.num_days(), time.num_hours()) {
            (2.., _) => format!("{} days", time.num_days()),
            (_, 1..) => format!("{} h", time.num_hours()),
            _ => format!("{} min", time.num_minutes()),
        }
    }

    #[test]
    fn the_page_about_security_shows_these_times() {
        let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/security.md");
        let page = &*std::fs::read_to_string(page).unwrap();
        let shown = page.split_once("<!-- sessions").unwrap().1;
        let shown = shown.split_once("<!-- end -->").unwrap().0;
        let shown = shown.lines().filter(|line| line.starts_with('|')).skip(2);
        // The last cell says why.
        let shown = shown.map(|line| {
            let cells: Vec<_> = line.split(" | ").collect();
            cells[..4].join(" | ")
        });
        let kinds = AccountKind::ALL.iter();
        let limits = kinds.filter_map(|kind| Some((kind, kind.session_limits()?)));
        let expected = limits.map(|(kind, limits)| {
            let [idle, longest] = [limits.idle, limits.longest].map(in_words);
            format!("| {kind} | {idle} | {longest} | {}", limits.at_once)
        });
        assert_eq!(shown.collect::<Vec<_>>(), expected.collect::<Vec<_>>());
    }
}
