//! The board and the alerts in `ops/`: every name in them is one that a server really says.

use super::metrics::{scrape, use_it};
use crate::repository::source::read;
use crate::shops::ordering::{placed, shop_with, wanted};
use crate::support::{Instance, Market, Store, until};
use promql_parser::{
    label::MatchOp,
    parser::{Expr, LabelModifier, VectorSelector, parse},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The labels of a name, and the values that they have.
type Labels = BTreeMap<String, BTreeSet<String>>;

fn yaml(file: &str) -> Value {
    serde_yaml_ng::from_str(&read(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}

fn list(value: &Value) -> &Vec<Value> {
    value
        .as_array()
        .unwrap_or_else(|| panic!("no list: {value}"))
}

/// An order from a menu that its kitchen answers, until that is counted.
async fn order_from_a_menu(instance: &Instance) {
    let shop = shop_with(instance, &json!({})).await;
    let (_, order) = placed(instance, &shop, &wanted()).await;
    let accept = json!({"accept": true});
    instance
        .done(&format!("{order}/supplier-respond"), &accept)
        .await;
    let counted = "pizza_order_answer_duration_seconds_count";
    until(async || scrape(instance).await.names().contains_key(counted)).await;
}

/// What can be asked for: the metrics of both engines, what Prometheus itself adds, and what the rules make.
struct Known(BTreeMap<String, Labels>);

impl Known {
    async fn gather() -> Known {
        let mut known = Known(BTreeMap::new());
        for mut market in [Market::embedded(), Market::redis()] {
            let instance = market.open().await;
            use_it(&instance).await;
            order_from_a_menu(&instance).await;
            if let Store::Redis(server) = &mut market.store {
                server.kill();
                instance.get("/api/orders").await.problem(503);
            }
            for (name, labels) in scrape(&instance).await.names() {
                let all = known.0.entry(name.to_owned()).or_default();
                for (label, values) in labels {
                    let values = values.iter().map(|value| (*value).to_owned());
                    all.entry(label.to_owned()).or_default().extend(values);
                }
            }
        }
        known.0.insert("up".to_owned(), Labels::new());
        for rule in rules() {
            if let Some(name) = rule["record"].as_str() {
                known.0.insert(name.to_owned(), Labels::new());
            }
        }
        for labels in known.0.values_mut() {
            labels.insert("job".to_owned(), ["pizza-market".to_owned()].into());
            labels.insert("instance".to_owned(), ["market-1:9090".to_owned()].into());
        }
        known
    }

    /// Checks an expression; the labels that its result may have.
    fn check(&self, expr: &Expr) -> BTreeSet<String> {
        match expr {
            Expr::Aggregate(aggregate) => {
                let labels = self.check(&aggregate.expr);
                match &aggregate.modifier {
                    None => BTreeSet::new(),
                    Some(LabelModifier::Exclude(_)) => labels,
                    Some(LabelModifier::Include(by)) => {
                        let by: BTreeSet<_> = by.labels.iter().cloned().collect();
                        assert!(by.is_subset(&labels), "{expr}: {by:?} of {labels:?}");
                        by
                    }
                }
            }
            Expr::Unary(unary) => self.check(&unary.expr),
            Expr::Binary(binary) => {
                let (mut left, right) = (self.check(&binary.lhs), self.check(&binary.rhs));
                left.extend(right);
                left
            }
            Expr::Paren(paren) => self.check(&paren.expr),
            Expr::Subquery(subquery) => self.check(&subquery.expr),
            Expr::NumberLiteral(_) | Expr::StringLiteral(_) => BTreeSet::new(),
            Expr::VectorSelector(selector) => self.select(selector),
            Expr::MatrixSelector(matrix) => self.select(&matrix.vs),
            Expr::Call(call) => {
                let mut labels = BTreeSet::new();
                for argument in &call.args.args {
                    counts_where_it_should(call.func.name, argument);
                    labels.extend(self.check(argument));
                }
                labels
            }
            Expr::Extension(_) => panic!("{expr}"),
        }
    }

    fn select(&self, selector: &VectorSelector) -> BTreeSet<String> {
        let name = selector.name.as_deref().unwrap();
        let labels = self.0.get(name);
        let labels = labels.unwrap_or_else(|| panic!("no server says {name}"));
        for matcher in &selector.matchers.matchers {
            let values = labels.get(&matcher.name);
            let values = values.unwrap_or_else(|| panic!("{name} has no {}", matcher.name));
            // What is looked for can be found.
            let found = match &matcher.op {
                MatchOp::Equal => values.contains(&matcher.value),
                MatchOp::Re(pattern) => values.iter().any(|value| pattern.is_match(value)),
                MatchOp::NotEqual | MatchOp::NotRe(_) => true,
            };
            let each = matcher.value.split('|').all(|one| {
                let plain = one
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || "_-/".contains(c));
                !plain || values.contains(one)
            });
            assert!(found && each, "{name}: {matcher} of {values:?}");
        }
        labels.keys().cloned().collect()
    }
}

/// `rate` and its like are for what is counted, and `predict_linear` is for what is not.
fn counts_where_it_should(function: &str, argument: &Expr) {
    let Expr::MatrixSelector(matrix) = argument else {
        return;
    };
    let name = matrix.vs.name.as_deref().unwrap_or_default();
    let counts = ["_total", "_count", "_sum", "_bucket"];
    let counts = counts.iter().any(|end| name.ends_with(end));
    match function {
        "rate" | "irate" | "increase" => assert!(counts, "{function} of {name}"),
        "predict_linear" | "deriv" | "delta" => assert!(!counts, "{function} of {name}"),
        _ => {}
    }
}

fn expression(text: &str) -> Expr {
    parse(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn rules() -> Vec<Value> {
    let alerts = yaml("ops/prometheus/alerts.yml");
    let groups = list(&alerts["groups"]);
    assert!(groups.iter().all(|group| group["name"].is_string()));
    groups
        .iter()
        .flat_map(|group| list(&group["rules"]).clone())
        .collect()
}

/// What the board asks for.
fn questions() -> Vec<String> {
    let board: Value =
        serde_json::from_str(&read("ops/grafana/dashboards/pizza-market.json")).unwrap();
    let panels = list(&board["panels"]);
    let ids: BTreeSet<_> = panels
        .iter()
        .map(|panel| panel["id"].as_u64().unwrap())
        .collect();
    assert_eq!(ids.len(), panels.len(), "two panels of one id");
    let mut questions = Vec::new();
    for panel in panels.iter().filter(|panel| panel["type"] != "row") {
        assert!(!text(&panel["title"]).is_empty());
        for target in list(&panel["targets"]) {
            questions.push(text(&target["expr"]).to_owned());
        }
    }
    for annotation in list(&board["annotations"]["list"]) {
        questions.push(text(&annotation["expr"]).to_owned());
    }
    for variable in list(&board["templating"]["list"]) {
        if let Some(asked) = variable["definition"].as_str() {
            let asked = asked.strip_prefix("label_values(").unwrap();
            let (name, label) = asked.trim_end_matches(')').split_once(", ").unwrap();
            questions.push(format!("count by ({label}) ({name})"));
        }
    }
    let filled = |text: String| {
        text.replace("$__rate_interval", "5m")
            .replace("$instance", ".*")
    };
    questions.into_iter().map(filled).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn dashboards_and_alerts_use_metrics_that_exist() {
    let known = Known::gather().await;
    let questions = questions();
    assert!(questions.len() > 40);
    for question in &questions {
        known.check(&expression(question));
    }
    for rule in rules() {
        let labels = known.check(&expression(text(&rule["expr"])));
        // What an alert says of itself, it knows.
        for words in rule["annotations"].as_object().into_iter().flatten() {
            for part in text(words.1).split("$labels.").skip(1) {
                let label: String = part
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                assert!(labels.contains(&label), "{}: no {label}", rule["alert"]);
            }
        }
    }
    // Whatever a server says of the market itself is on the board, or wakes somebody.
    let asked = questions.join(" ") + &read("ops/prometheus/alerts.yml");
    let base = |name: &str| {
        let parts = ["_bucket", "_sum", "_count"].iter();
        parts.fold(name.to_owned(), |name, part| {
            name.trim_end_matches(part).to_owned()
        })
    };
    let silent: BTreeSet<_> = known
        .0
        .keys()
        .filter(|name| name.starts_with("pizza_"))
        .map(|name| base(name))
        .filter(|name| !asked.contains(name))
        .collect();
    assert_eq!(silent, BTreeSet::new());
}

#[test]
fn every_alert_has_a_summary_and_a_runbook_entry() {
    let page = read("docs/operate/runbook.md");
    let headings: BTreeSet<String> = page
        .lines()
        .filter_map(|line| line.strip_prefix('#'))
        .map(|line| line.trim_start_matches('#').trim())
        .map(anchor)
        .collect();
    let mut names = BTreeSet::new();
    for rule in rules().iter().filter(|rule| rule["record"].is_null()) {
        let name = text(&rule["alert"]);
        assert!(names.insert(name.to_owned()), "{name} twice");
        let severity = text(&rule["labels"]["severity"]);
        assert!(
            ["critical", "warning"].contains(&severity),
            "{name}: {severity}"
        );
        let annotations = &rule["annotations"];
        for words in ["summary", "description"] {
            assert!(
                text(&annotations[words]).len() > 10,
                "{name} has no {words}"
            );
        }
        let (file, heading) = text(&annotations["runbook"]).split_once('#').unwrap();
        assert_eq!(file, "docs/operate/runbook.md");
        assert!(
            headings.contains(heading),
            "{name}: no heading for #{heading}"
        );
    }
    assert!(names.len() >= 12);
}

/// The anchor of a heading.
fn anchor(heading: &str) -> String {
    let kept = heading.to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.collect::<String>().replace(' ', "-")
}

/// Prometheus' own tool, where it is installed: the rules, and what comes of them.
#[tokio::test(flavor = "multi_thread")]
async fn promtool_accepts_the_rules_where_it_is_installed() {
    let tool = |args: &[&str], given: Option<String>| -> Option<()> {
        let mut tool = Command::new("promtool")
            .args(args)
            .current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("ops/prometheus"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .ok()?;
        let mut input = tool.stdin.take()?;
        input
            .write_all(given.unwrap_or_default().as_bytes())
            .unwrap();
        drop(input);
        let output = tool.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8_lossy(&said);
        assert!(output.status.success(), "promtool {args:?}: {said}");
        Some(())
    };
    if tool(&["check", "config", "prometheus.yml"], None).is_none() {
        println!("promtool is not installed");
        return;
    }
    tool(&["check", "rules", "alerts.yml"], None);
    tool(&["test", "rules", "alerts.test.yml"], None);
    let instance = Market::embedded().open().await;
    use_it(&instance).await;
    let text = instance.get("/metrics").await.text;
    tool(&["check", "metrics"], Some(text));
}

#[test]
fn grafana_is_provisioned_with_prometheus() {
    let prometheus = yaml("ops/prometheus/prometheus.yml");
    assert_eq!(prometheus["rule_files"], serde_json::json!(["alerts.yml"]));
    let scrape = &prometheus["scrape_configs"][0];
    assert_eq!(scrape["job_name"], "pizza-market");
    let targets = &scrape["static_configs"][0]["targets"];
    assert_eq!(
        *targets,
        serde_json::json!(["market-1:9090", "market-2:9090"])
    );
    let sources = yaml("ops/grafana/provisioning/datasources/prometheus.yml");
    assert_eq!(sources["datasources"][0]["type"], "prometheus");
    assert_eq!(sources["datasources"][0]["isDefault"], true);
    let boards = yaml("ops/grafana/provisioning/dashboards/pizza-market.yml");
    assert_eq!(boards["providers"][0]["type"], "file");
}
