//! The answer to an HTTP request, and what holds for each problem.

use reqwest::header::HeaderMap;
use serde_json::Value;

pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts that it is a problem of this status, and returns it.
    pub fn problem(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        assert_eq!(
            self.header("content-type"),
            Some("application/problem+json")
        );
        let problem = self.json();
        assert_eq!(problem["status"], status);
        for part in ["type", "title", "detail"] {
            assert!(
                problem[part].as_str().is_some_and(|text| !text.is_empty()),
                "{problem}"
            );
        }
        assert_eq!(problem.get("errors").is_some(), status == 422, "{problem}");
        problem
    }

    /// The fields that a 422 names, in alphabetical order.
    pub fn faults(&self) -> Vec<String> {
        let problem = self.problem(422);
        let errors = problem["errors"].as_array().unwrap();
        assert!(errors.iter().all(|error| error["message"].is_string()));
        let mut fields: Vec<_> = errors
            .iter()
            .map(|error| error["field"].as_str().unwrap().to_owned())
            .collect();
        fields.sort();
        fields
    }
}

/// What the one of several requests got that was answered with 200.
pub fn only_success(answers: &[Answer]) -> Value {
    let mut won = answers.iter().filter(|answer| answer.status == 200);
    let first = won.next().expect("none was answered with 200");
    assert!(won.next().is_none(), "more than one was answered with 200");
    first.json()
}
