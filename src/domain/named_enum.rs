//! The macro for enums whose variants have names on the wire. One row declares a variant and its name; the list of all
//! variants, the conversions and the JSON form derive from the rows.

macro_rules! named_enum {
    ($(#[$doc:meta])* $kind:ident { $($(#[$note:meta])* $variant:ident = $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $kind { $($(#[$note])* $variant,)* }

        impl $kind {
            pub const ALL: &[$kind] = &[$($kind::$variant,)*];

            /// Its name on the wire.
            pub const fn name(self) -> &'static str {
                match self { $($kind::$variant => $name,)* }
            }

            pub fn from_name(name: &str) -> Option<$kind> {
                $kind::ALL.iter().copied().find(|one| one.name() == name)
            }
        }

        impl std::fmt::Display for $kind {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.name())
            }
        }

        impl serde::Serialize for $kind {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(self.name())
            }
        }

        impl<'de> serde::Deserialize<'de> for $kind {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> std::result::Result<$kind, D::Error> {
                let name = <std::borrow::Cow<'_, str> as serde::Deserialize>::deserialize(deserializer)?;
                $kind::from_name(&name).ok_or_else(|| serde::de::Error::custom(format_args!("unknown name {name:?}")))
            }
        }
    };
}
pub(crate) use named_enum;
