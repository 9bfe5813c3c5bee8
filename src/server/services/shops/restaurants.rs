//! Pizzerias: making one, and what it says of itself.

use super::{
    ShopService,
    catalog::ShopRef,
    documents::Change,
    edit::{Edit, EditRequest, Edited, edited},
    refusal::{ShopFailure, ShopRefusal, in_time},
};
use crate::{
    domain::{
        Fields, Precondition, Viewer,
        shop::{
            area::Destination,
            counter::Counter,
            menu::Outline,
            profile::Profile,
            profile_input::{Basis, check_profile, read_profile},
        },
    },
    server::{
        clock::now,
        services::{
            accounts::Authority, idempotency::IdempotentRequest, shops::catalog::KnownShop,
            zones::IanaZone,
        },
        store::Batch,
    },
};
use uuid::Uuid;

impl ShopService {
    /// A new pizzeria with an empty menu: its documents in one commit. A slug that was made from its name gets a number
    /// where another pizzeria has it.
    pub async fn create(
        &self,
        fields: Fields,
        by: &Authority,
        request: Option<&IdempotentRequest>,
    ) -> Edited<Profile> {
        let at = now();
        let basis = Basis::New { id: Uuid::now_v7() };
        let made = read_profile(fields, basis, IanaZone::spelling, at)?;
        let mut asked = EditRequest::new(by, request);
        let mut number = 1;
        let done = in_time(async {
            loop {
                if let Some(stored) = self.stored(&asked).await? {
                    return Ok(stored);
                }
                let mut profile = made.profile.clone();
                check_rights(&asked.by.viewer, [&profile])?;
                if number > 1 {
                    profile.slug = profile.slug.numbered(number);
                }
                let batch = created(&profile, &asked.by)?;
                let committed = self.commit_answer(batch, Ok(profile), &asked).await;
                match committed {
                    Err(ShopFailure::Refused(ShopRefusal::NameTaken { field }))
                        if field == "slug" && !made.is_slug_given =>
                    {
                        number += 1;
                    }
                    Err(ShopFailure::Refused(refusal)) => {
                        let stored = self.refuse(refusal, &asked).await?;
                        return Ok(self.seen(stored).await);
                    }
                    committed => match committed? {
                        Some(committed) => return Ok(self.seen(committed).await),
                        None => self.renew(&mut asked).await?,
                    },
                }
            }
        });
        edited(done.await?)
    }

    /// Saves what a pizzeria says of itself, at the version that is expected. Nothing is saved where it says nothing new.
    pub async fn save_profile(
        &self,
        named: &ShopRef,
        fields: Fields,
        expected: Option<&Precondition>,
        by: &Authority,
        request: Option<&IdempotentRequest>,
    ) -> Edited<Profile> {
        let edit = Edit {
            id: self.find(named).await?.profile.id,
            by,
            request,
            menu: None,
        };
        let edited = self.edit(edit, |draft| {
            let before = &draft.shop.profile;
            let at = draft.change.at;
            let basis = Basis::Saved(&before.document);
            let after = read_profile(fields.clone(), basis, IanaZone::spelling, at)?.profile;
            check_rights(draft.viewer, [&before.document, &after])?;
            check_version(expected, before.document.version)?;
            if !after.differs_from(&before.document) {
                return Ok(before.document.clone());
            }
            let counter = draft.counter().with_profile(after.version, at);
            draft.put(Some(before), &after)?;
            draft.put_counter(counter);
            Ok(after)
        });
        edited.await
    }

    /// Where somebody asks from, with the point of a postcode that has no other.
    pub fn located(&self, destination: Destination) -> Destination {
        let place = destination.postcode.as_ref();
        let place = place.and_then(|postcode| self.places.get(postcode));
        Destination {
            point: destination.point.or(place.map(|place| place.point)),
            ..destination
        }
    }

    /// What a pizzeria has just said of itself, with what its counter says.
    pub async fn saved(&self, profile: &Profile) -> Result<KnownShop, ShopRefusal> {
        let known = self.find(&ShopRef::Id(profile.id)).await?;
        Ok(KnownShop {
            profile: profile.clone().into(),
            ..known
        })
    }
}

/// Checks what a pizzeria is to say of itself, whichever it is: what is invalid is refused before it is looked for.
pub fn check(fields: &Fields) -> Result<(), ShopRefusal> {
    Ok(check_profile(fields.clone(), IanaZone::spelling, now())?)
}

/// The documents of a new pizzeria.
fn created(profile: &Profile, by: &Authority) -> Result<Batch, ShopFailure> {
    let change = Change {
        restaurant: profile.id,
        by: by.viewer.identity().and_then(|identity| identity.id),
        at: profile.created_at,
    };
    let mut batch = Batch::default();
    change.put(&mut batch, None, profile)?;
    change.put(&mut batch, None, &Counter::new(profile.id))?;
    change.put(&mut batch, None, &Outline::default())?;
    Ok(batch)
}

/// A pizzeria is edited under the names that one may use: before, and after.
fn check_rights<'a>(
    viewer: &Viewer,
    profiles: impl IntoIterator<Item = &'a Profile>,
) -> Result<(), ShopFailure> {
    for profile in profiles {
        viewer.may_edit_shop(&profile.name, false).check()?;
    }
    Ok(())
}

/// Checks `If-Match`, which a request that replaces something has to have.
///
/// # Errors
/// Where it is missing, or is of another version.
pub fn check_version(expected: Option<&Precondition>, version: u32) -> Result<(), ShopRefusal> {
    match expected {
        None => Err(ShopRefusal::PreconditionRequired),
        Some(Precondition::Any) => Ok(()),
        Some(Precondition::OneOf { versions, .. }) if versions.contains(&version) => Ok(()),
        Some(Precondition::OneOf { .. }) => Err(ShopRefusal::PreconditionFailed { version }),
    }
}
