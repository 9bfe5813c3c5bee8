//! Everybody who acts is an account: a person, a device, an integration. A guest is no account: nothing is stored of one.

mod email;
mod id;
mod refusal;
mod session;

pub use email::Email;
pub use id::AccountId;
pub use refusal::AccountRefusal;
pub use session::{ApiKey, Invitation, Session, SessionKind};

use super::{Actor, Name, Role, Time, named_enum::named_enum};
use serde::{Deserialize, Serialize};

named_enum! {
    /// What an account is.
    AccountKind {
        Admin = "admin",
        Dispatcher = "dispatcher",
        /// Of one supplier.
        Manager = "manager",
        /// Of one kitchen: it signs in once, with a pairing code.
        Device = "device",
        /// A person at a device of its supplier, known by a PIN.
        Staff = "staff",
        Driver = "driver",
        Customer = "customer",
        /// Somebody who has not signed in.
        Guest = "guest",
        /// A program with a key.
        Integration = "integration",
    }
}

named_enum! {
    /// The part that an account plays. Its names are on the wire, in the `actor` of an event.
    AccountRole {
        Supplier = "supplier",
        Customer = "customer",
        Dispatch = "dispatch",
        Driver = "driver",
        Admin = "admin",
        /// The whole market, through the API.
        Integrator = "integrator",
    }
}

named_enum! {
    AccountState {
        /// It has not been joined yet.
        Invited = "invited",
        Active = "active",
        Disabled = "disabled",
        /// Its personal data is overwritten. Only the id is left.
        Closed = "closed",
    }
}

/// An account, as its document `account:{uuid}` has it. What it knows (its password, codes) is in another document, which
/// no command carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: AccountId,
    pub kind: AccountKind,
    pub role: AccountRole,
    pub name: Name,
    pub email: Option<Email>,
    /// Of managers, devices, staff, and integrations of a supplier.
    pub supplier_name: Option<Name>,
    /// For whom an integration of role driver acts.
    pub driver_id: Option<AccountId>,
    pub read_only: bool,
    pub state: AccountState,
    /// Oldest first.
    pub sessions: Vec<Session>,
    /// At most two.
    pub keys: Vec<ApiKey>,
    pub invitation: Option<Invitation>,
    /// The ids that a customer had as a guest: at most 20, newest last.
    pub guests: Vec<AccountId>,
    pub created_at: Time,
    pub updated_at: Time,
    /// 1 at creation, one more with each change.
    pub version: u32,
}

/// How many ids of a guest an account keeps.
const GUESTS: usize = 20;

impl AccountKind {
    /// The role of accounts of this kind; an integration's is chosen.
    pub fn role(self) -> Option<AccountRole> {
        match self {
            AccountKind::Admin => Some(AccountRole::Admin),
            AccountKind::Dispatcher => Some(AccountRole::Dispatch),
            AccountKind::Manager | AccountKind::Device | AccountKind::Staff => {
                Some(AccountRole::Supplier)
            }
            AccountKind::Driver => Some(AccountRole::Driver),
            AccountKind::Customer | AccountKind::Guest => Some(AccountRole::Customer),
            AccountKind::Integration => None,
        }
    }

    /// Signs in with an e-mail address and a password.
    pub fn has_password(self) -> bool {
        use AccountKind::*;
        matches!(self, Admin | Dispatcher | Manager | Customer)
    }

    /// A second factor is wanted: codes, set up while joining.
    pub fn wants_codes(self) -> bool {
        use AccountKind::*;
        matches!(self, Admin | Dispatcher | Manager)
    }

    pub fn is_of_a_supplier(self) -> bool {
        use AccountKind::*;
        matches!(self, Manager | Device | Staff)
    }
}

impl AccountRole {
    /// What the lifecycle knows it as.
    pub fn actor(self) -> Actor {
        match self {
            AccountRole::Supplier => Actor::As(Role::Supplier),
            AccountRole::Customer => Actor::As(Role::Customer),
            AccountRole::Dispatch => Actor::As(Role::Dispatch),
            AccountRole::Driver => Actor::As(Role::Driver),
            AccountRole::Admin | AccountRole::Integrator => Actor::AnyRole,
        }
    }
}

impl Account {
    /// An account of a kind that has its own role, not joined yet.
    pub fn new(
        id: AccountId,
        kind: AccountKind,
        role: AccountRole,
        name: Name,
        now: Time,
    ) -> Account {
        Account {
            id,
            kind,
            role,
            name,
            email: None,
            supplier_name: None,
            driver_id: None,
            read_only: false,
            state: AccountState::Invited,
            sessions: Vec::new(),
            keys: Vec::new(),
            invitation: None,
            guests: Vec::new(),
            created_at: now,
            updated_at: now,
            version: 1,
        }
    }

