//! The use-cases of who is on duty. Every instance reads it from the store, and keeps nothing of it.

use super::{COMMIT_DEADLINE, Failure, OrderService, in_time};
use crate::{
    domain::{AccountRole, Duty, Error, Name, Viewer},
    server::{
        clock::now,
        services::{duty_document, order_documents},
        store::{Batch, IdempotencyRecord, JsonText, Outcome, StoreError},
    },
};
use std::time::{Duration, Instant};

/// A form that gets no answer is sent again for so long.
const KEEP: Duration = Duration::from_secs(3_600);

impl OrderService {
    /// Which drivers dispatch has switched on duty, or off.
    pub async fn duty(&self, viewer: &Viewer) -> Result<Duty, Error> {
        use AccountRole::{Admin, Dispatch, Integrator};
        let role = viewer.identity().map(|identity| identity.role);
        if role.is_some_and(|role| !matches!(role, Dispatch | Admin | Integrator)) {
            return Err(Error::NotAllowed);
        }
        in_time(async { Ok(self.read_duty().await?.0) }).await
    }

    /// Switches a driver on duty, or off. With the same key it is done once, whatever happened in the meantime.
    pub async fn switch_duty(
        &self,
        driver: Name,
        on: bool,
        key: Option<&str>,
    ) -> Result<(), Error> {
        // The buttons of all drivers are of one form, which has one key.
        let name = key.map(|key| format!("duty:{key}:{on}:{driver}"));
        let deadline = Instant::now() + COMMIT_DEADLINE;
        in_time(async {
            // Until the deadline: on a conflict, another driver was switched in the meantime.
            loop {
                let (mut duty, before) = self.read_duty().await?;
                duty.switch(driver.clone(), on, now());
                let key = duty_document::key();
                let idempotency = name.clone().map(|name| IdempotencyRecord {
                    name,
                    text: "null".into(),
                    keep: KEEP,
                });
                let batch = Batch {
                    deadline: Some(deadline),
                    expect: vec![(key.clone(), before)],
                    put: vec![(key, order_documents::write(&duty)?)],
                    idempotency,
                    ..Batch::default()
                };
                match self.store.commit(batch).await? {
                    Outcome::Conflict => {}
                    Outcome::Committed(_) | Outcome::Replayed(..) => {
                        tracing::info!(on, "switched a driver on duty or off");
                        return Ok(());
                    }
                    Outcome::NotHighest(_) | Outcome::Full(_) => {
                        let why = "a change of who is on duty was refused for an index";
                        return Err(StoreError::Broken(why.to_owned()).into());
                    }
                }
            }
        })
        .await
    }

    async fn read_duty(&self) -> Result<(Duty, Option<JsonText>), Failure> {
        let text = self.store.get(&duty_document::key()).await?;
        let duty = text.as_deref().map(duty_document::read).transpose()?;
        Ok((duty.unwrap_or_default(), text))
    }
}
