//! By what right a command is issued.

use crate::{
    domain::{
        AccountId, AccountKind, AccountRole, Actor, CommandKind, Error, EventActor, Notes, Offer,
        Viewer,
    },
    server::store::{JsonText, Key},
};

/// Who acts, and what proves it. The door of the server makes it from a request; the services are told, and never guess.
#[derive(Clone, Debug)]
pub struct Authority {
    /// As what the lifecycle is asked.
    pub actor: Actor,
    pub viewer: Viewer,
    /// Why, of an admin.
    pub admin_reason: Option<Notes>,
    /// Of an account. A guest has none, and nobody has one in the open mode.
    pub standing: Option<Standing>,
}

/// What makes somebody an account's own.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    pub account: AccountId,
    pub credential: Credential,
    /// The texts of the documents that were judged: of the account, and of the person at a device. A commit expects them.
    pub expect: Vec<(Key, JsonText)>,
}

/// What somebody has come with.
#[derive(Clone, Debug, PartialEq)]
pub enum Credential {
    /// The id of a session, by its cookie or by an access token.
    Session(String),
    /// The hash of an API key.
    ApiKey(String),
}

impl Standing {
    /// What a commit of this actor expects.
    pub fn expected(&self) -> impl Iterator<Item = (Key, Option<JsonText>)> {
        let texts = self.expect.iter().cloned();
        texts.map(|(key, text)| (key, Some(text)))
    }
}

impl Authority {
    /// In the open mode: the route of a request decides.
    pub fn open(actor: Actor) -> Authority {
        Authority {
            actor,
            viewer: Viewer::Open,
            admin_reason: None,
            standing: None,
        }
    }

    /// Whom an event names. Nobody in the open mode.
    pub fn event_actor(&self) -> Option<EventActor> {
        let identity = self.viewer.identity()?;
        Some(EventActor {
            role: identity.role,
            id: identity.id,
            reason: self.admin_reason.clone(),
        })
    }

    /// Whether it has to say why it acts.
    pub fn is_admin(&self) -> bool {
        let identity = self.viewer.identity();
        identity.is_some_and(|identity| identity.role == AccountRole::Admin)
    }

    /// Who a customer's order is of: the account, or the guest. Nobody's where a program takes it.
    pub fn customer(&self) -> Option<AccountId> {
        let identity = self.viewer.identity()?;
        let is_customer =
            identity.role == AccountRole::Customer && identity.kind != AccountKind::Integration;
        identity.id.filter(|_| is_customer)
    }

    /// A supplier offers under its own name alone.
    pub fn check_offer(&self, offer: &Offer) -> Result<(), Error> {
        self.viewer.may(CommandKind::Offer, None).check()?;
        let identity = self.viewer.identity();
        let supplier = identity.filter(|identity| identity.role == AccountRole::Supplier);
        match supplier {
            Some(identity) if identity.supplier_name.as_ref() != Some(&offer.supplier_name) => {
                Err(Error::NotYours)
            }
            _ => Ok(()),
        }
    }

    /// Distinguishes keys of requests of different accounts: a key is each account's own.
    pub fn key_scope(&self) -> Option<AccountId> {
        self.viewer.identity()?.id
    }
}
