//! Times of a pizzeria, as its own clocks show them.

use crate::{
    domain::{
        Time,
        shop::{LocalDate, Weekday, now::Now, range_label, time_label},
    },
    server::services::zones::IanaZone,
    ui::i18n::{
        format::date,
        locale::{Text, say, t},
    },
};

/// The clocks of a pizzeria, and what they show now.
pub struct Clocks {
    pub zone: IanaZone,
    pub at: Time,
}

impl Clocks {
    pub fn date(&self, time: Time) -> LocalDate {
        LocalDate::at(&self.zone, time)
    }

    pub fn today(&self) -> LocalDate {
        self.date(self.at)
    }

    /// `Today`, `Tomorrow`, `Wed 2 Dec`
    pub fn day(&self, day: LocalDate) -> String {
        match day {
            day if day == self.today() => t(["Today", "Heute"]).to_owned(),
            day if day == self.today().plus(1) => t(["Tomorrow", "Morgen"]).to_owned(),
            day => {
                let weekday = t(weekday(day.weekday()));
                format!("{weekday} {}", date_of(day))
            }
        }
    }

    /// `17:00`, `tomorrow 17:00`, `Wed 2 Dec, 17:00`
    pub fn moment(&self, time: Time) -> String {
        let clock = time_label(&self.zone, time);
        match self.date(time) {
            day if day == self.today() => clock,
            day if day == self.today().plus(1) => say!("tomorrow {clock}", "morgen {clock}"),
            day => format!("{}, {clock}", self.day(day)),
        }
    }

    /// `19:35–19:55`
    pub fn range(&self, from: Time, to: Time) -> String {
        let clocks = range_label(&self.zone, from, to);
        match clocks.split_once('-') {
            // In the hour that comes twice an offset may begin with the same sign.
            Some((from, to)) if clocks.matches('-').count() == 1 => format!("{from}–{to}"),
            _ => clocks,
        }
    }

    /// As [`Clocks::range`], with the day where that is not today.
    pub fn day_and_range(&self, from: Time, to: Time) -> String {
        let range = self.range(from, to);
        match self.date(from) {
            day if day == self.today() => range,
            day => format!("{}, {range}", self.day(day)),
        }
    }

    /// `open until 23:00`, `opens 17:00`, `takes no orders until 19:30`
    pub fn opening(&self, now: &Now) -> String {
        if let Some(pause) = &now.paused {
            return self.pause(pause.until);
        }
        match (now.open, now.closes_at, now.opens_at) {
            (true, Some(closes), _) => {
                let closes = self.moment(closes);
                say!("open until {closes}", "offen bis {closes}")
            }
            (true, None, _) => t(["open round the clock", "rund um die Uhr offen"]).to_owned(),
            (false, _, Some(opens)) => {
                let opens = self.moment(opens);
                say!("opens {opens}", "öffnet {opens}")
            }
            (false, _, None) => t(["closed", "geschlossen"]).to_owned(),
        }
    }

    pub fn pause(&self, until: Option<Time>) -> String {
        match until {
            Some(until) => {
                let until = self.moment(until);
                say!(
                    "takes no orders until {until}",
                    "nimmt bis {until} keine Bestellungen an"
                )
            }
            None => t([
                "takes no orders right now",
                "nimmt gerade keine Bestellungen an",
            ])
            .to_owned(),
        }
    }
}

/// `2 Dec`
fn date_of(day: LocalDate) -> String {
    let text = day.to_string();
    let mut parts = text.rsplit('-').map(|part| part.parse().unwrap_or(1));
    let (day, month) = (parts.next().unwrap_or(1), parts.next().unwrap_or(1));
    date(day, month)
}

fn weekday(day: Weekday) -> Text {
    match day {
        Weekday::Monday => ["Mon", "Mo."],
        Weekday::Tuesday => ["Tue", "Di."],
        Weekday::Wednesday => ["Wed", "Mi."],
        Weekday::Thursday => ["Thu", "Do."],
        Weekday::Friday => ["Fri", "Fr."],
        Weekday::Saturday => ["Sat", "Sa."],
        Weekday::Sunday => ["Sun", "So."],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::shop::{TimeZone, counter::Pause},
        ui::i18n::locale::Locale,
    };
    use leptos::prelude::Owner;

    fn time(text: &str) -> Time {
        serde_json::from_str(&format!("\"{text}:00Z\"")).unwrap()
    }

    fn clocks() -> Clocks {
        let zone = TimeZone::try_from("Europe/Berlin".to_owned()).unwrap();
        Clocks {
            zone: IanaZone::find(&zone).unwrap(),
            at: time("2026-11-30T18:00"),
        }
    }

    #[test]
    fn a_moment_names_its_day_where_that_is_not_today() {
        let clocks = clocks();
        for (at, says) in [
            ("2026-11-30T18:30", "19:30"),
            ("2026-11-30T23:30", "tomorrow 00:30"),
            ("2026-12-02T16:00", "Wed 2 Dec, 17:00"),
        ] {
            let said = Owner::new().with(|| clocks.moment(time(at)));
            assert_eq!(said, says, "{at}");
        }
        let (from, to) = (time("2026-11-30T18:35"), time("2026-11-30T18:55"));
        assert_eq!(
            Owner::new().with(|| clocks.day_and_range(from, to)),
            "19:35–19:55"
        );
    }

    #[test]
    fn what_is_paused_is_not_open() {
        let mut now = Now {
            open: true,
            opens_at: None,
            closes_at: Some(time("2026-11-30T22:00")),
            paused: None,
            busy: None,
            sold_out: Vec::new(),
            asap: None,
            area: None,
        };
        let says = |now: &Now| {
            Owner::new().with(|| {
                Locale::default().set();
                clocks().opening(now)
            })
        };
        assert_eq!(says(&now), "open until 23:00");
        now.paused = Some(Pause {
            until: Some(time("2026-11-30T18:30")),
            reason: None,
        });
        assert_eq!(says(&now), "takes no orders until 19:30");
        now.paused = None;
        now.open = false;
        now.opens_at = Some(time("2026-12-01T10:30"));
        assert_eq!(says(&now), "opens tomorrow 11:30");
    }
}
