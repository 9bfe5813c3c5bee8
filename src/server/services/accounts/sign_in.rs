//! Signing in with an e-mail address and a password, and signing up.
//!
//! An unknown address, a wrong password and an account that has none are answered with the same words, in the same time.

use super::{
    AccountService, Begun, By, Client, KnownAccount, SignIn, SignUp,
    acting::Acting,
    attempts::{SIGN_IN, SIGN_IN_API, SIGN_IN_NETWORK, SIGN_IN_UNKNOWN, SIGN_UP},
    begin_session::Beginning,
    change::{Before, Draft, Failure, deadline, in_time},
    documents::{self, Secrets},
    entry::AccountEvent,
    sign_in_log::{How, record_sign_in},
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRole, AccountState, Email, Error, Field, Name,
        SessionKind,
    },
    server::{
        clock::now,
        services::credentials::{HashingQueue, Verified, check_password, hash_secret},
        store::JsonText,
    },
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;
use uuid::Uuid;

/// Whose an e-mail address is: nobody's, where another account may take it.
pub struct Owner {
    /// The text of the document that says so.
    pub text: Option<JsonText>,
    pub account: Option<Arc<KnownAccount>>,
}

impl AccountService {
    /// Begins a session for who knows the password, and a code where the account has codes.
    pub async fn sign_in(&self, request: SignIn) -> Result<Begun, Error> {
        let network = request.client.network.clone();
        let how = match request.kind {
            SessionKind::Page => How::Password,
            SessionKind::Token => How::Api,
        };
        let signed_in = self.try_sign_in(request).await;
        let outcome = signed_in.as_ref().map(|begun| begun.account.id);
        record_sign_in(how, Some(&network), outcome);
        signed_in
    }

    async fn try_sign_in(&self, request: SignIn) -> Result<Begun, Error> {
        let email = read_email(&request.email)?;
        self.check_room(HashingQueue::Password)?;
        self.take_sign_in(&email, request.kind, &request.client)
            .await?;
        let account = in_time(self.owner_of(&email)).await?.account;
        // The same reads, whether there is such an account or not.
        let id = account.as_ref().map_or(NOBODY, |known| known.account.id);
        let secrets = in_time(self.read_secrets(id)).await?;
        let phc = secrets.password;
        let queue = HashingQueue::Password;
        let verified = self
            .credentials
            .verify(request.password.clone(), phc.clone(), queue)
            .await;
        let renewed = match verified.map_err(|_| Error::Busy)? {
            Verified::No => return Err(Error::WrongCredentials),
            Verified::Yes => None,
            Verified::YesAndOld => {
                let hash = self.credentials.hash(request.password, queue).await;
                Some(hash.map_err(|_| Error::Busy)?)
            }
        };
        let beginning = Beginning::new(
            request.kind,
            &request.client,
            request.guest,
            request.replaces,
        );
        let signed_in = self.change_secrets(Acting::Itself, id, |_, draft| {
            if !draft.account.is_active() || draft.secrets.password != phc {
                return Err(Error::WrongCredentials);
            }
            self.accept_code(draft, request.code.as_ref())?;
            if renewed.is_some() {
                draft.secrets.password = renewed.clone();
            }
            let ended = beginning.begin_in(draft);
            draft.tell_ended(AccountEvent::SignedIn, ended);
            Ok(())
        });
        let (account, ()) = signed_in.await?;
        self.begun(account, beginning).await
    }

    /// Makes a customer. It is answered alike whether the address is new or known; of a known one the history tells.
    pub async fn sign_up(&self, request: SignUp) -> Result<(), Error> {
        let (email, name) = (read_email(&request.email), read_name(&request.name));
        let password = match (&email, &name) {
            (Ok(email), Ok(name)) => password_error("password", &request.password, &[name, email]),
            _ => password_error("password", &request.password, &[]),
        };
        let (email, name) = all_valid(email, name, password)?;
        let network = request.client.network.to_string();
        self.take_place_for(HashingQueue::Password, SIGN_UP, &network)
            .await?;
        let hash = self
            .credentials
            .hash(request.password, HashingQueue::Password);
        let password = Some(hash.await.map_err(|_| Error::Busy)?);
        let (nothing, until) = (Before::nothing(), deadline());
        loop {
            let owner = in_time(self.owner_of(&email)).await?;
            if let Some(known) = owner.account {
                // Nobody knows who it was.
                let tried = self.change(By::Operator, known.account.id, |_, draft| {
                    draft.tell(AccountEvent::SignUpTried);
                    Ok(())
                });
                tried.await?;
                return Ok(());
            }
            let (id, kind) = (new_id(), AccountKind::Customer);
            let mut account = Account::new(id, kind, AccountRole::Customer, name.clone(), now());
            account.email = Some(email.clone());
            account.state = AccountState::Active;
            let secrets = Secrets {
                password: password.clone(),
                ..Secrets::default()
            };
            let mut draft = Draft::new(account, secrets, now());
            draft.replace(
                documents::email_key(&email),
                owner.text,
                documents::write_owner(Some(id)),
            );
            draft.tell(AccountEvent::SignedUp);
            let made = self.attempt(&Acting::Itself, &nothing, draft, until);
            if in_time(made).await?.is_some() {
                return Ok(());
            }
        }
    }

