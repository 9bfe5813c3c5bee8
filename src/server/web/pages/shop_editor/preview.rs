//! The next fourteen days as they will be: the hours of the week with the exceptions, as the clocks there show them.

use super::hours_text::weekday;
use crate::{
    domain::{
        Time,
        shop::{LocalDate, OpenSpan, ShopZone, profile::Profile, time_label},
    },
    server::{clock::now, services::shops::catalog::zone},
    ui::i18n::locale::t,
};
use leptos::prelude::*;

const DAYS: i64 = 14;

pub fn preview(profile: &Profile) -> AnyView {
    let Ok(zone) = zone(profile) else {
        return ().into_any();
    };
    let rows: Vec<_> = days(profile, &zone, now())
        .into_iter()
        .map(|(date, hours, note)| {
            let day = t(weekday(date.weekday()));
            let date = date.to_string();
            let is_closed = hours.is_empty();
            let closed = is_closed.then(|| t(["closed", "geschlossen"]));
            view! { <tr><th scope="row">{day} " " {date}</th><td>{closed} {hours.join(", ")}</td><td><bdi>{note}</bdi></td></tr> }
                .into_any()
        })
        .collect();
    let heading = t(["The next 14 days", "Die nächsten 14 Tage"]);
    view! {
        <section class="paper stack" aria-labelledby="days">
            <h2 id="days">{heading}</h2>
            <table class="days"><tbody>{rows}</tbody></table>
        </section>
    }
    .into_any()
}

type Day = (LocalDate, Vec<String>, Option<String>);

/// Each local date from today on, with what opens on it, and the note of its exception.
fn days(profile: &Profile, zone: &impl ShopZone, at: Time) -> Vec<Day> {
    let today = LocalDate::at(zone, at);
    let day = |days: i64| {
        let date = today.plus(days);
        let (from, to) = (date.begins(zone), date.plus(1).begins(zone));
        let spans = profile.opening(zone).spans(from, to);
        let spans = spans
            .iter()
            .filter_map(|span| hours_of(span, from, to, zone));
        let exception = profile.exceptions.iter().find(|one| one.date == date);
        let note = exception.and_then(|one| Some(one.note.as_ref()?.to_string()));
        (date, spans.collect(), note)
    };
    (0..DAYS).map(day).collect()
}

/// `17:00–02:00`: what opens on a day. What has opened before belongs to the day of its beginning, unless it lasts all
/// day.
fn hours_of(span: &OpenSpan, from: Time, to: Time, zone: &impl ShopZone) -> Option<String> {
    if span.holds(from, to) {
        return Some("00:00–24:00".to_owned());
    }
    let opens = (span.opens >= from).then_some(span.opens)?;
    let closes = span.closes.map(|closes| time_label(zone, closes));
    Some(format!(
        "{}–{}",
        time_label(zone, opens),
        closes.unwrap_or_default()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{domain::shop::samples, server::services::zones::IanaZone};

    fn said(profile: &Profile, at: &str) -> Vec<(String, String)> {
        let zone = IanaZone::find(&profile.time_zone).unwrap();
        let at = serde_json::from_str(&format!("\"{at}\"")).unwrap();
        let days = days(profile, &zone, at).into_iter();
        days.map(|(date, hours, _)| (date.to_string(), hours.join(", ")))
            .collect()
    }

    #[test]
    fn a_night_belongs_to_the_day_that_it_begins_on() {
        // Mondays only, from 17:00 to 02:00 among others.
        let profile = samples::profile(7, "Bella Napoli");
        let days = said(&profile, "2026-11-30T12:00:00Z");
        assert_eq!(days.len(), 14);
        let monday = "11:30–14:00, 17:00–02:00";
        assert_eq!(days[0], ("2026-11-30".to_owned(), monday.to_owned()));
        assert_eq!(days[1], ("2026-12-01".to_owned(), String::new()));
        assert_eq!(days[7].1, monday);
    }

    #[test]
    fn an_exception_replaces_its_date() {
        let mut profile = samples::profile(7, "Bella Napoli");
        let one = r#"[{"date":"2026-11-30","hours":[["00:00","24:00"]],"note":"Fair"},{"date":"2026-12-07","hours":[]}]"#;
        profile.exceptions = serde_json::from_str(one).unwrap();
        let days = said(&profile, "2026-11-30T12:00:00Z");
        assert_eq!(days[0].1, "00:00–24:00");
        assert_eq!(days[7].1, "");
    }
}
