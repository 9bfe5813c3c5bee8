//! What the forms of a team do: adding somebody, and changing who is there.

use super::{
    notice::{Notice, Said, ShownOnce, shown_once},
    sign_up::{check, invalid_field},
    team::{DEVICE, DRIVER, INVITE, PROGRAM, STAFF, team_page},
    team_row::ROW,
    visit::{Sent, Visit, by},
};
use crate::{
    domain::{
        Account, AccountId, AccountKind, AccountRole, Email, Error, Field, FieldError, Name, Time,
    },
    server::services::accounts::{Authority, Invite, Invited, NewKey, Which},
    ui::paths,
};
use axum::response::Response;
use secrecy::SecretString;

pub async fn send(visit: Visit, sent: Sent) -> Response {
    let done = match sent.has("act") {
        true => change(&visit, &sent).await,
        false => add(&visit, &sent).await,
    };
    match done {
        Ok(notice) => visit.lead_to(paths::TEAM, Some(notice)).await,
        Err(error) => {
            let notice = Notice::refused(form_of(&sent), error).typed(&sent.0);
            let again = async |notice: Notice| team_page(&visit, None, Some(&notice)).await;
            visit.refuse(paths::TEAM, notice, again).await
        }
    }
}

fn form_of(sent: &Sent) -> &'static str {
    match AccountKind::from_name(sent.get("kind")) {
        _ if sent.has("act") => ROW,
        Some(AccountKind::Device) => DEVICE,
        Some(AccountKind::Staff) => STAFF,
        Some(AccountKind::Driver) => DRIVER,
        Some(AccountKind::Integration) => PROGRAM,
        _ => INVITE,
    }
}

/// A field of a form, parsed.
fn read<T: Field>(sent: &Sent, field: &'static str) -> Result<T, Error> {
    T::parse(sent.get(field)).map_err(|error| Error::invalid(field, error))
}

fn read_optional<T: Field>(sent: &Sent, field: &'static str) -> Result<Option<T>, Error> {
    sent.has(field).then(|| read(sent, field)).transpose()
}

/// The kitchen that is named; else the manager's own.
fn kitchen(visit: &Visit, sent: &Sent) -> Result<Name, Error> {
    let own = visit
        .identity()
        .and_then(|identity| identity.supplier_name.clone());
    match read_optional(sent, "supplier_name")?.or(own) {
        Some(kitchen) => Ok(kitchen),
        None => Err(Error::invalid("supplier_name", FieldError::Empty)),
    }
}

async fn add(visit: &Visit, sent: &Sent) -> Result<Notice, Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    let kind = AccountKind::from_name(sent.get("kind"))
        .ok_or_else(|| Error::invalid("kind", FieldError::NotAKind))?;
    match kind {
        AccountKind::Device => {
            let (name, kitchen) = (read(sent, "name")?, kitchen(visit, sent)?);
            let added = accounts.add_device(by(&authority), name, kitchen).await?;
            Ok(pairing_code(added))
        }
        AccountKind::Staff => {
            let (name, kitchen) = (read(sent, "name")?, kitchen(visit, sent)?);
            let pin = sent.secret("pin");
            accounts
                .add_staff(by(&authority), name, kitchen, pin)
                .await?;
            Ok(Notice::said(Said::Saved))
        }
        AccountKind::Integration => {
            let key = new_key(sent)?;
            let made = accounts.make_key(by(&authority), key).await?;
            Ok(api_key(made))
        }
        kind => invite(visit, &authority, kind, sent).await,
    }
}

async fn invite(
    visit: &Visit,
    authority: &Authority,
    kind: AccountKind,
    sent: &Sent,
) -> Result<Notice, Error> {
    let email = kind.has_password();
    check(&[
        invalid_field::<Name>("name", sent.get("name")),
        email
            .then(|| invalid_field::<Email>("email", sent.get("email")))
            .flatten(),
    ])?;
    let supplier_name = match kind.is_of_a_supplier() {
        true => Some(kitchen(visit, sent)?),
        false => None,
    };
    let invite = Invite {
        kind,
        name: read(sent, "name")?,
        email: email.then(|| sent.get("email").to_owned()),
        supplier_name,
    };
    let invited = visit.app.accounts.invite(by(authority), invite).await?;
    Ok(link(&invited))
}

fn new_key(sent: &Sent) -> Result<NewKey, Error> {
    let role = AccountRole::from_name(sent.get("role"))
        .ok_or_else(|| Error::invalid("role", FieldError::NotAKind))?;
    Ok(NewKey {
        name: read(sent, "name")?,
        role,
        // What was typed for another role is not shown any more.
        supplier_name: match role {
            AccountRole::Supplier => read_optional(sent, "supplier_name")?,
            _ => None,
        },
        driver_id: match role {
            AccountRole::Driver => read_optional(sent, "driver_id")?,
            _ => None,
        },
        read_only: sent.has("read_only"),
        until: until(sent.get("until"))?,
    })
}

