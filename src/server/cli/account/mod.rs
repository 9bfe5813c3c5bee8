//! `account`: who may do what. It makes the first admin, and helps where nobody can sign in.

mod reach;

use super::{
    output,
    store_args::{CommandError, StoreArgs},
};
use crate::{
    domain::{AccountId, AccountKind, AccountRole, Field, Name, Time},
    server::{
        config,
        services::accounts::{AccountCommand, ListedAccount},
    },
};
use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Subcommand};
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  pizza-market account invite admin ana@example.org              make the first admin
  pizza-market account invite manager ben@example.org --supplier Roma
  pizza-market account key till --role supplier --supplier Roma  make a key for a program";

/// Invite people, end what they are signed in with, and make keys for programs.
///
/// Links and keys are printed once. It works on the store that the settings name, also while servers run: on the
/// embedded store it asks the server that has the file open. Exit status: 0 done, 1 refused, 2 the store cannot be
/// reached.
#[derive(Subcommand)]
#[command(after_help = EXAMPLES)]
pub enum Account {
    /// Make an account, and print the link with which it is joined.
    Invite(Invite),
    /// List all accounts.
    List(Output),
    /// Print a link with which somebody chooses a new password, or a driver signs in on a new phone.
    Reset(Reset),
    /// End everything of an account, until it is enabled again.
    Disable(One),
    /// Let a disabled account sign in again.
    Enable(One),
    /// Sign an account out everywhere.
    EndSessions(EndSessions),
    /// Make a key for a program; with the name of a program that has one, its second.
    Key(Key),
}

#[derive(Args)]
pub struct Output {
    /// Print JSON: {"id", "kind", "role", "name", "email", "supplier_name", "state", "link" or "key"}; lists are arrays.
    #[arg(long)]
    json: bool,
}

