//! Hashes of passwords and PINs: argon2id, as PHC strings.

use super::random;
use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::phc::PasswordHash,
};

/// As OWASP's password storage cheat sheet has it: memory in KiB, passes, lanes.
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

/// The length of a salt that the standard recommends.
const SALT: usize = 16;

/// Whether a secret was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verified {
    No,
    Yes,
    /// Right, and the hash is worth being renewed.
    YesAndOld,
}

/// The hash of a secret; `None` where the memory for it is not there.
pub fn hash(secret: &str) -> Option<String> {
    let salt: [u8; SALT] = random::bytes();
    let hash = argon2()?.hash_password_with_salt(secret.as_bytes(), &salt);
    let hash = hash.inspect_err(|error| tracing::error!(%error, "cannot hash a password"));
    Some(hash.ok()?.to_string())
}

/// Whether it is the secret of a PHC string. Without one, or with one that cannot be read, it takes the same time.
pub fn verify(secret: &str, phc: Option<&str>) -> Verified {
    let parsed = phc.map(PasswordHash::new);
    let (Some(Ok(known)), Some(argon2)) = (parsed, argon2()) else {
        if phc.is_some() {
            tracing::error!("a stored hash of a password cannot be read");
        }
        hash(secret);
        return Verified::No;
    };
    match argon2.verify_password(secret.as_bytes(), &known) {
        Err(_) => Verified::No,
        Ok(()) if is_present(&known) => Verified::Yes,
        Ok(()) => Verified::YesAndOld,
    }
}

fn argon2() -> Option<Argon2<'static>> {
    let params = Params::new(MEMORY, PASSES, LANES, None).ok()?;
    Some(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

/// Whether a hash was made as they are made now.
fn is_present(hash: &PasswordHash) -> bool {
    let params = Params::try_from(hash);
    hash.algorithm == ARGON2ID_IDENT
        && hash.version == Some(Version::V0x13.into())
        && params.is_ok_and(|params| {
            (params.m_cost(), params.t_cost(), params.p_cost()) == (MEMORY, PASSES, LANES)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_its_secret() {
        let phc = hash("correct horse").unwrap();
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{phc}");
        assert_ne!(hash("correct horse").unwrap(), phc);
        assert_eq!(verify("correct horse", Some(&phc)), Verified::Yes);
        assert_eq!(verify("correct horsE", Some(&phc)), Verified::No);
        assert_eq!(verify("", Some(&phc)), Verified::No);
        assert_eq!(verify("correct horse", None), Verified::No);
        assert_eq!(verify("correct horse", Some("no hash")), Verified::No);
    }

    #[test]
    fn a_hash_with_other_parameters_is_old() {
        let other = Argon2::new(
            Algorithm::Argon2id,
            Version::V0x13,
            Params::new(64, 1, 1, None).unwrap(),
        );
        let phc = other.hash_password_with_salt(b"1234", &[7; 16]).unwrap();
        let phc = phc.to_string();
        assert_eq!(verify("1234", Some(&phc)), Verified::YesAndOld);
        assert_eq!(verify("1235", Some(&phc)), Verified::No);
    }
}
