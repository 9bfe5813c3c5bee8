//! Codes of an app (TOTP, RFC 6238): 6 digits that change every 30 seconds.

use super::{
    keys::is_same,
    letters::{base32_of_rfc_4648, read_base32_of_rfc_4648},
    random,
};
use crate::domain::Time;
use fast_qr::{
    QRBuilder,
    convert::{Builder as _, svg::SvgBuilder},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use secrecy::{ExposeSecret, SecretString};
use totp_rs::{Algorithm, Builder};

const DIGITS: u8 = 6;
const SECONDS: u64 = 30;

/// The empty modules around a QR code, which its standard wants.
const QUIET_ZONE: usize = 4;

/// A secret for an app: 160 bits, in base 32 as apps take it.
pub fn code_secret() -> SecretString {
    base32_of_rfc_4648(&random::bytes::<20>()).into()
}

/// The step of the code, if that is right and none of its step or a later one was used before: the present step, or the
/// one before.
pub fn accepted_step(
    secret: &SecretString,
    code: &str,
    now: Time,
    last_used_step: Option<u64>,
) -> Option<u64> {
    let secret = read_base32_of_rfc_4648(secret.expose_secret())?;
    let code: String = code.chars().filter(|c| *c != ' ').collect();
    let totp = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_step_duration(SECONDS)
        .with_secret(secret)
        .build()
        .ok()?;
    let present = u64::try_from(now.millis()).ok()? / 1000 / SECONDS;
    let is_code_of = |step: u64| {
        let expected = totp.generate(step * SECONDS).to_string();
        is_same(expected.as_bytes(), code.as_bytes())
    };
    let is_unused = |step: &u64| last_used_step.is_none_or(|last| *step > last);
    let steps = [Some(present), present.checked_sub(1)];
    let mut steps = steps.into_iter().flatten().filter(is_unused);
    steps.find(|step| is_code_of(*step))
}

/// The link that sets up an app for an account of this market.
pub fn code_link(secret: &SecretString, market: &str, account: &str) -> SecretString {
    let encode = |text| utf8_percent_encode(text, NON_ALPHANUMERIC);
    let (market, account) = (encode(market), encode(account));
    let secret = secret.expose_secret();
    format!("otpauth://totp/{market}:{account}?secret={secret}&issuer={market}").into()
}

/// A text as a QR code, which is an SVG; `None` where it is too long for one.
pub fn qr_svg(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().margin(QUIET_ZONE).to_str(&code))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// That of RFC 6238, appendix B.
    fn secret() -> SecretString {
        base32_of_rfc_4648(b"12345678901234567890").into()
    }

    fn at(second: i64) -> Time {
        Time::from_millis(second * 1000)
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        for (second, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
        ] {
            let step = second as u64 / 30;
            assert_eq!(accepted_step(&secret(), code, at(second), None), Some(step));
        }
    }

    #[test]
    fn the_present_step_and_the_one_before_count() {
        let accepted = |second| accepted_step(&secret(), "287082", at(second), None);
        assert_eq!(accepted(29), None);
        for second in [30, 59, 60, 89] {
            assert_eq!(accepted(second), Some(1), "{second}");
        }
        assert_eq!(accepted(90), None);
        assert_eq!(accepted(-1), None);
    }

    #[test]
    fn a_step_counts_once_and_none_before_it() {
        let accepted = |code, last| accepted_step(&secret(), code, at(59), last);
        assert_eq!(accepted("287082", Some(0)), Some(1));
        assert_eq!(accepted("287082", Some(1)), None);
        assert_eq!(accepted("287082", Some(2)), None);
        // That of step 0.
        assert_eq!(accepted("755224", None), Some(0));
        assert_eq!(accepted("755224", Some(0)), None);
    }

    #[test]
    fn blanks_do_not_matter_and_all_else_does() {
        let accepted = |code| accepted_step(&secret(), code, at(59), None);
        assert_eq!(accepted(" 287 082 "), Some(1));
        for bad in [
            "",
            "287083",
            "28708",
            "2870820",
            "+287082",
            "２８７０８２",
            "287-082",
        ] {
            assert_eq!(accepted(bad), None, "{bad}");
        }
        assert_eq!(accepted_step(&"short".into(), "287082", at(59), None), None);
    }

    #[test]
    fn a_link_says_whose_it_is() {
        let link = code_link(&secret(), "Pizza Market", "ana+1@example.org");
        assert_eq!(
            link.expose_secret(),
            "otpauth://totp/Pizza%20Market:ana%2B1%40example%2Eorg\
            ?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Pizza%20Market"
        );
        assert_eq!(code_secret().expose_secret().len(), 32);
    }

    #[test]
    fn a_link_fits_into_a_picture_that_holds_no_text() {
        let svg = qr_svg("https://market.example/join/<script>").unwrap();
        assert!(svg.starts_with("<svg ") && svg.ends_with("</svg>"), "{svg}");
        assert!(!svg.contains("script") && !svg.contains("style"), "{svg}");
        assert_eq!(qr_svg(&"x".repeat(10_000)), None);
    }

    proptest! {
        #[test]
        fn any_code_is_judged(code: String, secret: String, second in 0_i64..4_000_000_000) {
            let step = accepted_step(&secret.into(), &code, at(second), None);
            prop_assert!(step.is_none_or(|step| step <= second as u64 / 30));
        }
    }
}
