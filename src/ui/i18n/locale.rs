//! In which language a page speaks, and in which money.
//!
//! Texts stand where they are used, in all languages side by side: one that is missing does not compile.

use crate::domain::{Currency, named};
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

named! {
    Language {
        English = "en",
        German = "de",
    }
}

/// A text in every language.
pub type Text = [&'static str; Language::ALL.len()];

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Locale {
    pub language: Language,
    pub currency: Currency,
}

impl Default for Locale {
    fn default() -> Locale {
        Locale {
            language: Language::English,
            currency: Currency::Euro,
        }
    }
}

/// A browser shows one page, which speaks one language until it is loaded anew.
#[cfg(target_arch = "wasm32")]
static PAGE: std::sync::OnceLock<Locale> = std::sync::OnceLock::new();

impl Locale {
    /// From here on, the page speaks like this.
    pub fn settle(self) {
        #[cfg(target_arch = "wasm32")]
        let _ = PAGE.set(self);
        #[cfg(not(target_arch = "wasm32"))]
        leptos::prelude::provide_context(self);
    }

    pub fn here() -> Locale {
        #[cfg(target_arch = "wasm32")]
        let navigator = PAGE.get().copied();
        #[cfg(not(target_arch = "wasm32"))]
        let navigator = use_context();
        navigator.unwrap_or_default()
    }
}

/// A text in the page's language.
pub fn t(text: Text) -> &'static str {
    text[Locale::here().language as usize]
}

/// As [`t`], for text with values in it: one format string for each language.
macro_rules! say {
    ($english:literal, $german:literal) => {
        match $crate::ui::i18n::locale::Locale::here().language {
            $crate::ui::i18n::locale::Language::English => format!($english),
            $crate::ui::i18n::locale::Language::German => format!($german),
        }
    };
}
pub(crate) use say;

/// `1 pizza`, `2 pizzas`. Both languages tell one from all else, as CLDR's rules for whole numbers say.
pub fn plural(n: usize, one: Text, many: Text) -> String {
    format!("{n} {}", t(if n == 1 { one } else { many }))
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
    /// A sum that stands as plain digits with two decimals: `€12,345.60`, `12.345,60 €`.
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
            // Letters keep their distance.
            Language::English if symbol.len() == 3 && symbol.is_ascii() => {
                format!("{symbol}\u{a0}{sum}{point}{cents}")
            }
            Language::English => format!("{symbol}{sum}{point}{cents}"),
            Language::German => format!("{sum}{point}{cents}\u{a0}{symbol}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use icu_experimental::dimension::currency::formatter::CurrencyFormatter;
    use icu_locale_core::locale;
    use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

    #[test]
    fn money_is_written_as_cldr_says() {
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

    #[test]
    fn one_is_told_from_many_as_cldr_says() {
        for cldr in [locale!("en"), locale!("de")] {
            let rules = PluralRules::try_new(cldr.into(), PluralRulesOptions::default()).unwrap();
            for n in 0..200_usize {
                assert_eq!(n == 1, rules.category_for(n) == PluralCategory::One, "{n}");
            }
        }
    }
}