    /// Takes the places of one attempt to sign in. A device that the account has signed in on before has places of its
    /// own, so that nobody else can use them up.
    async fn take_sign_in(
        &self,
        email: &Email,
        kind: SessionKind,
        client: &Client,
    ) -> Result<(), Error> {
        let (who, network) = (hash_secret(email), client.network.to_string());
        if kind == SessionKind::Token {
            self.take_place(SIGN_IN_NETWORK, &network).await?;
            return self.take_place(SIGN_IN_API, &who).await;
        }
        if let Some(cookie) = &client.known
            && let Some(known) = in_time(self.owner_of(email)).await?.account
            && self
                .credentials
                .is_known(cookie.expose_secret(), known.account.id)
        {
            return self.take_place(SIGN_IN, &format!("{who}:known")).await;
        }
        self.take_place(SIGN_IN_NETWORK, &network).await?;
        self.take_place(SIGN_IN, &format!("{who}:{network}"))
            .await?;
        self.take_place(SIGN_IN_UNKNOWN, &who).await
    }

    /// Whose an address is. One that an account has given up, or that no account has, is nobody's.
    pub(super) async fn owner_of(&self, email: &Email) -> Result<Owner, Failure> {
        let text = self.store.get(&documents::email_key(email)).await?;
        let owner = text.as_deref().map(documents::read_owner).transpose()?;
        let account = self.read(owner.flatten().unwrap_or(NOBODY)).await?;
        let account = account.filter(|known| known.account.email.as_ref() == Some(email));
        Ok(Owner { text, account })
    }

    /// The account of an e-mail address.
    pub async fn by_email(&self, email: &str) -> Result<Option<Arc<KnownAccount>>, Error> {
        let email = read_email(email)?;
        Ok(in_time(self.owner_of(&email)).await?.account)
    }

    pub(super) async fn read_secrets(&self, id: AccountId) -> Result<Secrets, Failure> {
        let text = self.store.get(&documents::secret_key(id)).await?;
        let secrets = text.as_deref().map(documents::read_secrets).transpose()?;
        Ok(secrets.unwrap_or_default())
    }
}

/// No account has this id.
const NOBODY: AccountId = AccountId(Uuid::nil());

/// Ids of accounts sort by when they were made.
pub fn new_id() -> AccountId {
    AccountId(Uuid::now_v7())
}

pub fn read_email(text: &str) -> Result<Email, Error> {
    Email::parse(text).map_err(|error| Error::invalid("email", error))
}

fn read_name(text: &str) -> Result<Name, Error> {
    Name::parse(text).map_err(|error| Error::invalid("name", error))
}

/// Whether a password may be chosen by a person of whom these words are known.
pub fn password_error(field: &str, password: &SecretString, words: &[&str]) -> Result<(), Error> {
    let checked = check_password(password.expose_secret(), words);
    checked.map_err(|error| Error::invalid(field, error))
}

/// Both values; or everything that is wrong with them and with the password.
fn all_valid(
    email: Result<Email, Error>,
    name: Result<Name, Error>,
    password: Result<(), Error>,
) -> Result<(Email, Name), Error> {
    let invalid = [
        email.as_ref().err(),
        name.as_ref().err(),
        password.as_ref().err(),
    ];
    let fields = invalid
        .into_iter()
        .flatten()
        .filter_map(|error| match error {
            Error::Invalid(fields) => Some(fields.clone()),
            _ => None,
        });
    let fields: Vec<_> = fields.flatten().collect();
    match (email, name, fields.is_empty()) {
        (Ok(email), Ok(name), true) => Ok((email, name)),
        _ => Err(Error::Invalid(fields)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_that_is_wrong_is_said_at_once() {
        let short = "short".to_owned().into();
        let wrong = all_valid(
            read_email("x"),
            read_name(""),
            password_error("password", &short, &[]),
        );
        let Err(Error::Invalid(fields)) = wrong else {
            panic!("{wrong:?}");
        };
        let names: Vec<_> = fields.iter().map(|field| &*field.field).collect();
        assert_eq!(names, ["email", "name", "password"]);
        let (email, name) = (read_email("a@b"), read_name("Ana"));
        assert!(all_valid(email, name, Ok(())).is_ok());
    }
}