    /// The session of this id, if it is still good.
    pub fn live_session(&self, id: &str, now: Time) -> Option<&Session> {
        let limits = self.kind.session_limits()?;
        let session = self.sessions.iter().find(|session| session.id == id)?;
        (self.is_active() && session.is_live(limits, now)).then_some(session)
    }

    pub fn is_active(&self) -> bool {
        self.state == AccountState::Active
    }

    /// Begins a session: those that are over go, and the oldest give way where there are too many. Returns the ids of
    /// sessions that were still good and have given way.
    pub fn begin_session(&mut self, session: Session, now: Time) -> Vec<String> {
        let Some(limits) = self.kind.session_limits() else {
            return Vec::new();
        };
        self.sessions.retain(|old| old.is_live(limits, now));
        let surplus = (self.sessions.len() + 1).saturating_sub(limits.at_once);
        let given_way = self.sessions.drain(..surplus).map(|old| old.id).collect();
        self.sessions.push(session);
        given_way
    }

    /// Ends the sessions that `is_meant` picks, and returns their ids.
    pub fn end_sessions(&mut self, is_meant: impl Fn(&Session) -> bool) -> Vec<String> {
        let (ended, kept): (Vec<_>, Vec<_>) = self.sessions.drain(..).partition(&is_meant);
        self.sessions = kept;
        ended.into_iter().map(|session| session.id).collect()
    }

    /// Orders of this guest count as the account's own from now on.
    pub fn adopt_guest(&mut self, guest: AccountId) {
        self.guests.retain(|known| *known != guest);
        self.guests.push(guest);
        let surplus = self.guests.len().saturating_sub(GUESTS);
        self.guests.drain(..surplus);
    }

    /// Overwrites everything personal. What is left says that there was an account.
    pub fn close(&mut self, nobody: Name) {
        self.state = AccountState::Closed;
        self.name = nobody;
        (self.email, self.invitation) = (None, None);
        self.sessions.clear();
        self.keys.clear();
        self.guests.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, samples::at};
    use uuid::Uuid;

    fn account(kind: AccountKind) -> Account {
        let name = Name::parse("Ana").unwrap();
        let mut account = Account::new(
            AccountId(Uuid::from_u128(1)),
            kind,
            kind.role().unwrap(),
            name,
            at(0),
        );
        account.state = AccountState::Active;
        account
    }

    fn session(n: usize, second: i64) -> Session {
        Session {
            id: n.to_string(),
            kind: SessionKind::Page,
            secret: String::new(),
            counter: 0,
            rotated_at: at(second),
            device: Name::parse("Firefox").unwrap(),
            made_at: at(second),
            used_at: at(second),
            person: None,
            person_version: None,
        }
    }

    #[test]
    fn the_oldest_session_gives_way() {
        let mut driver = account(AccountKind::Driver);
        assert!(driver.begin_session(session(1, 0), at(0)).is_empty());
        assert_eq!(driver.begin_session(session(2, 9), at(9)), ["1"]);
        assert!(driver.live_session("2", at(10)).is_some());
        assert!(driver.live_session("1", at(10)).is_none());
    }

    #[test]
    fn a_session_ends_when_it_is_idle_and_at_the_latest() {
        let mut admin = account(AccountKind::Admin);
        admin.begin_session(session(1, 0), at(0));
        assert!(admin.live_session("1", at(30 * 60 - 1)).is_some());
        assert!(admin.live_session("1", at(30 * 60)).is_none());
        admin.sessions[0].used_at = at(12 * 3600 - 60);
        assert!(admin.live_session("1", at(12 * 3600 - 1)).is_some());
        assert!(admin.live_session("1", at(12 * 3600)).is_none());
        // One that is over is not told of as ended.
        assert!(
            admin
                .begin_session(session(2, 90_000), at(90_000))
                .is_empty()
        );
        admin.state = AccountState::Disabled;
        assert!(admin.live_session("2", at(90_001)).is_none());
    }

    #[test]
    fn an_account_keeps_its_last_twenty_guests() {
        let mut customer = account(AccountKind::Customer);
        for n in 0..30 {
            customer.adopt_guest(AccountId(Uuid::from_u128(n)));
        }
        customer.adopt_guest(AccountId(Uuid::from_u128(15)));
        let kept: Vec<_> = customer.guests.iter().map(|id| id.0.as_u128()).collect();
        assert_eq!(kept, Vec::from_iter((10..15).chain(16..30).chain([15])));
    }

    #[test]
    fn an_account_survives_json() {
        let mut manager = account(AccountKind::Manager);
        manager.begin_session(session(1, 0), at(0));
        let json = serde_json::to_string(&manager).unwrap();
        assert_eq!(serde_json::from_str::<Account>(&json).unwrap(), manager);
    }
}