#[derive(Args)]
pub struct Invite {
    /// What it is: admin, dispatcher, manager or driver.
    #[arg(value_parser = kind)]
    kind: AccountKind,
    /// The e-mail address. Drivers need none.
    email: Option<String>,
    /// The name [default: what stands before the @].
    #[arg(long, value_parser = name)]
    name: Option<Name>,
    /// The supplier of a manager.
    #[arg(long, value_parser = name)]
    supplier: Option<Name>,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub struct Reset {
    /// The e-mail address of the account.
    email: String,
    /// Take the codes away, too: they are set up again with the link.
    #[arg(long)]
    factors: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub struct One {
    /// The id of the account.
    #[arg(value_parser = id)]
    id: AccountId,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub struct EndSessions {
    /// The id of the account.
    #[arg(value_parser = id, required_unless_present = "all")]
    id: Option<AccountId>,
    /// All accounts.
    #[arg(long, conflicts_with = "id")]
    all: bool,
    #[command(flatten)]
    output: Output,
}

#[derive(Args)]
pub struct Key {
    /// The name of the program.
    #[arg(value_parser = name)]
    name: Name,
    /// The role that it plays: supplier, driver, dispatch or integrator.
    #[arg(long, value_parser = role)]
    role: AccountRole,
    /// The supplier that it acts for.
    #[arg(long, value_parser = name, required_if_eq("role", "supplier"))]
    supplier: Option<Name>,
    /// The id of the driver that it acts for.
    #[arg(long, value_parser = id, required_if_eq("role", "driver"))]
    driver: Option<AccountId>,
    /// It may look, and change nothing.
    #[arg(long)]
    read_only: bool,
    /// Until when it is accepted: a date, whose end in UTC is meant, or an RFC 3339 time.
    #[arg(long, value_parser = until)]
    until: Option<Time>,
    #[command(flatten)]
    output: Output,
}

fn kind(text: &str) -> Result<AccountKind, String> {
    use AccountKind::{Admin, Dispatcher, Driver, Manager};
    let kind = AccountKind::from_name(text);
    let kind = kind.filter(|kind| matches!(kind, Admin | Dispatcher | Manager | Driver));
    kind.ok_or_else(|| "one of admin, dispatcher, manager and driver".to_owned())
}

fn role(text: &str) -> Result<AccountRole, String> {
    use AccountRole::{Admin, Customer};
    let role = AccountRole::from_name(text);
    let role = role.filter(|role| !matches!(role, Admin | Customer));
    role.ok_or_else(|| "one of supplier, driver, dispatch and integrator".to_owned())
}

fn name(text: &str) -> Result<Name, String> {
    Name::parse(text).map_err(|error| error.to_string())
}

fn id(text: &str) -> Result<AccountId, String> {
    AccountId::parse(text).map_err(|error| error.to_string())
}

fn until(text: &str) -> Result<Time, String> {
    let midnight = |date: NaiveDate| date.and_hms_opt(0, 0, 0);
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    if let Some(midnight) = date.and_then(midnight) {
        let begins = Time::from_millis(midnight.and_utc().timestamp_millis());
        return Ok(begins + TimeDelta::days(1));
    }
    let time = serde_json::from_value(serde_json::Value::from(text));
    time.map_err(|_| "a date like 2026-12-31, or an RFC 3339 time".to_owned())
}

pub fn run(what: Account) -> ExitCode {
    let json = what.output().json;
    let is_list = matches!(what, Account::List(_));
    let answer = match ask(what) {
        Ok(answer) => answer,
        Err(why) => {
            output::note(why);
            return ExitCode::from(2);
        }
    };
    match answer {
        Ok(accounts) => {
            show(&accounts, json, is_list);
            ExitCode::SUCCESS
        }
        Err(error) => {
            output::note(error);
            ExitCode::FAILURE
        }
    }
}

fn ask(what: Account) -> Result<reach::Answered, CommandError> {
    let store = StoreArgs::from_settings()?;
    let origin = site()?;
    let answer = reach::command(&store, what.command()?)?;
    Ok(answer.map(|mut accounts| {
        for link in accounts.iter_mut().flat_map(|account| &mut account.link) {
            *link = format!("{origin}{link}");
        }
        accounts
    }))
}

/// The origin that links begin with.
fn site() -> Result<String, CommandError> {
    let invalid = |error| CommandError::Start(crate::server::serve::StartError::Config(error));
    Ok(match config::site_origin().map_err(invalid)? {
        Some(origin) => origin.to_string(),
        None => format!("http://{}", config::site_addr().map_err(invalid)?),
    })
}

impl Account {
    fn output(&self) -> &Output {
        match self {
            Account::Invite(args) => &args.output,
            Account::List(output) => output,
            Account::Reset(args) => &args.output,
            Account::Disable(args) | Account::Enable(args) => &args.output,
            Account::EndSessions(args) => &args.output,
            Account::Key(args) => &args.output,
        }
    }

    fn command(self) -> Result<AccountCommand, CommandError> {
        Ok(match self {
            Account::Invite(args) => AccountCommand::Invite {
                kind: args.kind,
                name: match args.name {
                    Some(name) => name,
                    None => own_name(args.email.as_deref())?,
                },
                email: args.email,
                supplier_name: args.supplier,
            },
            Account::List(_) => AccountCommand::List,
            Account::Reset(args) => AccountCommand::Reset {
                email: args.email,
                factors: args.factors,
            },
            Account::Disable(args) => AccountCommand::Disable(args.id),
            Account::Enable(args) => AccountCommand::Enable(args.id),
            Account::EndSessions(args) => match args.id {
                Some(id) => AccountCommand::EndSessions(id),
                None => AccountCommand::EndAllSessions,
            },
            Account::Key(args) => AccountCommand::Key {
                name: args.name,
                role: args.role,
                supplier_name: args.supplier,
                driver_id: args.driver,
                read_only: args.read_only,
                until: args.until,
            },
        })
    }
}

/// The name of who has this address, until they choose another.
fn own_name(email: Option<&str>) -> Result<Name, CommandError> {
    let local = email.and_then(|email| email.split('@').next());
    let name = Name::parse(local.unwrap_or_default());
    name.map_err(|_| CommandError::Refused("Give it a name: --name".to_owned()))
}

fn show(accounts: &[ListedAccount], json: bool, is_list: bool) {
    match (accounts, json) {
        ([account], true) if !is_list => output::json(account),
        (_, true) => output::json(&accounts),
        ([], false) => output::note("There is no account."),
        (_, false) => accounts.iter().for_each(in_words),
    }
}

fn in_words(account: &ListedAccount) {
    let ListedAccount {
        id,
        kind,
        name,
        state,
        ..
    } = account;
    let of = account.supplier_name.as_ref();
    let of = of.map(|supplier| format!(" of {supplier}"));
    let email = account.email.as_ref();
    let email = email.map(|email| format!(" <{email}>"));
    output::line(format_args!(
        "{id}  {kind}{}  {name}{}  {state}",
        of.unwrap_or_default(),
        email.unwrap_or_default()
    ));
    for shown_once in account.link.iter().chain(&account.key) {
        output::line(shown_once);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_meant_to_its_end() {
        let same = |left, right| assert_eq!(until(left), until(right));
        same("2026-12-31", "2027-01-01T00:00:00Z");
        same("2026-12-31T12:00:00+01:00", "2026-12-31T11:00:00Z");
        for bad in ["", "31.12.2026", "2026-02-30", "2026-12-31T12:00"] {
            assert!(until(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn some_kinds_and_roles_alone_are_taken() {
        assert!(kind("admin").is_ok() && kind("guest").is_err() && kind("device").is_err());
        assert!(role("integrator").is_ok() && role("admin").is_err());
    }
}
