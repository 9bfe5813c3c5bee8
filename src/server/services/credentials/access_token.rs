//! Access tokens: JWTs of RFC 9068, by HMAC-SHA-256 alone.

use super::{
    claims::AccessClaims,
    jwt_crypto,
    keys::{KEY_LENGTH, Keys, Secrets, hex},
    letters::base64url,
    random,
};
use crate::domain::{AccountId, AccountRole, Time};
use jsonwebtoken::{
    Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, decode_header, encode,
    errors::Result,
};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

const TYPE: &str = "at+jwt";
const AUDIENCE: &str = "pizza-market";
/// How many seconds the clocks of two instances may differ by.
const LEEWAY: i64 = 30;
/// The session of a guest, who has none.
const NO_SESSION: &str = "guest";

/// The keys of access tokens.
pub struct AccessTokens {
    keys: Keys<Key>,
    issuer: String,
    validation: Validation,
}

struct Key {
    id: String,
    bytes: [u8; KEY_LENGTH],
}

/// All claims are wanted. Where one is of another type, or there twice, it is no token of ours.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: AccountId,
    sid: String,
    role: AccountRole,
    iat: i64,
    nbf: i64,
    exp: i64,
    jti: String,
}

impl AccessTokens {
    pub fn new(secrets: &Secrets, issuer: &str) -> AccessTokens {
        jwt_crypto::install();
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[issuer]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["iss", "aud", "sub", "exp", "nbf"]);
        // By the one clock of the server, see `is_valid_at`.
        validation.validate_exp = false;
        AccessTokens {
            keys: secrets.keys("access token", Key::new),
            issuer: issuer.to_owned(),
            validation,
        }
    }

    pub fn sign(&self, claims: &AccessClaims, now: Time) -> SecretString {
        let session = claims.session.clone();
        let now = seconds(now);
        let claims = Claims {
            iss: self.issuer.clone(),
            aud: AUDIENCE.to_owned(),
            sub: claims.subject,
            sid: session.unwrap_or_else(|| NO_SESSION.to_owned()),
            role: claims.role,
            iat: now,
            nbf: now,
            exp: seconds(claims.expires_at),
            jti: base64url(&random::bytes::<16>()),
        };
        let token = self.keys.first.sign(&claims);
        // Nobody accepts an empty one.
        let token = token.inspect_err(|error| tracing::error!(%error, "cannot sign a token"));
        token.unwrap_or_default().into()
    }

    /// `None` for one that is not ours, not valid yet, or expired.
    pub fn read(&self, token: &str, now: Time) -> Option<AccessClaims> {
        let header = decode_header(token).ok()?;
        let is_ours = header.typ.as_deref() == Some(TYPE) && header.crit.is_none();
        let id = header.kid.filter(|_| is_ours)?;
        let key = self.keys.all().find(|key| key.id == id)?;
        let key = DecodingKey::from_secret(&key.bytes).ok()?;
        let claims = decode::<Claims>(token, &key, &self.validation).ok()?.claims;
        let is_guest = claims.sid == NO_SESSION;
        claims.is_valid_at(seconds(now)).then(|| AccessClaims {
            subject: claims.sub,
            session: (!is_guest).then_some(claims.sid),
            role: claims.role,
            expires_at: Time::from_millis(claims.exp.saturating_mul(1000)),
        })
    }
}

impl Key {
    fn new(bytes: [u8; KEY_LENGTH]) -> Key {
        // Not of the key itself: everybody who has a token sees its id.
        let id = Secrets::new(vec![bytes.to_vec()], Vec::new).keys("key id", |id| id);
        Key {
            id: hex(&id.first[..8]),
            bytes,
        }
    }

    fn sign<T: Serialize>(&self, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.to_owned());
        header.kid = Some(self.id.clone());
        encode(&header, claims, &EncodingKey::from_secret(&self.bytes)?)
    }
}

impl Claims {
    fn is_valid_at(&self, now: i64) -> bool {
        let has_begun = |since: i64| since <= now.saturating_add(LEEWAY);
        has_begun(self.nbf) && has_begun(self.iat) && now < self.exp.saturating_add(LEEWAY)
    }
}

