//! What panels are made of. A part shows what it is given.

pub mod basics;
pub mod before_hydration;
pub mod form;
pub mod header;
pub mod list;
pub mod reading;
pub mod stable_list;
pub mod ticket;
pub mod toast;

/// What several panels are made of. In a release it belongs to what all panels share, which this makes so: cut by
/// the machine alone, each group of panels would have a part of its own.
#[cfg(feature = "split")]
pub fn shared() -> [*const (); 27] {
    use form::{ActionForm, FieldState, Form};
    [
        basics::pizza as *const (),
        basics::name as *const (),
        basics::badge as *const (),
        basics::moment as *const (),
        basics::exact_moment as *const (),
        basics::since as *const (),
        basics::count as *const (),
        basics::sum as *const (),
        basics::fact as *const (),
        basics::empty as *const (),
        basics::refusal as *const (),
        list::rows as *const (),
        ticket::hang as *const (),
        ticket::head as *const (),
        ticket::due as *const (),
        ticket::which as *const (),
        form::refused as *const (),
        form::typed_early as *const (),
        before_hydration::show_button as *const (),
        before_hydration::not_hydrated as *const (),
        before_hydration::take_typed as *const (),
        ActionForm::around as *const (),
        Form::send as *const (),
        FieldState::value as *const (),
        FieldState::wants_to_be_seen as *const (),
        FieldState::shown_fault as *const (),
        FieldState::field as *const (),
    ]
}
