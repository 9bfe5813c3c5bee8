//! The keys that a market derives from its secret, so that tests can forge what it signs.

use super::accounts::SECRET;
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use ring::{
    hkdf::{HKDF_SHA256, KeyType, Salt},
    hmac,
};
use serde_json::Value;

struct Length;

impl KeyType for Length {
    fn len(&self) -> usize {
        32
    }
}

/// The key of a purpose.
pub fn key(purpose: &str) -> [u8; 32] {
    let secret = STANDARD.decode(SECRET).unwrap();
    let (mut key, purpose) = ([0; 32], [purpose.as_bytes()]);
    let extracted = Salt::new(HKDF_SHA256, b"pizza-market").extract(&secret);
    let expanded = extracted.expand(&purpose, Length).unwrap();
    expanded.fill(&mut key).unwrap();
    key
}

pub fn base64url(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The key by which an order is followed.
pub fn follow_key(order: &str) -> String {
    let order: uuid::Uuid = order.parse().unwrap();
    let mac = hmac::Key::new(hmac::HMAC_SHA256, &key("follow key"));
    base64url(&hmac::sign(&mac, order.as_bytes()).as_ref()[..16])
}

/// A token with these parts, by the right key.
pub fn token(header: &Value, claims: &Value, algorithm: hmac::Algorithm) -> String {
    let part = |part: &Value| base64url(part.to_string().as_bytes());
    let message = format!("{}.{}", part(header), part(claims));
    let key = hmac::Key::new(algorithm, &key("access token"));
    let mac = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", base64url(mac.as_ref()))
}

/// A part of a token.
pub fn part(token: &str, at: usize) -> Value {
    let part = token.split('.').nth(at).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
}
