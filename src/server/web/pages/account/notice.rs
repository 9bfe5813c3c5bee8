//! What a form leads its page to show once: why it was refused, with what was typed; or a secret that is shown only
//! now. It travels as refusals of panels do, in a sealed cookie, and never in an address.

use crate::domain::Error;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// The names of fields whose values never come back.
const SECRET: [&str; 6] = [
    "password",
    "old_password",
    "new_password",
    "code",
    "pin",
    "key",
];

#[derive(Default, Serialize, Deserialize)]
pub struct Notice {
    /// The form that it is about.
    #[serde(default)]
    pub form: String,
    #[serde(default)]
    pub error: Option<Error>,
    /// The values of the fields, by name.
    #[serde(default)]
    pub typed: Vec<(String, String)>,
    #[serde(default)]
    pub once: Option<ShownOnce>,
}

/// What is shown once.
#[derive(Serialize, Deserialize)]
pub enum ShownOnce {
    RecoveryCodes(Vec<String>),
    /// The path of an invitation, and for whom it is.
    Link {
        name: String,
        path: String,
        /// It works for an hour only.
        is_drivers: bool,
    },
    PairingCode {
        name: String,
        code: String,
    },
    ApiKey {
        name: String,
        key: String,
    },
    Said(Said),
}

/// Words about what has happened.
#[derive(Clone, Copy, PartialEq, Serialize, Deserialize)]
pub enum Said {
    SignedUp,
    Saved,
    Ended,
}

impl Notice {
    /// That a form was refused.
    pub fn refused(form: &str, error: Error) -> Notice {
        Notice {
            form: form.to_owned(),
            error: Some(error),
            ..Notice::default()
        }
    }

    /// Whether it holds a secret, which is shown once.
    pub fn shows_once(&self) -> bool {
        let once = self.once.as_ref();
        once.is_some_and(|once| !matches!(once, ShownOnce::Said(_)))
    }

    pub fn once(once: ShownOnce) -> Notice {
        Notice {
            once: Some(once),
            ..Notice::default()
        }
    }

    pub fn said(said: Said) -> Notice {
        Notice::once(ShownOnce::Said(said))
    }

    /// With what was typed, but for secrets.
    pub fn typed(mut self, sent: &[(String, String)]) -> Notice {
        let known = sent.iter().filter(|(name, _)| !SECRET.contains(&&**name));
        self.typed = known.cloned().collect();
        self
    }

    /// What was typed in a field.
    pub fn value(&self, name: &str) -> Option<&str> {
        let mut typed = self.typed.iter();
        typed
            .find(|(typed, _)| typed == name)
            .map(|(_, value)| &**value)
    }
}

/// A secret on its way to the page that shows it once.
pub fn shown_once(secret: &SecretString) -> String {
    secret.expose_secret().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::form::Flash;

    #[test]
    fn no_secret_comes_back_with_a_form() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let sent = [
            pair("email", "ana@example.org"),
            pair("password", "secret"),
            pair("new_password", "secret"),
            pair("code", "123456"),
            pair("pin", "1234"),
        ];
        let notice = Notice::refused("sign-in", Error::WrongCredentials).typed(&sent);
        let json = serde_json::to_string(&notice).unwrap();
        assert!(!json.contains("secret") && !json.contains("1234"), "{json}");
        assert_eq!(notice.value("email"), Some("ana@example.org"));
        assert_eq!(notice.value("password"), None);
    }

    #[test]
    fn a_refusal_of_a_panel_is_read_as_well() {
        let flash = Flash {
            form: "set-off".to_owned(),
            error: Error::NotYours,
            refused: Vec::new(),
            typed: Vec::new(),
        };
        let notice: Notice = serde_json::from_str(&serde_json::to_string(&flash).unwrap()).unwrap();
        assert_eq!(notice.form, "set-off");
        assert_eq!(notice.error, Some(Error::NotYours));
        // And not the other way round: a panel shows none of this.
        let json = serde_json::to_string(&Notice::said(Said::Saved)).unwrap();
        assert!(serde_json::from_str::<Flash>(&json).is_err());
    }
}
