//! Errors as tables: one row for each kind gives its variant, its stable name and its sentence. Everything else about
//! an enum of errors derives from the rows, and so does the text as which it travels to the browser and back.
//!
//! That text is the name and the values of the variant, with spaces between them. (What serde makes for enums was a
//! twentieth of the browser's program.)

macro_rules! table {
    ($(#[$doc:meta])* $table:ident {
        $($(#[$note:meta])* $kind:ident $(($value:ident: $of:ty))? $({ $($field:ident: $type:ty),* })?
            = $name:literal, $sentence:literal $(, $part:expr)*;)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum $table { $($(#[$note])* $kind $(($of))? $({ $($field: $type),* })?,)* }

        impl $table {
            #[cfg(test)]
            pub const NAMES: &[&str] = &[$($name),*];

            /// The stable name of its kind.
            pub fn name(&self) -> &'static str {
                match self { $($table::$kind { .. } => $name,)* }
            }

            #[allow(unused, reason = "most kinds have no values to read")]
            fn read(name: &str, values: &str) -> Option<$table> {
                match name {
                    $($name => {
                        const VALUES: &[&str] = &[$(stringify!($value))? $($(stringify!($field)),*)?];
                        let mut values = values.splitn(VALUES.len(), ' ');
                        Some($table::$kind
                            $(({ let $value: $of = Part::read(values.next()?)?; $value }))?
                            $({ $($field: Part::read(values.next()?)?),* })?)
                    })*
                    _ => None,
                }
            }
        }

        impl std::fmt::Display for $table {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                match self {
                    $($table::$kind $(($value))? $({ $($field),* })? => write!(f, $sentence $(, $part)*),)*
                }
            }
        }

        impl From<$table> for String {
            fn from(error: $table) -> String {
                let mut text = error.name().to_owned();
                match &error {
                    $($table::$kind $(($value))? $({ $($field),* })? => {
                        $($value.write(&mut text);)?
                        $($($field.write(&mut text);)*)?
                    })*
                }
                text
            }
        }

        impl TryFrom<String> for $table {
            type Error = &'static str;

            fn try_from(text: String) -> Result<$table, &'static str> {
                let (name, values) = text.split_once([' ', '\n']).unwrap_or((&text, ""));
                $table::read(name, values).ok_or("no such error")
            }
        }
    };
}
pub(crate) use table;

/// A value of a variant, as a part of the text. Only the last one may hold spaces.
pub trait Part: Sized {
    /// Appends it, and before it what separates it from the one before.
    fn write(&self, text: &mut String);

    fn read(text: &str) -> Option<Self>;
}

macro_rules! parts {
    ($($part:ty = $read:expr;)*) => { $(
        impl Part for $part {
            fn write(&self, text: &mut String) {
                text.push_str(&format!(" {self}"));
            }

            fn read(text: &str) -> Option<Self> {
                $read(text)
            }
        }
    )* };
}
pub(crate) use parts;

parts! {
    u32 = |text: &str| text.parse().ok();
    u64 = |text: &str| text.parse().ok();
    usize = |text: &str| text.parse().ok();
}

impl Part for String {
    fn write(&self, text: &mut String) {
        text.push(' ');
        text.push_str(&self.replace('\n', " "));
    }

    fn read(text: &str) -> Option<String> {
        Some(text.to_owned())
    }
}
