//! How long the stages of the last 24 hours took: the median and the 90th percentile of each, and how many orders were
//! created.

use crate::{
    domain::{STAGES, StageDuration, StageTimes, Status},
    ui::{
        components::basics::{Icon, changing, icon, text},
        i18n::{
            domain_texts, format,
            locale::{Language, Locale, say, t},
        },
        live::{page_queries::PageQueries, store::LiveStore},
    },
};
use chrono::TimeDelta;
use leptos::prelude::*;

/// The size of a chart, in the units of its `viewBox`.
const WIDE: u32 = 210;
const HIGH: u32 = 30;

pub fn pace() -> AnyView {
    let queries = PageQueries::from_context();
    let heading = t(["Pace of the last 24 hours", "Tempo der letzten 24 Stunden"]);
    let stages = changing(move || {
        Some(match queries.pace() {
            Some(pace) if pace.quarters.iter().any(|made| *made > 0) => stages(&pace),
            _ => {
                let none = t([
                    "Nothing has been measured yet. This fills as orders move on.",
                    "Noch ist nichts gemessen. Das füllt sich, wenn Bestellungen vorankommen.",
                ]);
                view! { <p class="soft">{none}</p> }.into_any()
            }
        })
    });
    view! {
        <details class="paper unfold">
            <summary>{icon(Icon::Down)} <h2>{heading}</h2></summary>
            <div class="row spread">
                <h2 class="wide-only">{heading}</h2>
                <p class="small soft row">
                    {key("k1")} {t(["median", "Median"])}
                    {key("k2")} {t(["90th percentile", "90. Perzentil"])}
                </p>
            </div>
            {stages}
        </details>
    }
    .into_any()
}

/// A square in the colour of a bar.
fn key(class: &'static str) -> AnyView {
    view! { <svg class="key" viewBox="0 0 10 10" aria-hidden="true"><rect class=class width="10" height="10"></rect></svg> }
        .into_any()
}

fn stages(pace: &StageTimes) -> AnyView {
    let longest = pace.stages.iter().map(|stage| stage.percentile_90).max();
    let longest = longest.unwrap_or(0).max(1);
    let stages: Vec<_> = STAGES
        .iter()
        .zip(&pace.stages)
        .map(|(status, lasted)| stage(*status, lasted, longest))
        .collect();
    view! { <div class="stages">{stages} {created(pace)}</div> }.into_any()
}

/// A stage under the name of its status, or under what it waits for.
fn stage(status: Status, lasted: &StageDuration, longest: u32) -> AnyView {
    let word = t(match status {
        Status::PendingSupplier => ["Answer", "Antwort"],
        Status::CustomerAccepted => ["To the oven", "Bis in den Ofen"],
        Status::Ready => ["For a driver", "Wartezeit auf Fahrer"],
        other => return stage_chart(domain_texts::status(other), lasted, longest),
    });
    stage_chart(word, lasted, longest)
}

fn stage_chart(word: &'static str, lasted: &StageDuration, longest: u32) -> AnyView {
    let wide =
        |seconds: u32| (u64::from(seconds) * u64::from(WIDE) / u64::from(longest)).to_string();
    let said = |seconds: u32| match lasted.count {
        0 => "–".to_owned(),
        _ => minutes(seconds),
    };
    view! {
        <section>
            <h3>{word}</h3>
            <svg class="chart thin" viewBox="0 0 210 12" preserveAspectRatio="none" aria-hidden="true">
                <rect class="back" width=WIDE height="12"></rect>
                <rect class="bar-2" width=wide(lasted.percentile_90) height="12"></rect>
                <rect class="bar-1" width=wide(lasted.median) height="12"></rect>
            </svg>
            <dl>
                <div><dt>{t(["median", "Median"])}</dt><dd translate="no">{said(lasted.median)}</dd></div>
                <div><dt>"90 %"</dt><dd translate="no">{said(lasted.percentile_90)}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// How many orders were created in each quarter of an hour.
fn created(pace: &StageTimes) -> AnyView {
    let store = LiveStore::from_context();
    let most = pace.quarters.iter().copied().max().unwrap_or(0).max(1);
    let (all, now): (u32, u32) = (
        pace.quarters.iter().sum(),
        pace.quarters.last().copied().unwrap_or(0),
    );
    let line = line(&pace.quarters, most);
    let area = format!("M0 {HIGH}L{line}L{WIDE} {HIGH}Z");
    let (from, first) = (pace.from, pace.quarters.first().copied().unwrap_or(0));
    let said = text(move || {
        let clock = format::clock(from, store.zone().as_ref());
        say!(
            "From {first} at {clock} to {now} now, {most} at most",
            "Von {first} um {clock} bis {now} jetzt, höchstens {most}"
        )
    });
    view! {
        <section>
            <h3>{t(["Orders per 15 min", "Bestellungen je 15 min"])}</h3>
            <svg class="chart" viewBox="0 0 210 30" preserveAspectRatio="none" role="img" aria-label=said>
                <path class="area" d=area></path>
                <path class="line" d=format!("M{line}")></path>
            </svg>
            <dl>
                <div><dt>{t(["now", "jetzt"])}</dt><dd translate="no">{now.to_string()}</dd></div>
                <div><dt>{t(["in all", "insgesamt"])}</dt><dd translate="no">{all.to_string()}</dd></div>
            </dl>
        </section>
    }
    .into_any()
}

/// The points of a line from edge to edge. A single value is a level line.
fn line(quarters: &[u32], most: u32) -> String {
    let points = match quarters {
        [one] => vec![*one, *one],
        all => all.to_vec(),
    };
    let steps = points.len().saturating_sub(1).max(1) as u32;
    let point = |(n, made): (usize, &u32)| {
        // One unit at each edge is for the width of the line.
        let y = HIGH - 1 - made * (HIGH - 2) / most;
        format!("{} {y}", n as u32 * WIDE / steps)
    };
    let points: Vec<_> = points.iter().enumerate().map(point).collect();
    points.join("L")
}

/// `8 s`, `1.8 min`, `12 min`
fn minutes(seconds: u32) -> String {
    match seconds {
        60..600 => {
            let (whole, tenth) = (seconds / 60, seconds % 60 / 6);
            let point = match Locale::from_context().language {
                Language::English => '.',
                Language::German => ',',
            };
            format!("{whole}{point}{tenth} min")
        }
        _ => format::seconds(TimeDelta::seconds(seconds.into())),
    }
}
