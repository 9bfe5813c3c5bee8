//! Whether Redis takes commits on a connection: proved when the connection is made and with each probe of it, and
//! learned from each refusal.

use super::{errors::refusal, permissions::Permission};
use crate::server::store::{Trouble, TroubleKind};
use redis::{Arg, Cmd, RedisResult, aio::MultiplexedConnection, cmd};
use std::sync::Arc;
use tokio::sync::watch;

pub struct CommitAccess {
    /// The permissions without which no commit is taken.
    needs: Arc<[Permission]>,
    /// The setting that holds the credentials.
    setting: &'static str,
    refusal: watch::Sender<Option<Refusal>>,
}

/// Why no commit is taken.
#[derive(Clone)]
struct Refusal {
    trouble: Trouble,
    /// What a commit was refused for. An account may lack it on that key alone, so it is proved with the rest.
    forbidden: Option<Permission>,
}

impl CommitAccess {
    pub fn new(needs: Arc<[Permission]>, setting: &'static str) -> CommitAccess {
        CommitAccess {
            needs,
            setting,
            refusal: watch::Sender::default(),
        }
    }

    /// Why no commit is taken, as far as is known.
    pub fn trouble(&self) -> Option<Trouble> {
        let refusal = self.refusal.borrow();
        refusal.as_ref().map(|refusal| refusal.trouble.clone())
    }

    /// Finds out whether a commit would be taken. An error where the connection cannot be used any longer.
    pub async fn prove(&self, commands: &MultiplexedConnection) -> RedisResult<()> {
        let forbidden = self.forbidden();
        let needs: Vec<_> = self.needs.iter().chain(&forbidden).collect();
        let answer: RedisResult<Vec<usize>> =
            proof(&needs).query_async(&mut commands.clone()).await;
        let trouble = match answer {
            Ok(missing) => {
                let missing = missing.into_iter().filter_map(|n| needs.get(n));
                let names: Vec<_> = missing.map(|permission| permission.to_string()).collect();
                (!names.is_empty()).then(|| self.not_allowed(&names.join(", ")))
            }
            Err(error) => Some(refusal(&error).ok_or(error)?),
        };
        self.set(trouble.map(|trouble| Refusal { trouble, forbidden }));
        Ok(())
    }

    /// Notes that Redis has refused a command. What a proof has said about it stays: that names each permission.
    pub fn refuse(&self, trouble: Trouble) {
        if self
            .trouble()
            .is_none_or(|known| known.kind != trouble.kind)
        {
            let forbidden = self.forbidden();
            self.set(Some(Refusal { trouble, forbidden }));
        }
    }

    /// Notes what a commit was refused for.
    pub fn forbid(&self, permission: Permission) -> Trouble {
        let trouble = self.not_allowed(&permission.to_string());
        self.set(Some(Refusal {
            trouble: trouble.clone(),
            forbidden: Some(permission),
        }));
        trouble
    }

    fn forbidden(&self) -> Option<Permission> {
        let refusal = self.refusal.borrow();
        refusal
            .as_ref()
            .and_then(|refusal| refusal.forbidden.clone())
    }

    fn set(&self, refusal: Option<Refusal>) {
        let trouble = refusal.as_ref().map(|refusal| refusal.trouble.clone());
        let before = self.refusal.send_replace(refusal);
        match trouble {
            _ if trouble == before.map(|refusal| refusal.trouble) => {}
            Some(trouble) => tracing::warn!(%trouble, "Redis takes no changes"),
            None => tracing::info!("Redis takes changes again"),
        }
    }

    fn not_allowed(&self, what: &str) -> Trouble {
        let setting = self.setting;
        let why = format!("{setting}: this account may not do what is needed ({what})");
        TroubleKind::NotAllowed.because(why)
    }
}

/// A call of `prove.lua`.
fn proof(permissions: &[&Permission]) -> Cmd {
    let mut call = cmd("EVAL");
    call.arg(include_str!("prove.lua")).arg(0);
    for permission in permissions {
        let words = permission.call.args_iter();
        let words = words.filter_map(|word| match word {
            Arg::Simple(word) => Some(word),
            _ => None,
        });
        let words: Vec<_> = words.collect();
        call.arg(words.len()).arg(words);
    }
    call
}
