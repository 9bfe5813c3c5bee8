//! Holds the program to its own description: every answer that any test gets over HTTP, and every frame that it gets
//! on a WebSocket, is looked up there. What is not described, or is not as described, fails that test.

use crate::support::{Answer, Instance};
use jsonschema::Validator;
use reqwest::Method;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex},
};

/// Headers that mean something to a client: none may come that is not described.
const MEANT: [&str; 7] = [
    "etag",
    "idempotent-replayed",
    "last-event-id",
    "link",
    "location",
    "retry-after",
    "x-request-id",
];

const PROBLEM: &str = "application/problem+json";

/// Those that were served so far, by their text: one for markets in which people sign in, and one for the others.
static DESCRIPTIONS: Mutex<BTreeMap<String, &'static Description>> = Mutex::new(BTreeMap::new());

/// What the program says about itself.
pub async fn description(of: &Instance) -> &'static Description {
    described(of).await.expect("it answers at its address")
}

/// The same, read once from each instance; `None` from one that answers for another host alone.
pub async fn described(of: &Instance) -> Option<&'static Description> {
    let read = async || {
        let url = format!("{}/api/v1/openapi.json", of.url);
        let answer = of.http.get(url).send().await.unwrap();
        if answer.status() == 421 {
            return None;
        }
        assert_eq!(answer.status(), 200);
        let served = answer.text().await.unwrap();
        let mut descriptions = DESCRIPTIONS.lock().unwrap();
        let made = || {
            let description = Description::new(serde_json::from_str(&served).unwrap());
            &*Box::leak(Box::new(description))
        };
        Some(*descriptions.entry(served.clone()).or_insert_with(made))
    };
    *of.description.get_or_init(read).await
}

/// Checks a frame, if anything has been asked of an instance before.
pub fn check_frame(frame: &Value) {
    let descriptions = DESCRIPTIONS.lock().unwrap();
    let some = descriptions.values().next().copied();
    drop(descriptions);
    if let Some(description) = some {
        description.check("#/components/schemas/Frame", frame, "a frame");
    }
}

/// The types of the problems that a response is described with: those of its examples, which are all.
pub fn problem_types(response: &Value) -> impl Iterator<Item = &str> {
    let examples = response["content"][PROBLEM]["examples"].as_object();
    let examples = examples.into_iter().flat_map(|all| all.values());
    examples.filter_map(|example| example["value"]["type"].as_str())
}