/// The end of a day in UTC.
fn until(date: &str) -> Result<Option<Time>, Error> {
    if date.is_empty() {
        return Ok(None);
    }
    let end = format!("\"{date}T23:59:59Z\"");
    let end = serde_json::from_str(&end).map_err(|_| {
        let why = "a date is written like 2027-01-31".to_owned();
        Error::invalid("until", FieldError::Malformed { why })
    });
    end.map(Some)
}

/// What is done with one account.
async fn change(visit: &Visit, sent: &Sent) -> Result<Notice, Error> {
    let authority = visit.authority()?;
    let accounts = &visit.app.accounts;
    let id: AccountId = read(sent, "id")?;
    match sent.get("act") {
        "pair" => Ok(pairing_code(
            accounts.renew_device(by(&authority), id).await?,
        )),
        "pin" => {
            let pin = sent.secret("pin");
            accounts.set_pin(by(&authority), id, pin).await?;
            Ok(Notice::said(Said::Saved))
        }
        "reset" => Ok(link(&accounts.reset(by(&authority), id, false).await?)),
        "reset-factors" => Ok(link(&accounts.reset(by(&authority), id, true).await?)),
        "key" => {
            // Of others than programs, and of none, it is all the same: there is no second key.
            let known = accounts.account(id).await?;
            let is_program = |known: &Account| known.kind == AccountKind::Integration;
            let known = known.filter(|known| is_program(&known.account));
            let key = same_key(&known.ok_or(Error::NotAllowed)?.account);
            let made = accounts.make_key(by(&authority), key).await?;
            Ok(api_key(made))
        }
        "end-key" => {
            let start = sent.get("start");
            accounts.end_key(by(&authority), id, start).await?;
            Ok(Notice::said(Said::Ended))
        }
        "end" => {
            let one = Which::One(sent.get("session").to_owned());
            accounts.end_sessions(by(&authority), id, one).await?;
            Ok(Notice::said(Said::Ended))
        }
        "end-all" => {
            accounts
                .end_sessions(by(&authority), id, Which::All)
                .await?;
            Ok(Notice::said(Said::Ended))
        }
        "supplier" => {
            let supplier = read(sent, "supplier_name")?;
            accounts
                .change_supplier(by(&authority), id, supplier)
                .await?;
            Ok(Notice::said(Said::Saved))
        }
        "disable" => {
            accounts.disable(by(&authority), id).await?;
            Ok(Notice::said(Said::Saved))
        }
        "enable" => {
            accounts.enable(by(&authority), id).await?;
            Ok(Notice::said(Said::Saved))
        }
        _ => Err(Error::invalid("act", FieldError::Unknown)),
    }
}

/// A second key of a program, with the rights of the first.
fn same_key(account: &Account) -> NewKey {
    NewKey {
        name: account.name.clone(),
        role: account.role,
        supplier_name: account.supplier_name.clone(),
        driver_id: account.driver_id,
        read_only: account.read_only,
        until: None,
    }
}

fn link(invited: &Invited) -> Notice {
    Notice::once(ShownOnce::Link {
        name: invited.account.name.to_string(),
        path: shown_once(&invited.link),
        is_drivers: invited.account.kind == AccountKind::Driver,
    })
}

fn pairing_code((account, code): (Account, SecretString)) -> Notice {
    Notice::once(ShownOnce::PairingCode {
        name: account.name.to_string(),
        code: shown_once(&code),
    })
}

fn api_key((account, key): (Account, SecretString)) -> Notice {
    Notice::once(ShownOnce::ApiKey {
        name: account.name.to_string(),
        key: shown_once(&key),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_good_to_the_end_of_its_day() {
        let end = until("2027-01-31").unwrap().unwrap();
        assert_eq!(end.to_string(), "2027-01-31T23:59:59.000Z");
        assert_eq!(until(""), Ok(None));
        assert!(until("tomorrow").is_err() && until("2027-02-30").is_err());
    }

    #[test]
    fn a_refusal_comes_back_to_its_form() {
        let form =
            |name: &str, value: &str| form_of(&Sent(vec![(name.to_owned(), value.to_owned())]));
        assert_eq!(form("kind", "device"), DEVICE);
        assert_eq!(form("kind", "dispatcher"), INVITE);
        assert_eq!(form("kind", "nonsense"), INVITE);
        assert_eq!(form("act", "disable"), ROW);
    }
}
