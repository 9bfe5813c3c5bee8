//! Areas as rows of a form, with an empty one below. Where an area is, is one field: postcodes, or a distance.

use super::{
    form::Form,
    values::{all_of, number, parts},
};
use crate::{
    domain::shop::area::Area,
    server::web::pages::account::Sent,
    ui::i18n::locale::{Text, t},
};
use leptos::prelude::*;
use serde_json::{Value, json};

const NAME: &str = "area_name";
const WHERE: &str = "area_where";
const FEE: &str = "area_fee";
const MINIMUM: &str = "area_minimum";
const FREE_FROM: &str = "area_free_from";
const MINUTES: &str = "area_minutes";
/// Each field of a row, with its label.
const FIELDS: [(&str, Text); 6] = [
    (NAME, ["Name", "Name"]),
    (
        WHERE,
        [
            "Postcodes (101*, 10245), or 3000 m",
            "Postleitzahlen (101*, 10245), oder 3000 m",
        ],
    ),
    (FEE, ["Fee", "Liefergebühr"]),
    (MINIMUM, ["Minimum", "Mindestbestellwert"]),
    (FREE_FROM, ["Free from", "Frei ab"]),
    (MINUTES, ["Minutes (10-25)", "Minuten (10-25)"]),
];

type Row = [String; FIELDS.len()];

/// The areas that the rows of a form make. A row without a name is none.
pub fn areas_json(sent: &Sent) -> Value {
    let all = rows(sent).into_iter();
    all.filter(|[name, ..]| !name.trim().is_empty())
        .map(area_json)
        .collect()
}

/// The rows as they were typed.
fn rows(sent: &Sent) -> Vec<Row> {
    let columns = FIELDS.map(|(name, _)| all_of(sent, name));
    let value = |column: &[&str], at: usize| column.get(at).copied().unwrap_or_default().to_owned();
    let count = columns.iter().map(Vec::len).max().unwrap_or_default();
    (0..count)
        .map(|at| columns.each_ref().map(|column| value(column, at)))
        .collect()
}

fn area_json([name, place, fee, minimum, free_from, minutes]: Row) -> Value {
    let within = metres(place.trim());
    let postcodes = within.is_none().then(|| parts(&place, &[',', ';', '\n']));
    let minutes: Vec<_> = parts(&minutes, &['-', '–'])
        .iter()
        .map(|one| number(one))
        .collect();
    json!({
        "name": name.trim(), "postcodes": postcodes, "within": within, "fee": number(&fee),
        "minimum": number(&minimum), "free_from": number(&free_from), "minutes": minutes,
    })
}

/// `3000 m` or `3 km`; nothing for postcodes.
fn metres(place: &str) -> Option<Value> {
    let (typed, each) = match place.strip_suffix("km") {
        Some(typed) => (typed, 1000.0),
        None => (place.strip_suffix('m')?, 1.0),
    };
    let metres = number(typed).as_f64()? * each;
    Some(Value::from(metres.round() as i64))
}

fn row_of(area: &Area) -> Row {
    let postcodes = area.postcodes.iter().flatten().cloned().map(String::from);
    let place = match area.within {
        Some(metres) => format!("{} m", metres.get()),
        None => postcodes.collect::<Vec<_>>().join(", "),
    };
    let [from, to] = area.minutes.map(|minutes| minutes.get());
    [
        area.name.to_string(),
        place,
        area.fee.to_string(),
        area.minimum.to_string(),
        area.free_from
            .map(|from| from.to_string())
            .unwrap_or_default(),
        format!("{from}-{to}"),
    ]
}

/// The field of what is wrong with an area: they are counted without the rows that have no name, which are none.
pub fn place(sent: &Sent, area: usize, name: &str) -> String {
    let rows = without_empty(rows(sent));
    let mut named = (0..rows.len()).filter(|at| !rows[*at][0].trim().is_empty());
    let n = named.nth(area).map_or(0, |at| at + 1);
    let field = match name {
        "postcodes" | "within" => WHERE.to_owned(),
        name => format!("area_{name}"),
    };
    format!("{field}-{n}")
}

/// The rows that the form shows again.
fn without_empty(mut all: Vec<Row>) -> Vec<Row> {
    all.retain(|row| row.iter().any(|value| !value.is_empty()));
    all
}

/// The rows of the form.
pub fn fields(areas: &[Area], form: &Form<'_>) -> AnyView {
    let mut all = without_empty(match form.sent {
        Some(sent) => rows(sent),
        None => areas.iter().map(row_of).collect(),
    });
    all.push(Row::default());
    let rows = all.into_iter().enumerate();
    let rows: Vec<_> = rows.map(|(n, values)| row(form, n + 1, values)).collect();
    view! { <div class="stack">{rows}</div> }.into_any()
}

fn row(form: &Form<'_>, n: usize, values: Row) -> AnyView {
    let fields: Vec<_> = FIELDS
        .into_iter()
        .zip(values)
        .map(|((name, label), value)| {
            let id = format!("{name}-{n}");
            let (invalid, described) = form.marks(&id);
            let message = form.message(&id);
            view! {
                <div class="field"><label for=id.clone()>{t(label)}</label>
                    <input class="input" id=id.clone() name=name value=value aria-invalid=invalid aria-describedby=described/>
                    {message}</div>
            }
            .into_any()
        })
        .collect();
    let legend = format!("{} {n}", t(["Area", "Gebiet"]));
    view! { <fieldset class="area"><legend>{legend}</legend> {fields}</fieldset> }.into_any()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::shop::samples::profile;

    fn sent(rows: &[Row]) -> Sent {
        let fields = rows.iter().flat_map(|row| FIELDS.iter().zip(row));
        let pair =
            |((name, _), value): (&(&str, Text), &String)| ((*name).to_owned(), value.clone());
        Sent(fields.map(pair).collect())
    }

    #[test]
    fn areas_survive_their_form() {
        let areas = profile(7, "Bella Napoli").areas;
        let typed: Vec<Row> = areas.iter().map(row_of).chain([Row::default()]).collect();
        let read: Vec<Area> = serde_json::from_value(areas_json(&sent(&typed))).unwrap();
        assert_eq!(read, areas);
    }

    #[test]
    fn a_distance_is_in_metres() {
        let row = |place| ["Near", place, "2,50", "", "", "10-25"].map(str::to_owned);
        let json = areas_json(&sent(&["3000 m", "2,5 km", "10115 M"].map(row)));
        assert_eq!(json[0]["within"], 3000);
        assert_eq!(json[1]["within"], 2500);
        assert_eq!(json[2]["postcodes"], json!(["10115 M"]));
        assert_eq!(json[0]["postcodes"], Value::Null);
        assert_eq!(json[0]["fee"], 2.5);
        assert_eq!(json[0]["minutes"], json!([10, 25]));
    }
}
