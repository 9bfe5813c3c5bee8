//! Prometheus' text format, read strictly, and what its own linter would find fault with.
//! (https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md)

use std::collections::{BTreeMap, BTreeSet};

/// One line with a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    pub name: String,
    pub labels: Vec<(String, String)>,
    pub value: f64,
}

/// What is said of a name: its help and its type.
#[derive(Clone, Debug, Default, PartialEq)]
struct Family {
    help: Option<String>,
    kind: Option<String>,
}

#[derive(Debug, Default)]
pub struct Exposition {
    families: BTreeMap<String, Family>,
    pub samples: Vec<Sample>,
    /// What was wrong while reading.
    faults: Vec<String>,
}

/// What a histogram's lines are called beside its own name.
const PARTS: [&str; 3] = ["_bucket", "_sum", "_count"];

impl Exposition {
    pub fn read(text: &str) -> Exposition {
        let mut read = Exposition::default();
        assert!(text.ends_with('\n'), "the last line does not end");
        for line in text.lines().filter(|line| !line.is_empty()) {
            let words: Vec<_> = line.splitn(4, ' ').collect();
            match words[..] {
                ["#", "HELP", name, help] => read.say(name, |family| &mut family.help, help),
                ["#", "TYPE", name, kind] => read.say(name, |family| &mut family.kind, kind),
                _ => read.samples.push(sample(line)),
            }
        }
        read
    }

    fn say(&mut self, name: &str, what: fn(&mut Family) -> &mut Option<String>, text: &str) {
        let before = |sample: &Sample| sample.name == name || base(&sample.name) == name;
        if self.samples.iter().any(before) {
            self.faults
                .push(format!("{name}: described after its values"));
        }
        let family = self.families.entry(name.to_owned()).or_default();
        if what(family).replace(text.to_owned()).is_some() {
            self.faults.push(format!("{name}: described twice"));
        }
    }

    /// The value with exactly these labels.
    pub fn value(&self, name: &str, labels: &[(&str, &str)]) -> Option<f64> {
        let same = |sample: &&Sample| {
            let given = |(name, value): &(&str, &str)| {
                let mut own = sample.labels.iter();
                own.any(|(n, v)| n == name && v == value)
            };
            sample.name == name && sample.labels.len() == labels.len() && labels.iter().all(given)
        };
        self.samples.iter().find(same).map(|sample| sample.value)
    }

    /// The value of a metric that must be there.
    pub fn of(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let value = self.value(name, labels);
        value.unwrap_or_else(|| panic!("no {name} {labels:?}"))
    }

    /// Each name with the labels and values that it was seen with.
    pub fn names(&self) -> BTreeMap<&str, BTreeMap<&str, BTreeSet<&str>>> {
        let mut names: BTreeMap<_, BTreeMap<_, BTreeSet<_>>> = BTreeMap::new();
        for sample in &self.samples {
            let labels = names.entry(&*sample.name).or_default();
            for (label, value) in &sample.labels {
                labels.entry(&**label).or_default().insert(&**value);
            }
        }
        names
    }

    /// What is against the format, the naming conventions, or `promtool check metrics`.
    pub fn faults(&self) -> Vec<String> {
        let mut faults = self.faults.clone();
        for (name, family) in &self.families {
            let mut fault = |what: &str| faults.push(format!("{name}: {what}"));
            let kind = family.kind.as_deref().unwrap_or("none");
            if family.help.as_deref().is_none_or(str::is_empty) {
                fault("no help");
            }
            if !["counter", "gauge", "histogram"].contains(&kind) {
                fault("no known type");
            }
            if (kind == "counter") != name.ends_with("_total") {
                fault("a counter ends in _total, and nothing else does");
            }
            if PARTS.iter().any(|part| name.ends_with(part)) {
                fault("ends like a part of a histogram");
            }
            if name.to_lowercase() != *name || !is_name(name) {
                fault("not in lower case with underscores");
            }
            // Base units, at the end.
            let stem = name.trim_end_matches("_total");
            for unit in [
                "milliseconds",
                "ms",
                "minutes",
                "hours",
                "kilobytes",
                "kb",
                "mb",
                "percent",
                "timestamp",
            ] {
                if stem.split('_').any(|word| word == unit) {
                    fault("not a base unit");
                }
            }
            for unit in ["seconds", "bytes"] {
                if stem.contains(unit) && !stem.ends_with(unit) {
                    fault("its unit does not stand at the end");
                }
            }
            for word in ["counter", "gauge", "histogram"] {
                if name.contains(word) {
                    fault("its type is in its name");
                }
            }
        }
        faults.extend(self.faults_of_samples());
        faults
    }

