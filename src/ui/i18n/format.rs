//! Money, times, durations and long texts, as a page writes them in its language. The zone of the reader is an argument.

use super::locale::{Language, Locale, Text, plural, say, t};
use crate::domain::{Cents, Currency, Time, Zone};
use chrono::TimeDelta;

/// `€12,345.60`
pub fn money(amount: Cents) -> String {
    Locale::from_context().money(&amount.to_string())
}

/// `12.5 %`, `12,5 %`
pub fn percent(plain: &str) -> String {
    let number = match Locale::from_context().language {
        Language::English => plain.to_owned(),
        Language::German => plain.replace('.', ","),
    };
    format!("{number}\u{a0}%")
}

/// `7 min`, `2 h 5 min`, `3 days`
pub fn duration(time: TimeDelta) -> String {
    let minutes = time.num_minutes().max(0);
    match minutes {
        0 => t(["under 1 min", "unter 1 min"]).to_owned(),
        1..60 => format!("{minutes} min"),
        60..1_440 if minutes % 60 == 0 => format!("{} h", minutes / 60),
        60..1_440 => format!("{} h {} min", minutes / 60, minutes % 60),
        _ => plural((minutes / 1_440) as usize, ["day", "Tag"], ["days", "Tage"]),
    }
}

/// `8 s` below one minute, else as [`duration`].
pub fn seconds(time: TimeDelta) -> String {
    if time < TimeDelta::minutes(1) {
        format!("{} s", time.num_seconds().max(0))
    } else {
        duration(time)
    }
}

impl Currency {
    /// As both languages write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Currency::Euro => "€",
            Currency::Dollar => "$",
            Currency::Pound => "£",
            other => other.name(),
        }
    }
}

impl Locale {
    /// An amount, given as plain digits with two decimals: `€12,345.60`, `12.345,60 €`.
    pub fn money(self, plain: &str) -> String {
        let symbol = self.currency.symbol();
        let (units, cents) = plain.split_once('.').unwrap_or((plain, "00"));
        let (group, point) = match self.language {
            Language::English => (',', '.'),
            Language::German => ('.', ','),
        };
        let mut sum = String::new();
        for (i, digit) in units.chars().enumerate() {
            if i > 0 && (units.len() - i) % 3 == 0 {
                sum.push(group);
            }
            sum.push(digit);
        }
        match self.language {
            // A space separates letters from digits.
            Language::English if symbol.len() == 3 && symbol.is_ascii() => {
                format!("{symbol}\u{a0}{sum}{point}{cents}")
            }
            Language::English => format!("{symbol}{sum}{point}{cents}"),
            Language::German => format!("{sum}{point}{cents}\u{a0}{symbol}"),
        }
    }
}

/// The first `limit` characters of a text.
pub fn clipped(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// `19:17`, as clocks showed it in the reader's time zone; `17:17 UTC` where that is not known.
pub fn clock(time: Time, zone: Option<&Zone>) -> String {
    in_zone(time, zone, |(hour, minute, _)| {
        format!("{hour:02}:{minute:02}")
    })
}

/// As [`clock`], on a page that says once that its times are those of UTC.
pub fn short_clock(time: Time, zone: Option<&Zone>) -> String {
    let (hour, minute, _) = local(time, zone).clock();
    format!("{hour:02}:{minute:02}")
}

const MONTHS: [Text; 12] = [
    ["Jan", "Jan."],
    ["Feb", "Feb."],
    ["Mar", "März"],
    ["Apr", "Apr."],
    ["May", "Mai"],
    ["Jun", "Juni"],
    ["Jul", "Juli"],
    ["Aug", "Aug."],
    ["Sep", "Sept."],
    ["Oct", "Okt."],
    ["Nov", "Nov."],
    ["Dec", "Dez."],
];

/// `24 Oct`: a day of a month, both counted from 1.
pub fn date(day: usize, month: usize) -> String {
    let month = t(MONTHS[month.saturating_sub(1) % 12]);
    say!("{day} {month}", "{day}. {month}")
}

/// As [`clock`], with the day where that is not `today`: `21 Nov, 19:17`.
pub fn day_and_clock(time: Time, today: usize, zone: Option<&Zone>) -> String {
    let clock = clock(time, zone);
    if day(time, zone) == today {
        return clock;
    }
    // Year, month, day and time.
    let text = local(time, zone).to_string();
    let mut parts = text.split(['-', 'T']).skip(1);
    let mut number = || parts.next().and_then(|part| part.parse().ok()).unwrap_or(1);
    let (month, day): (usize, usize) = (number(), number());
    format!("{}, {clock}", date(day, month))
}

/// Days since 1970, as the reader's calendar counts them.
pub fn day(time: Time, zone: Option<&Zone>) -> usize {
    local(time, zone).millis().div_euclid(86_400_000).max(0) as usize
}

fn local(time: Time, zone: Option<&Zone>) -> Time {
    zone.map_or(time, |zone| zone.local(time))
}

/// As [`clock`], to the second.
pub fn exact_clock(time: Time, zone: Option<&Zone>) -> String {
    in_zone(time, zone, |(hour, minute, second)| {
        format!("{hour:02}:{minute:02}:{second:02}")
    })
}

fn in_zone(time: Time, zone: Option<&Zone>, write: fn((u32, u32, u32)) -> String) -> String {
    match zone {
        Some(zone) => write(zone.local(time).clock()),
        None => format!("{} UTC", write(time.clock())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
    use icu_locale_core::locale;

    #[test]
    fn durations_have_one_or_two_units() {
        let says = |seconds| duration(TimeDelta::seconds(seconds));
        assert_eq!(
            [-5, 59, 60, 3_599, 3_600, 3_660, 86_400, 200_000].map(says),
            [
                "under 1 min",
                "under 1 min",
                "1 min",
                "59 min",
                "1 h",
                "1 h 1 min",
                "1 day",
                "2 days"
            ]
        );
    }

    #[test]
    fn a_time_of_day_stays_as_it_was_when_clocks_change() {
        let zone: Zone = "120_60@29881500".parse().unwrap();
        let time = |text| serde_json::from_str::<Time>(text).unwrap();
        let october = time("\"2026-10-24T12:00:00Z\"");
        let today = day(time("\"2026-11-24T12:00:00Z\""), Some(&zone));
        let says = day_and_clock(october, today, Some(&zone));
        assert_eq!(says, "24 Oct, 14:00");
        assert_eq!(exact_clock(october, Some(&zone)), "14:00:00");
        assert_eq!(clock(october, None), "12:00 UTC");
    }

    #[test]
    fn money_is_written_as_in_cldr() {
        for &language in Language::ALL {
            let cldr = match language {
                Language::English => locale!("en"),
                Language::German => locale!("de"),
            };
            for &currency in Currency::ALL {
                let code = currency.name().to_lowercase().parse().unwrap();
                let formatter = CurrencyFormatter::try_new_symbol(
                    cldr.clone().into(),
                    code,
                    Default::default(),
                )
                .unwrap();
                for plain in [
                    "0.01",
                    "9.50",
                    "999.99",
                    "1000.00",
                    "12345.60",
                    "11000000.00",
                ] {
                    let says = Locale { language, currency }.money(plain);
                    assert_eq!(
                        says,
                        formatter
                            .format_fixed_decimal(&plain.parse().unwrap())
                            .to_string()
                    );
                }
            }
        }
    }
}
