//! The calls of the API: what each takes and answers, and a form that tries it.

use super::{
    markdown::markdown,
    types::{fields, meaning, object, row, table, word},
};
use leptos::prelude::*;
use serde_json::Value;
use utoipa::openapi::{
    Content, Object, OpenApi, RefOr, Required, Response,
    path::{Operation, Parameter},
};

/// A call, with where it is sent.
struct Call<'a> {
    api: &'a OpenApi,
    method: &'static str,
    path: &'a str,
    operation: &'a Operation,
}

/// The calls of each tag.
pub fn calls(api: &OpenApi) -> Vec<AnyView> {
    let all: Vec<_> = api
        .paths
        .paths
        .iter()
        .flat_map(|(path, item)| {
            [
                ("GET", path, &item.get),
                ("POST", path, &item.post),
                ("PUT", path, &item.put),
                ("DELETE", path, &item.delete),
            ]
        })
        .filter_map(|(method, path, operation)| {
            let operation = operation.as_ref()?;
            Some(Call {
                api,
                method,
                path,
                operation,
            })
        })
        .collect();
    let section = |tag: &utoipa::openapi::Tag| {
        let has = |tags: &Vec<String>| tags.contains(&tag.name);
        let own = all
            .iter()
            .filter(|call| call.operation.tags.as_ref().is_some_and(has));
        let own: Vec<_> = own.map(Call::view).collect();
        view! {
            <section class="stack" aria-labelledby=tag.name.clone()>
                <h2 id=tag.name.clone()>{tag.name.clone()}</h2>
                {markdown(tag.description.as_deref().unwrap_or_default())}
                {own}
            </section>
        }
        .into_any()
    };
    api.tags.iter().flatten().map(section).collect()
}

impl Call<'_> {
    fn view(&self) -> AnyView {
        let (call, summary) = (
            format!("{} {}", self.method, self.path),
            self.operation.summary.clone(),
        );
        let said = self.operation.description.as_deref().unwrap_or_default();
        let parameters = self.parameters().map(|parameter| {
            let notes = match parameter.required {
                Required::True => format!("{}, required", word(&parameter.parameter_in)),
                Required::False => word(&parameter.parameter_in),
            };
            let schema = parameter.schema.as_ref();
            let says = [parameter.description.clone(), schema.map(meaning)]
                .into_iter()
                .flatten();
            row(
                &parameter.name,
                &notes,
                schema,
                &says.collect::<Vec<_>>().join(" "),
            )
        });
        let body = self.body().map(|body| fields(body, "JSON body"));
        let answers = self.operation.responses.responses.iter();
        let answers = answers.filter_map(|(status, response)| match response {
            RefOr::T(response) => Some(answer(status, response)),
            RefOr::Ref(_) => None,
        });
        view! {
            <details class="paper" id=self.id("call")>
                <summary><h3><code>{call}</code> " " {summary}</h3></summary>
                <div class="stack">
                    {markdown(said)}
                    {table("Parameters", parameters.collect())}
                    {body}
                    {table("Answers", answers.collect())}
                    {self.attempt()}
                </div>
            </details>
        }
        .into_any()
    }

    fn id(&self, part: &str) -> String {
        let operation = self.operation.operation_id.as_deref().unwrap_or_default();
        format!("{operation}-{part}")
    }

    fn parameters(&self) -> impl Iterator<Item = &Parameter> {
        let all = self.operation.parameters.iter().flatten();
        all.filter_map(|parameter| match parameter {
            RefOr::T(parameter) => Some(parameter),
            RefOr::Ref(_) => None,
        })
    }

    /// The object that it takes as JSON.
    fn body(&self) -> Option<&Object> {
        let RefOr::T(body) = self.operation.request_body.as_ref()? else {
            return None;
        };
        let RefOr::T(content) = body.content.values().next()? else {
            return None;
        };
        object(self.api, content.schema.as_ref()?)
    }

    /// The form that sends it, for the script of the page. No script of a page sends what becomes a WebSocket so.
    fn attempt(&self) -> Option<AnyView> {
        if self.operation.responses.responses.contains_key("101") {
            return None;
        }
        let inputs = self.parameters().map(|parameter| {
            let (id, place) = (self.id(&parameter.name), word(&parameter.parameter_in));
            let required = parameter.required == Required::True;
            view! {
                <p class="field">
                    <label for=id.clone()>{parameter.name.clone()}</label>
                    <input class="input" id=id name=parameter.name.clone() data-in=place required=required autocomplete="off"/>
                </p>
            }
            .into_any()
        });
        let body = self.body().map(|body| {
            let (id, example) = (self.id("body"), body.examples.first().map(pretty));
            view! {
                <p class="field">
                    <label for=id.clone()>"JSON body"</label>
                    <textarea class="input" id=id data-in="body" spellcheck="false">{example}</textarea>
                </p>
            }
            .into_any()
        });
        Some(
            view! {
                <form class="stack" hidden data-method=self.method data-path=self.path.to_owned()>
                    {inputs.collect::<Vec<_>>()} {body}
                    <p><button class="button primary">"Send it"</button></p>
                    <output></output>
                </form>
            }
            .into_any(),
        )
    }
}

/// A status, what it means, and what comes with it.
fn answer(status: &str, response: &Response) -> AnyView {
    let content = response
        .content
        .iter()
        .next()
        .and_then(|(kind, content)| match content {
            RefOr::T(content) => Some((kind, content)),
            RefOr::Ref(_) => None,
        });
    let kind = content.map_or("no body", |(kind, _)| kind);
    let schema = content.and_then(|(_, content)| content.schema.as_ref());
    let mut says = response.description.clone();
    if let Some(example) = content.and_then(|(_, content): (_, &Content)| content.example.as_ref())
    {
        says = format!("{says}\n\n```json\n{}\n```", pretty(example));
    }
    row(status, kind, schema, &says)
}

fn pretty(example: &Value) -> String {
    serde_json::to_string_pretty(example).unwrap_or_default()
}