    fn faults_of_samples(&self) -> Vec<String> {
        let mut faults = Vec::new();
        let mut seen = BTreeSet::new();
        for sample in &self.samples {
            let mut fault = |what: &str| faults.push(format!("{sample:?}: {what}"));
            let family = self
                .families
                .get(&sample.name)
                .or(self.families.get(base(&sample.name)));
            let Some(family) = family else {
                fault("without HELP and TYPE");
                continue;
            };
            if !seen.insert((sample.name.clone(), sample.labels.clone())) {
                fault("twice");
            }
            for (label, value) in &sample.labels {
                if !is_name(label) || label.starts_with("__") || label.contains(':') {
                    fault("a label of a bad name");
                }
                if value.is_empty() {
                    fault("an empty label");
                }
            }
            if family.kind.as_deref() == Some("counter")
                && (sample.value < 0.0 || sample.value.is_nan())
            {
                fault("a counter below 0");
            }
        }
        faults.extend(self.faults_of_histograms());
        faults
    }

    /// Buckets grow, and the last one holds all.
    fn faults_of_histograms(&self) -> Vec<String> {
        type Series = (String, Vec<(String, String)>);
        let mut buckets: BTreeMap<Series, Vec<(f64, f64)>> = BTreeMap::new();
        for sample in self
            .samples
            .iter()
            .filter(|sample| sample.name.ends_with("_bucket"))
        {
            let (le, rest): (Vec<_>, Vec<_>) = sample
                .labels
                .iter()
                .cloned()
                .partition(|(label, _)| label == "le");
            let bound = le[0].1.parse().unwrap();
            let series = (base(&sample.name).to_owned(), rest);
            buckets
                .entry(series)
                .or_default()
                .push((bound, sample.value));
        }
        let mut faults = Vec::new();
        for ((name, labels), buckets) in buckets {
            let grows = buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1);
            let given: Vec<_> = labels.iter().map(|(n, v)| (&**n, &**v)).collect();
            let count = self.value(&format!("{name}_count"), &given);
            let all = buckets.last().filter(|(bound, _)| *bound == f64::INFINITY);
            if !grows || all.map(|(_, value)| *value) != count {
                faults.push(format!(
                    "{name} {labels:?}: {buckets:?}, and {count:?} in all"
                ));
            }
        }
        faults
    }
}

/// The name of a histogram, from that of one of its parts.
fn base(name: &str) -> &str {
    PARTS
        .iter()
        .find_map(|part| name.strip_suffix(part))
        .unwrap_or(name)
}

fn is_name(name: &str) -> bool {
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    begins
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':')
}

fn sample(line: &str) -> Sample {
    let (series, value) = line.rsplit_once(' ').unwrap();
    let (name, labels) = match series.split_once('{') {
        None => (series, ""),
        Some((name, labels)) => (name, labels.strip_suffix('}').unwrap()),
    };
    assert!(is_name(name), "{line}");
    let mut read = Vec::new();
    let mut rest = labels;
    while !rest.is_empty() {
        let (label, after) = rest.split_once("=\"").unwrap();
        // None of our values holds a quotation mark.
        let (value, after) = after.split_once('"').unwrap();
        read.push((label.to_owned(), value.to_owned()));
        rest = after.strip_prefix(',').unwrap_or(after);
    }
    Sample {
        name: name.to_owned(),
        labels: read,
        value: value.parse().unwrap(),
    }
}

#[test]
fn the_exposition_checker_detects_faults() {
    let faults = |text: &str| Exposition::read(text).faults().len();
    let good = "# HELP a_total What.\n# TYPE a_total counter\na_total{b=\"c\"} 1\n";
    assert_eq!(faults(good), 0);
    let histogram = "# HELP a_seconds What.\n# TYPE a_seconds histogram\na_seconds_bucket{le=\"1\"} 1\n\
        a_seconds_bucket{le=\"+Inf\"} 2\na_seconds_sum 3\na_seconds_count 2\n";
    assert_eq!(faults(histogram), 0);
    for (from, to) in [
        ("# HELP a_total What.\n", ""),
        ("# TYPE a_total counter\n", ""),
        ("counter", "gauge"),
        ("a_total", "a"),
        ("a_total", "a_ms_total"),
        ("a_total", "A_total"),
        ("a_total", "a_seconds_spent_total"),
        ("b=\"c\"", "b=\"\""),
        ("} 1\n", "} -1\n"),
        (
            "a_total{b=\"c\"} 1\n",
            "a_total{b=\"c\"} 1\na_total{b=\"c\"} 1\n",
        ),
    ] {
        assert!(faults(&good.replace(from, to)) > 0, "{from} as {to}");
    }
    for (from, to) in [("} 1\n", "} 3\n"), ("_count 2", "_count 3"), ("+Inf", "2")] {
        assert!(faults(&histogram.replace(from, to)) > 0, "{from} as {to}");
    }
}
