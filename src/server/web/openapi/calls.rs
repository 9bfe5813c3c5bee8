//! The calls of the description, whatever their method is.

use utoipa::openapi::{
    RefOr, Required,
    path::{Operation, PathItem},
};

/// What can be done at a path.
pub fn of(item: &mut PathItem) -> impl Iterator<Item = &mut Operation> {
    let all = [
        &mut item.get,
        &mut item.post,
        &mut item.put,
        &mut item.delete,
    ];
    all.into_iter().flatten()
}

/// The calls that need no parameter, and so no body either.
const WITHOUT_BODY: [&str; 2] = ["cancel", "pause"];

/// Says of a call that it can do without a body, if it can.
pub fn need_no_more(call: &mut Operation) {
    let id = call.operation_id.as_deref().unwrap_or_default();
    if WITHOUT_BODY.contains(&id)
        && let Some(RefOr::T(body)) = &mut call.request_body
    {
        body.required = Some(Required::False);
    }
}
