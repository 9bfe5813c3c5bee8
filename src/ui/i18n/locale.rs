//! The language and the currency of a page.
//!
//! Texts stand where they are used, in all languages side by side: a missing translation does not compile.

use crate::domain::{Currency, named_enum};
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

named_enum! {
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

/// A browser shows one page, whose locale is the same until it is loaded again.
#[cfg(target_arch = "wasm32")]
static PAGE: std::sync::OnceLock<Locale> = std::sync::OnceLock::new();

impl Locale {
    /// Makes this the locale of the page.
    pub fn set(self) {
        #[cfg(target_arch = "wasm32")]
        let _ = PAGE.set(self);
        #[cfg(not(target_arch = "wasm32"))]
        leptos::prelude::provide_context(self);
    }

    /// The locale of the page.
    pub fn from_context() -> Locale {
        #[cfg(target_arch = "wasm32")]
        let locale = PAGE.get().copied();
        #[cfg(not(target_arch = "wasm32"))]
        let locale = use_context();
        locale.unwrap_or_default()
    }
}

/// A text in the page's language.
pub fn t(text: Text) -> &'static str {
    text[Locale::from_context().language as usize]
}

/// As [`t`], for text with values in it: one format string for each language.
macro_rules! say {
    ($english:literal, $german:literal) => {
        match $crate::ui::i18n::locale::Locale::from_context().language {
            $crate::ui::i18n::locale::Language::English => format!($english),
            $crate::ui::i18n::locale::Language::German => format!($german),
        }
    };
}
pub(crate) use say;

/// `1 pizza`, `2 pizzas`. Both languages have the plural categories `one` and `other`, as in CLDR's rules for whole
/// numbers.
pub fn plural(n: usize, one: Text, many: Text) -> String {
    format!("{n} {}", t(if n == 1 { one } else { many }))
}

#[cfg(test)]
mod tests {
    use icu_locale_core::locale;
    use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};

    #[test]
    fn plural_categories_are_those_of_cldr() {
        for cldr in [locale!("en"), locale!("de")] {
            let rules = PluralRules::try_new(cldr.into(), PluralRulesOptions::default()).unwrap();
            for n in 0..200_usize {
                assert_eq!(n == 1, rules.category_for(n) == PluralCategory::One, "{n}");
            }
        }
    }
}
