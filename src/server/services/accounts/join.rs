//! Joining by a link: an invitation, a new password, a driver's phone. Looking at the link does not use it up.

use super::{
    AccountService, Invitee, Join, Joined, NewFactor,
    acting::Acting,
    attempts::{JOIN, JOIN_ACCOUNT},
    begin_session::{Beginning, factor_context},
    change::{Draft, in_time},
    documents::{Factor, FactorKind, Secrets},
    entry::AccountEvent,
    sign_in::password_error,
    sign_in_log::{How, record_sign_in},
};
use crate::{
    domain::{Account, AccountId, AccountState, Error, FieldError, Invitation, SessionKind, Time},
    server::{
        clock::now,
        services::credentials::{
            HashingQueue, accepted_step, code_link, code_secret, hash_secret, is_hash_of,
            recovery_codes,
        },
    },
};
use secrecy::{ExposeSecret, SecretString};

/// As what an authenticator names the market.
const MARKET: &str = "Pizza Market";

/// The parts of a link: `{account}.{secret}`.
struct InvitationLink<'a> {
    account: AccountId,
    secret: &'a str,
}

impl InvitationLink<'_> {
    fn read(link: &SecretString) -> Option<InvitationLink<'_>> {
        let (account, secret) = link.expose_secret().split_once('.')?;
        let account = account.parse().ok()?;
        Some(InvitationLink { account, secret })
    }

    /// The invitation, if it is this one and still good.
    fn invitation<'a>(&self, account: &'a Account, now: Time) -> Option<&'a Invitation> {
        let may_join = matches!(account.state, AccountState::Invited | AccountState::Active);
        let invitation = account.invitation.as_ref()?;
        let is_it = is_hash_of(&invitation.secret, self.secret);
        (may_join && is_it && now < invitation.until).then_some(invitation)
    }
}

/// What is wanted of who joins, beside the link.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Codes {
    None,
    /// One of an authenticator that is set up with it.
    New,
    /// One of the authenticator that the account has.
    Present,
}

impl Codes {
    fn wanted(account: &Account, secrets: &Secrets, invitation: &Invitation) -> Codes {
        match (account.kind.has_password(), secrets.totp().is_some()) {
            (true, true) if !invitation.factors => Codes::Present,
            (true, _) if account.kind.wants_codes() => Codes::New,
            _ => Codes::None,
        }
    }
}

impl AccountService {
    /// What a link is good for; `None` where it is unknown, used or over.
    pub async fn invitee(&self, link: &SecretString) -> Result<Option<Invitee>, Error> {
        let Some(link) = InvitationLink::read(link) else {
            return Ok(None);
        };
        let Some(known) = in_time(self.read(link.account)).await? else {
            return Ok(None);
        };
        let account = &known.account;
        let Some(invitation) = link.invitation(account, now()) else {
            return Ok(None);
        };
        let secrets = in_time(self.read_secrets(account.id)).await?;
        let codes = Codes::wanted(account, &secrets, invitation);
        Ok(Some(Invitee {
            account: account.clone(),
            factor: (codes == Codes::New).then(|| self.factor(account)),
            asks_for_code: codes == Codes::Present,
        }))
    }

    /// A new secret for the codes of an account.
    pub(super) fn factor(&self, account: &Account) -> NewFactor {
        let text = code_secret();
        let context = form_context(account.id);
        let sealed = self.credentials.seal(text.expose_secret(), &context);
        shown_factor(account, sealed, text)
    }

    /// The secret that a form has carried and comes back with; `None` for one that is not of this account.
    pub fn factor_again(&self, account: &Account, sealed: &str) -> Option<NewFactor> {
        let text = self.credentials.open(sealed, &form_context(account.id))?;
        Some(shown_factor(account, sealed.to_owned(), text))
    }

    /// Does all that a link is for, once. `None` where it is unknown, used or over.
    pub async fn join(&self, request: Join) -> Result<Option<Joined>, Error> {
        let network = request.client.network.clone();
        let joined = self.try_join(request).await;
        let outcome = match &joined {
            Ok(Some(joined)) => Ok(joined.begun.account.id),
            Ok(None) => Err(&Error::WrongCredentials),
            Err(error) => Err(error),
        };
        record_sign_in(How::Link, Some(&network), outcome);
        joined
    }

