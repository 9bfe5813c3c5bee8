//! What can be wrong with the hours of a pizzeria.

use crate::domain::named_enum::named_enum;

named_enum! {
    /// Why hours, an exception or a time zone are not accepted.
    HoursRefusal {
        NotASpan = "not-a-span",
        NotATime = "not-a-time",
        EqualEnds = "equal-ends",
        TooShort = "too-short-a-span",
        TooManySpans = "too-many-spans",
        Overlap = "overlap",
        TooManyExceptions = "too-many-exceptions",
        NotADate = "not-a-date",
        UnknownZone = "unknown-zone",
    }
}

impl HoursRefusal {
    pub fn sentence(self) -> &'static str {
        match self {
            HoursRefusal::NotASpan => {
                "Write a span as two local times, like [\"11:30\", \"14:00\"]."
            }
            HoursRefusal::NotATime => {
                "Write a local time from 00:00 to 23:59. Only an end may be 24:00."
            }
            HoursRefusal::EqualEnds => {
                "A span may not end when it begins. All day is 00:00 to 24:00."
            }
            HoursRefusal::TooShort => "A span is at least 15 minutes long.",
            HoursRefusal::TooManySpans => "A day has at most 4 spans.",
            HoursRefusal::Overlap => {
                "This span begins before another one ends, which may be of the night before."
            }
            HoursRefusal::TooManyExceptions => "At most 60 exceptions fit.",
            HoursRefusal::NotADate => "Write a date like 2026-12-24.",
            HoursRefusal::UnknownZone => {
                "There is no such time zone. Write one like Europe/Berlin."
            }
        }
    }
}
