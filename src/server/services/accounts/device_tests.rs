//! Devices of kitchens, who works at them, and what ends that.

use super::{
    use_case_tests::{World, client, name, world},
    *,
};
use crate::domain::{AccountRefusal, Error, FieldError};
use secrecy::ExposeSecret;

#[tokio::test(flavor = "multi_thread")]
async fn a_person_takes_over_at_a_device_with_a_pin() {
    let world = world();
    let roma = name("Roma");
    let operator = By::Operator;
    let added = world
        .accounts
        .add_device(operator, name("Oven"), roma.clone());
    let (device, code) = added.await.unwrap();
    let code = code.expose_secret().to_lowercase();
    let begun = world.accounts.pair(&code, client("192.0.2.1"), None);
    let begun = begun.await.unwrap();
    let again = world.accounts.pair(&code, client("192.0.2.1"), None).await;
    assert_eq!(again.unwrap_err(), Error::WrongCredentials);
    let person = world
        .accounts
        .add_staff(operator, name("Eva"), roma.clone(), "1234".into());
    let person = person.await.unwrap().id;
    assert_eq!(world.accounts.staff_of(&roma).await.unwrap().len(), 1);

    let standing = world.authority(&begun).await.standing.unwrap();
    let over = |pin: &str| HandOver::Person {
        person,
        pin: pin.into(),
    };
    let wrong = world.accounts.hand_over(&standing, over("4321")).await;
    let error = Error::invalid("pin", FieldError::WrongCode);
    assert_eq!(wrong.unwrap_err(), error);
    world
        .accounts
        .hand_over(&standing, over("1234"))
        .await
        .unwrap();
    let authority = world.authority(&begun).await;
    let identity = authority.viewer.identity().unwrap();
    assert_eq!(
        (identity.id, identity.kind),
        (Some(person), AccountKind::Device)
    );
    assert_eq!(authority.standing.as_ref().unwrap().expect.len(), 2);

    // A command in flight is refused; the next one is the device's own.
    world.accounts.disable(operator, person).await.unwrap();
    let renewed = world.accounts.renew(&authority).await;
    let left = Error::Account(AccountRefusal::PersonLeft);
    assert_eq!(renewed.unwrap_err(), left);
    let works = async || world.authority(&begun).await.viewer.identity().unwrap().id;
    assert_eq!(works().await, Some(device.id));
    // Who comes back types the PIN again.
    world.accounts.enable(operator, person).await.unwrap();
    assert_eq!(works().await, Some(device.id));
    let again = world.accounts.hand_over(&standing, over("1234")).await;
    assert_eq!((again, works().await), (Ok(()), Some(person)));
}

/// A device of a kitchen, signed in, and a person of its staff whose PIN is 1234.
async fn paired(world: &World, kitchen: &Name) -> (Begun, AccountId) {
    let operator = By::Operator;
    let added = world
        .accounts
        .add_device(operator, name("Oven"), kitchen.clone());
    let (_, code) = added.await.unwrap();
    let begun = world
        .accounts
        .pair(code.expose_secret(), client("192.0.2.1"), None);
    let person = world
        .accounts
        .add_staff(operator, name("Eva"), kitchen.clone(), "1234".into());
    (begun.await.unwrap(), person.await.unwrap().id)
}

#[tokio::test(flavor = "multi_thread")]
async fn another_supplier_ends_all_sessions() {
    let world = world();
    let (begun, _) = paired(&world, &name("Roma")).await;
    let device = begun.account.id;
    for (supplier, sessions) in [("Roma", 1), ("Luna", 0)] {
        let changed = world
            .accounts
            .change_supplier(By::Operator, device, name(supplier));
        assert_eq!(
            changed.await.unwrap().sessions.len(),
            sessions,
            "{supplier}"
        );
    }
    let ended = world.accounts.by_cookie(&begun.cookie).await;
    assert_eq!(ended.unwrap_err(), Error::NotSignedIn);
    let last = world.entries().await.pop();
    assert_eq!(last, Some(("account.changed", 1)));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_left_or_has_another_pin_does_not_begin() {
    let world = world();
    let (begun, person) = paired(&world, &name("Roma")).await;
    let standing = world.authority(&begun).await.standing.unwrap();
    let wrong = Err(Error::invalid("pin", FieldError::WrongCode));
    let over = async |pin: &str| {
        let to = HandOver::Person {
            person,
            pin: pin.into(),
        };
        world.accounts.hand_over(&standing, to).await
    };
    let changed = world.accounts.set_pin(By::Operator, person, "9999".into());
    changed.await.unwrap();
    assert_eq!(over("1234").await, wrong);
    assert_eq!(over("9999").await, Ok(()));
    world.accounts.disable(By::Operator, person).await.unwrap();
    assert_eq!(over("9999").await, wrong);
}