    async fn try_join(&self, request: Join) -> Result<Option<Joined>, Error> {
        let network = request.client.network.to_string();
        self.take_place(JOIN, &network).await?;
        let Some(link) = InvitationLink::read(&request.link) else {
            return Ok(None);
        };
        let Some(known) = in_time(self.read(link.account)).await? else {
            return Ok(None);
        };
        if link.invitation(&known.account, now()).is_none() {
            return Ok(None);
        }
        let password = match known.account.kind.has_password() {
            true => {
                let account = link.account.to_string();
                self.take_place_for(HashingQueue::Password, JOIN_ACCOUNT, &account)
                    .await?;
                let password = request.password.clone();
                let hash = self.new_password(&known.account, password, "password");
                Some(hash.await?)
            }
            false => None,
        };
        let beginning = Beginning::new(
            SessionKind::Page,
            &request.client,
            request.guest,
            request.replaces.clone(),
        );
        let new_codes = recovery_codes();
        let joined = self.change_secrets(Acting::Itself, link.account, |_, draft| {
            let invitation = link.invitation(&draft.account, draft.now);
            let Some(invitation) = invitation.cloned() else {
                return Ok(None);
            };
            let codes = Codes::wanted(&draft.account, &draft.secrets, &invitation);
            if invitation.factors {
                draft.secrets.factors.clear();
                draft.secrets.recovery.clear();
            }
            let (code, sealed) = (request.code.as_ref(), request.factor.as_deref());
            match codes {
                Codes::None => {}
                Codes::Present => self.accept_code(draft, code).map_err(as_field)?,
                Codes::New => self.set_up_codes(draft, sealed, code, &new_codes)?,
            }
            if password.is_some() {
                draft.secrets.password = password.clone();
            }
            draft.account.state = AccountState::Active;
            draft.account.invitation = None;
            let mut ended = draft.account.end_sessions(|_| true);
            ended.extend(beginning.begin_in(draft));
            draft.tell_ended(AccountEvent::Joined, ended);
            Ok(Some(codes))
        });
        let (account, codes) = joined.await?;
        let Some(codes) = codes else {
            return Ok(None);
        };
        Ok(Some(Joined {
            begun: self.begun(account, beginning).await?,
            recovery_codes: match codes {
                Codes::New => new_codes,
                _ => Vec::new(),
            },
        }))
    }

    /// The hash of a password that somebody chooses.
    pub(super) async fn new_password(
        &self,
        account: &Account,
        password: Option<SecretString>,
        field: &str,
    ) -> Result<String, Error> {
        let missing = || Error::invalid(field, FieldError::Missing);
        let password = password.ok_or_else(missing)?;
        let mut words: Vec<&str> = vec![&account.name];
        words.extend(account.email.as_deref());
        words.extend(account.supplier_name.as_deref());
        password_error(field, &password, &words)?;
        let hash = self.credentials.hash(password, HashingQueue::Password);
        hash.await.map_err(|_| Error::Busy)
    }

    /// Sets up the codes of the authenticator whose secret a form has carried, once a code of it is right.
    pub(super) fn set_up_codes(
        &self,
        draft: &mut Draft,
        sealed: Option<&str>,
        code: Option<&SecretString>,
        recovery: &[SecretString],
    ) -> Result<(), Error> {
        let code = code.map(|code| code.expose_secret().trim());
        let code = code.filter(|code| !code.is_empty());
        let code = code.ok_or_else(|| Error::invalid("code", FieldError::Missing))?;
        let wrong = || Error::invalid("code", FieldError::WrongCode);
        let id = draft.account.id;
        let secret = sealed.and_then(|sealed| self.credentials.open(sealed, &form_context(id)));
        let secret = secret.ok_or_else(wrong)?;
        let step = accepted_step(&secret, code, draft.now, None).ok_or_else(wrong)?;
        let context = factor_context(id);
        draft.secrets.factors = vec![Factor {
            kind: FactorKind::Totp,
            secret: self.credentials.seal(secret.expose_secret(), &context),
            last_step: Some(step),
        }];
        let hashes = recovery
            .iter()
            .map(|code| hash_secret(code.expose_secret()));
        draft.secrets.recovery = hashes.collect();
        Ok(())
    }
}