fn seconds(time: Time) -> i64 {
    time.millis().div_euclid(1000)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::samples::at;
    use proptest::prelude::*;
    use secrecy::ExposeSecret;
    use serde_json::{Value, json};
    use uuid::Uuid;

    const ISSUER: &str = "https://market.example";

    fn tokens(secrets: &[u8]) -> AccessTokens {
        let secrets = secrets.iter().map(|byte| vec![*byte; 32]).collect();
        AccessTokens::new(&Secrets::new(secrets, Vec::new), ISSUER)
    }

    fn claims() -> AccessClaims {
        AccessClaims {
            subject: AccountId(Uuid::from_u128(7)),
            session: Some("0123456789abcdef".to_owned()),
            role: AccountRole::Dispatch,
            expires_at: at(900),
        }
    }

    /// The claims of a token that is signed at second 0.
    fn json() -> Value {
        json!({
            "iss": ISSUER, "aud": AUDIENCE, "sub": AccountId(Uuid::from_u128(7)),
            "sid": "0123456789abcdef", "role": "dispatch", "iat": seconds(at(0)),
            "nbf": seconds(at(0)), "exp": seconds(at(900)), "jti": "x",
        })
    }

    /// A token with these parts, by our key.
    fn signed(tokens: &AccessTokens, header: &Value, claims: &Value) -> String {
        let part = |part: &Value| base64url(part.to_string().as_bytes());
        by_our_key(tokens, &format!("{}.{}", part(header), part(claims)))
    }

    fn by_our_key(tokens: &AccessTokens, message: &str) -> String {
        let key = EncodingKey::from_secret(&tokens.keys.first.bytes).unwrap();
        let mac = jsonwebtoken::crypto::sign(message.as_bytes(), &key, Algorithm::HS256);
        format!("{message}.{}", mac.unwrap())
    }

    fn header(tokens: &AccessTokens) -> Value {
        json!({"typ": TYPE, "alg": "HS256", "kid": tokens.keys.first.id})
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_expires() {
        let ours = tokens(&[1]);
        let token = ours.sign(&claims(), at(0));
        let token = token.expose_secret();
        for second in [-30, 0, 899, 929] {
            assert_eq!(ours.read(token, at(second)), Some(claims()), "{second}");
        }
        for second in [-31, 930, 100_000] {
            assert_eq!(ours.read(token, at(second)), None, "{second}");
        }
        assert_eq!(tokens(&[2, 1]).read(token, at(0)), Some(claims()));
        assert_eq!(tokens(&[2]).read(token, at(0)), None);
        let mut guest = claims();
        guest.session = None;
        let token = ours.sign(&guest, at(0));
        assert_eq!(ours.read(token.expose_secret(), at(0)), Some(guest));
    }

    #[test]
    fn the_header_is_as_we_write_it() {
        let ours = tokens(&[1]);
        assert!(
            ours.read(&signed(&ours, &header(&ours), &json()), at(0))
                .is_some()
        );
        for (name, values) in [
            ("typ", vec![json!("JWT"), json!("AT+JWT"), Value::Null]),
            (
                "alg",
                vec![
                    json!("none"),
                    json!("HS512"),
                    json!("RS256"),
                    json!("hs256"),
                ],
            ),
            (
                "kid",
                vec![json!("other"), json!(""), Value::Null, json!(7)],
            ),
            ("crit", vec![json!(["exp"]), json!([])]),
        ] {
            for value in values {
                let mut header = header(&ours);
                header[name] = value.clone();
                let token = signed(&ours, &header, &json());
                assert_eq!(ours.read(&token, at(0)), None, "{name}: {value}");
            }
        }
        let unsigned = signed(
            &ours,
            &json!({"typ": TYPE, "alg": "none", "kid": ours.keys.first.id}),
            &json(),
        );
        let unsigned = unsigned.rsplit_once('.').unwrap().0;
        assert_eq!(ours.read(&format!("{unsigned}."), at(0)), None);
        assert_eq!(ours.read(unsigned, at(0)), None);
    }

    #[test]
    fn all_claims_are_wanted_as_we_write_them() {
        let ours = tokens(&[1]);
        for name in [
            "iss", "aud", "sub", "sid", "role", "iat", "nbf", "exp", "jti",
        ] {
            let mut without = json();
            without.as_object_mut().unwrap().remove(name);
            let mut of_another_type = json();
            of_another_type[name] = json!([json()[name]]);
            for claims in [without, of_another_type] {
                let token = signed(&ours, &header(&ours), &claims);
                assert_eq!(ours.read(&token, at(0)), None, "{claims}");
            }
        }
        for (name, value) in [
            ("iss", json!("https://other.example")),
            ("aud", json!("other")),
            ("sub", json!("7")),
            ("role", json!("owner")),
            ("nbf", json!(seconds(at(31)))),
            ("iat", json!(seconds(at(31)))),
            ("exp", json!(seconds(at(-30)))),
            ("exp", json!(seconds(at(900)) as f64 + 0.5)),
            ("exp", json!(seconds(at(900)).to_string())),
            ("nbf", json!(i64::MAX)),
            ("exp", json!(i64::MIN)),
        ] {
            let mut claims = json();
            claims[name] = value;
            let token = signed(&ours, &header(&ours), &claims);
            assert_eq!(ours.read(&token, at(0)), None, "{claims}");
        }
        let twice = json().to_string().replacen('{', "{\"role\":\"admin\",", 1);
        let head = base64url(header(&ours).to_string().as_bytes());
        let token = by_our_key(&ours, &format!("{head}.{}", base64url(twice.as_bytes())));
        assert_eq!(ours.read(&token, at(0)), None);
    }

    #[test]
    fn what_is_altered_is_not_ours() {
        let ours = tokens(&[1]);
        let token = ours.sign(&claims(), at(0));
        let token = token.expose_secret();
        for at_byte in 0..token.len() {
            for put in ["", "A", "B", "."] {
                let (before, after) = (&token[..at_byte], &token[at_byte + 1..]);
                let altered = format!("{before}{put}{after}");
                if altered != token {
                    assert_eq!(ours.read(&altered, at(0)), None, "{altered}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_other_bytes_are_a_token(
            bytes: Vec<u8>,
            parts in "[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,40}\\.[A-Za-z0-9_-]{0,50}",
            head: String, body: String,
        ) {
            let ours = tokens(&[1]);
            for text in [&*String::from_utf8_lossy(&bytes), &*parts] {
                prop_assert_eq!(ours.read(text, at(0)), None);
            }
            // By our key, so that the parsing of what stands in it is reached, too.
            let part = |text: &str| base64url(text.as_bytes());
            let sound = header(&ours).to_string();
            for head in [&*head, &*sound] {
                let token = by_our_key(&ours, &format!("{}.{}", part(head), part(&body)));
                prop_assert_eq!(ours.read(&token, at(0)), None);
            }
        }
    }
}