pub struct Description {
    /// As it is served.
    pub served: Value,
    /// With every object closed, so that a field which is not described is noticed, and with what the served one says in
    /// words for the sake of generators.
    strict: Value,
    validators: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Description {
    fn new(served: Value) -> Description {
        let mut strict = served.clone();
        let schemas = &mut strict["components"]["schemas"];
        for schema in schemas.as_object_mut().unwrap().values_mut() {
            if schema.get("properties").is_some() {
                schema["additionalProperties"] = json!(false);
            }
        }
        for number in ["Price", "Amount", "Markup"] {
            schemas[number]["multipleOf"] = json!(0.01);
        }
        schemas["Time"]["pattern"] = json!("Z$");
        for frame in ["Signal", "Skip", "ShopChange"] {
            schemas[frame]["properties"]["order"] = json!({"type": "null"});
        }
        Description {
            served,
            strict,
            validators: Mutex::default(),
        }
    }

    /// Every call: path, method, operation.
    pub fn calls(&self) -> impl Iterator<Item = (&str, &str, &Value)> {
        let paths = self.served["paths"].as_object().unwrap();
        paths.iter().flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, call)| (&**path, &**method, call))
        })
    }

    /// Asserts that a value is as the schema at this place says.
    pub fn check(&self, place: &str, value: &Value, what: &str) {
        let validator = self.validator(place);
        let faults: Vec<_> = validator
            .iter_errors(value)
            .map(|error| format!("{}: {error}", error.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "{what} is not as {place} says: {faults:?}\n{value}"
        );
    }

    fn validator(&self, place: &str) -> Arc<Validator> {
        let mut validators = self.validators.lock().unwrap();
        let made = validators.entry(place.to_owned()).or_insert_with(|| {
            let mut root = self.strict.clone();
            root["$schema"] = json!("https://json-schema.org/draft/2020-12/schema");
            // As a part of an address.
            let place = place.replace('{', "%7B").replace('}', "%7D");
            root["$ref"] = json!(place);
            let options = jsonschema::options().should_validate_formats(true);
            Arc::new(options.build(&root).unwrap())
        });
        made.clone()
    }

    /// The path of the description that an address stands for.
    fn path_of(&self, address: &str) -> Option<&str> {
        let stable = match address.strip_prefix("/api/") {
            Some(rest) if !rest.starts_with("v1/") => format!("/api/v1/{rest}"),
            _ => address.to_owned(),
        };
        let fits = |path: &&String| {
            let (mut described, mut given) = (path.split('/'), stable.split('/'));
            loop {
                match (described.next(), given.next()) {
                    (None, None) => return true,
                    (Some(part), Some(found)) if part == found => {}
                    (Some(part), Some(found)) if part.starts_with('{') && !found.is_empty() => {}
                    _ => return false,
                }
            }
        };
        let paths = self.served["paths"].as_object().unwrap();
        paths.keys().find(fits).map(|path| &**path)
    }

    /// Asserts that an answer is one that the description has for such a request.
    pub fn check_answer(&self, method: &Method, address: &str, answer: &Answer) {
        let what = format!("{method} {address}: {}", answer.status);
        if *method == Method::HEAD || *method == Method::OPTIONS {
            return;
        }
        let method = method.as_str().to_lowercase();
        let call = self
            .path_of(address)
            .map(|path| (path, &self.served["paths"][path][&*method]));
        match call {
            Some((path, call)) if !call.is_null() => {
                let place = format!("#/paths/{}/{method}", path.replace('/', "~1"));
                self.check_response(&place, call, answer, &what);
            }
            // A page, a file, or nothing.
            None if !address.starts_with("/api") => {}
            _ => {
                assert!(
                    [403, 404, 405, 413, 421, 429].contains(&answer.status),
                    "{what}"
                );
                assert_eq!(
                    answer.header("allow").is_some(),
                    answer.status == 405,
                    "{what}"
                );
                self.check("#/components/schemas/Problem", &answer.json(), &what);
            }
        }
    }

    fn check_response(&self, place: &str, call: &Value, answer: &Answer, what: &str) {
        let response = &call["responses"][answer.status.to_string()];
        assert!(
            response.is_object(),
            "{what} is not described\n{}",
            answer.text
        );
        let described = response["headers"].as_object().unwrap();
        for name in MEANT.iter().filter(|name| answer.header(name).is_some()) {
            let described = described.keys().any(|one| one.eq_ignore_ascii_case(name));
            assert!(described, "{what}: {name} is not described");
        }
        let Some(contents) = response["content"].as_object() else {
            assert_eq!(answer.text, "", "{what}");
            return;
        };
        let kind = answer.header("content-type").unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default();
        assert!(
            contents.contains_key(kind),
            "{what}: {kind} is not described"
        );
        if kind.ends_with("json") {
            let (status, kind) = (answer.status, kind.replace('/', "~1"));
            let place = format!("{place}/responses/{status}/content/{kind}/schema");
            self.check(&place, &answer.json(), what);
        }
        if kind == PROBLEM {
            let problem = answer.json();
            let described = problem_types(response).any(|one| problem["type"] == one);
            assert!(described, "{what}: {} is not described", problem["type"]);
            assert_eq!(problem["status"], answer.status, "{what}");
            assert_eq!(problem["errors"].is_array(), answer.status == 422, "{what}");
        }
    }
}
