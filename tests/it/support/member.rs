//! People with a password and codes of an authenticator, as they join a market.

use super::{
    Instance, Market,
    accounts::{ORIGIN, PASSWORD},
    browser::Browser,
};
use std::time::{SystemTime, UNIX_EPOCH};
use totp_rs::{Algorithm, Builder};

/// How long a code is shown.
pub const STEP: u64 = 30;

/// Somebody who was invited and has joined.
pub struct Member {
    pub id: String,
    pub email: String,
    /// Where they joined, and are signed in.
    pub browser: Browser,
    /// Of the authenticator, in base 32.
    pub code_secret: String,
    pub recovery: Vec<String>,
}

impl Member {
    /// Joins by the invitation that the command makes. The code is that of the step before, so the present one is good
    /// for signing in.
    pub async fn join(market: &Market, instance: &Instance, args: &[&str]) -> Member {
        Member::join_at(market, instance, args, 0).await
    }

    /// The same, where the clock of the server is so many seconds ahead.
    pub async fn join_at(
        market: &Market,
        instance: &Instance,
        args: &[&str],
        ahead: u64,
    ) -> Member {
        let invited = market.account(&[&["invite"], args].concat());
        let text = |name: &str| invited[name].as_str().unwrap().to_owned();
        let link = text("link");
        let path = link.strip_prefix(ORIGIN).unwrap();
        let mut browser = Browser::on(instance);
        let page = browser.get(path).await;
        assert_eq!(page.status, 200, "{}", page.text);
        let factor = page.hidden("factor").unwrap();
        // Both are shown in groups.
        let secret = page.shown_once().remove(0).replace(' ', "");
        // Its step may end on the way.
        loop {
            let code = code_at(&secret, now() + ahead - STEP);
            let fields = [("password", PASSWORD), ("factor", &factor), ("code", &code)];
            let joined = browser.post(path, &fields).await;
            if joined.location() == "/account" {
                break;
            }
        }
        let recovery = browser.get("/account").await.shown_once();
        let recovery = recovery.iter().map(|code| code.replace('-', "")).collect();
        Member {
            id: text("id"),
            email: text("email"),
            browser,
            code_secret: secret,
            recovery,
        }
    }

    /// An admin, by their e-mail address.
    pub async fn admin(market: &Market, instance: &Instance, email: &str) -> Member {
        Member::join(market, instance, &["admin", email]).await
    }

    /// Signs in once more, in another browser, with a recovery code.
    pub async fn another_browser(&mut self, instance: &Instance) -> Browser {
        let mut browser = Browser::on(instance);
        let code = self.recovery.pop().unwrap();
        let answer = browser.sign_in(&self.email, PASSWORD, &code).await;
        let has_session = browser.cookies.contains_key("session");
        assert!(answer.status == 303 && has_session, "{:?}", answer.headers);
        browser
    }

    /// The code that the authenticator shows now.
    pub fn code(&self) -> String {
        code_at(&self.code_secret, now())
    }

    /// Adds a device or a person on the page of the team; what this shows once.
    pub async fn add(&mut self, fields: &[(&str, &str)]) -> Vec<String> {
        let answer = self.browser.post("/team", fields).await;
        assert_eq!(answer.location(), "/team");
        let page = self.browser.get("/team").await;
        assert_eq!(page.refusals(), [""; 0]);
        page.shown_once()
    }
}

/// The seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_secs()
}

/// The code of an authenticator at a second.
pub fn code_at(secret: &str, second: u64) -> String {
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(6)
        .with_step_duration(STEP)
        .with_secret(base32(secret))
        .build()
        .unwrap();
    totp.generate(second).to_string()
}

/// The bytes of a text in base 32 (RFC 4648).
fn base32(text: &str) -> Vec<u8> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    // It is shown in groups.
    for letter in text.bytes().filter(|letter| *letter != b' ') {
        let five = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'2'..=b'7' => letter - b'2' + 26,
            other => panic!("{other}"),
        };
        bits = (bits << 5) | u32::from(five);
        count += 5;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    bytes
}
