//! The commands of an operator on accounts, and what they answer. They travel as one line of JSON to a server that has the
//! embedded file open.

use super::{AccountService, By, Invite, NewKey, Which, documents};
use crate::domain::{
    Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, Email, Error, Name,
    Time,
};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AccountCommand {
    Invite {
        kind: AccountKind,
        name: Name,
        email: Option<String>,
        supplier_name: Option<Name>,
    },
    List,
    Reset {
        email: String,
        factors: bool,
    },
    Disable(AccountId),
    Enable(AccountId),
    EndSessions(AccountId),
    EndAllSessions,
    Key {
        name: Name,
        role: AccountRole,
        supplier_name: Option<Name>,
        driver_id: Option<AccountId>,
        read_only: bool,
        until: Option<Time>,
    },
}

/// An account as commands show it.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedAccount {
    pub id: AccountId,
    pub kind: AccountKind,
    pub role: AccountRole,
    pub name: Name,
    pub email: Option<Email>,
    pub supplier_name: Option<Name>,
    pub state: AccountState,
    /// The path of a link that was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link: Option<String>,
    /// A key that was just made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
}

impl From<Account> for ListedAccount {
    fn from(account: Account) -> ListedAccount {
        ListedAccount {
            id: account.id,
            kind: account.kind,
            role: account.role,
            name: account.name,
            email: account.email,
            supplier_name: account.supplier_name,
            state: account.state,
            link: None,
            key: None,
        }
    }
}

/// The accounts that a command is about.
pub type Answer = Result<Vec<ListedAccount>, Error>;

impl AccountService {
    pub async fn command(&self, command: AccountCommand) -> Answer {
        let by = By::Operator;
        let one = match command {
            AccountCommand::Invite {
                kind,
                name,
                email,
                supplier_name,
            } => {
                let invite = Invite {
                    kind,
                    name,
                    email,
                    supplier_name,
                };
                let invited = self.invite(by, invite).await?;
                with_link(invited.account, &invited.link)
            }
            AccountCommand::List => {
                let all = self.all_of(documents::all()).await?;
                let all = all.into_iter().filter(documents::is_there);
                return Ok(all.map(ListedAccount::from).collect());
            }
            AccountCommand::Reset { email, factors } => {
                let known = self.by_email(&email).await?;
                let known = known.ok_or(Error::Account(AccountRefusal::Unknown))?;
                let invited = self.reset(by, known.account.id, factors).await?;
                with_link(invited.account, &invited.link)
            }
            AccountCommand::Disable(id) => self.disable(by, id).await?.into(),
            AccountCommand::Enable(id) => self.enable(by, id).await?.into(),
            AccountCommand::EndSessions(id) => self.end_sessions(by, id, Which::All).await?.into(),
            AccountCommand::EndAllSessions => {
                let ended = self.end_all_sessions(by).await?;
                return Ok(ended.into_iter().map(ListedAccount::from).collect());
            }
            AccountCommand::Key {
                name,
                role,
                supplier_name,
                driver_id,
                read_only,
                until,
            } => {
                let new = NewKey {
                    name,
                    role,
                    supplier_name,
                    driver_id,
                    read_only,
                    until,
                };
                let (account, key) = self.make_key(by, new).await?;
                ListedAccount {
                    key: Some(key.expose_secret().to_owned()),
                    ..account.into()
                }
            }
        };
        Ok(vec![one])
    }

    /// Carries out a command that has come as a line, and answers in one.
    pub async fn command_line(&self, line: &str) -> String {
        let answer = match serde_json::from_str(line) {
            Ok(command) => self.command(command).await,
            Err(_) => Err(Error::Internal),
        };
        serde_json::to_string(&answer).unwrap_or_default()
    }
}

fn with_link(account: Account, link: &SecretString) -> ListedAccount {
    ListedAccount {
        link: Some(link.expose_secret().to_owned()),
        ..account.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Field, samples::at};
    use uuid::Uuid;

    #[test]
    fn commands_and_answers_survive_their_way() {
        let id = AccountId(Uuid::from_u128(7));
        for command in [
            AccountCommand::List,
            AccountCommand::Disable(id),
            AccountCommand::Key {
                name: Name::parse("till").unwrap(),
                role: AccountRole::Dispatch,
                supplier_name: None,
                driver_id: None,
                read_only: true,
                until: Some(at(0)),
            },
        ] {
            let line = serde_json::to_string(&command).unwrap();
            assert!(!line.contains('\n'));
            let read: AccountCommand = serde_json::from_str(&line).unwrap();
            assert_eq!(serde_json::to_string(&read).unwrap(), line);
        }
        let answer: Answer = Err(Error::Account(AccountRefusal::LastAdmin));
        let line = serde_json::to_string(&answer).unwrap();
        assert_eq!(serde_json::from_str::<Answer>(&line).unwrap(), answer);
    }
}