fn shown_factor(account: &Account, sealed: String, text: SecretString) -> NewFactor {
    let whose = account.email.as_deref().unwrap_or(&account.name);
    NewFactor {
        sealed,
        link: code_link(&text, MARKET, whose),
        text,
    }
}

/// What the secret of new codes is sealed for, in a form.
fn form_context(account: AccountId) -> String {
    format!("new-totp:{account}")
}

/// A code that is missing or not right, as the form has it.
pub fn as_field(error: Error) -> Error {
    match error {
        Error::CodeNeeded => Error::invalid("code", FieldError::Missing),
        Error::WrongCredentials => Error::invalid("code", FieldError::WrongCode),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{AccountKind, AccountRole, Field, Name, samples::at};
    use proptest::prelude::*;
    use uuid::Uuid;

    fn account(kind: AccountKind) -> Account {
        let id = AccountId(Uuid::from_u128(7));
        let name = Name::parse("Ana").unwrap();
        let mut account = Account::new(id, kind, AccountRole::Admin, name, at(0));
        account.invitation = Some(Invitation {
            secret: hash_secret("secret"),
            until: at(10),
            factors: false,
        });
        account
    }

    #[test]
    fn a_link_is_good_for_its_invitation_alone_and_until_its_end() {
        let mut ana = account(AccountKind::Admin);
        let value = format!("{}.secret", ana.id).into();
        let link = InvitationLink::read(&value).unwrap();
        assert!(link.invitation(&ana, at(9)).is_some());
        assert!(link.invitation(&ana, at(10)).is_none());
        let wrong = format!("{}.secreT", ana.id).into();
        assert!(
            InvitationLink::read(&wrong)
                .unwrap()
                .invitation(&ana, at(9))
                .is_none()
        );
        for state in [AccountState::Disabled, AccountState::Closed] {
            ana.state = state;
            assert!(link.invitation(&ana, at(9)).is_none());
        }
        ana.state = AccountState::Active;
        ana.invitation = None;
        assert!(link.invitation(&ana, at(9)).is_none());
        assert!(InvitationLink::read(&"secret".into()).is_none());
    }

    #[test]
    fn who_is_asked_for_a_code() {
        let mut with_codes = Secrets::default();
        with_codes.factors.push(Factor {
            kind: FactorKind::Totp,
            secret: String::new(),
            last_step: None,
        });
        let none = Secrets::default();
        let wanted = |kind, secrets: &Secrets, factors| {
            let account = account(kind);
            let mut invitation = account.invitation.clone().unwrap();
            invitation.factors = factors;
            Codes::wanted(&account, secrets, &invitation)
        };
        use AccountKind::*;
        assert_eq!(wanted(Admin, &none, false), Codes::New);
        assert_eq!(wanted(Admin, &with_codes, false), Codes::Present);
        assert_eq!(wanted(Manager, &with_codes, true), Codes::New);
        assert_eq!(wanted(Customer, &none, false), Codes::None);
        assert_eq!(wanted(Customer, &with_codes, false), Codes::Present);
        assert_eq!(wanted(Customer, &with_codes, true), Codes::None);
        assert_eq!(wanted(Driver, &none, false), Codes::None);
    }

    proptest! {
        #[test]
        fn any_bytes_are_no_link_to_an_account(bytes: Vec<u8>) {
            let ana = account(AccountKind::Admin);
            let text = String::from_utf8_lossy(&bytes).into_owned();
            for link in [text.clone(), format!("{}.{text}", ana.id)] {
                let link = link.into();
                let read = InvitationLink::read(&link);
                prop_assert!(read.is_none_or(|link| link.invitation(&ana, at(9)).is_none()));
            }
        }
    }
}
