//! The calls of the description, whatever their method is.

use utoipa::openapi::path::{Operation, PathItem};

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
