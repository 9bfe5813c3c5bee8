//! What panels are made of. A part shows what it is given.

pub mod bar;
pub mod before_hydration;
pub mod form;
pub mod list;
pub mod reading;
pub mod small;
pub mod stable_list;
pub mod ticket;
pub mod toast;

/// What several panels are made of. In a release it belongs to what all panels share, which this makes so: cut by
/// the machine alone, each group of panels would have a part of its own.
#[cfg(feature = "split")]
pub fn shared() -> [*const (); 27] {
    use form::{Act, Control, Form};
    [
        small::pizza as *const (),
        small::name as *const (),
        small::badge as *const (),
        small::moment as *const (),
        small::exact_moment as *const (),
        small::since as *const (),
        small::count as *const (),
        small::sum as *const (),
        small::fact as *const (),
        small::empty as *const (),
        small::refusal as *const (),
        list::rows as *const (),
        ticket::hang as *const (),
        ticket::head as *const (),
        ticket::due as *const (),
        ticket::which as *const (),
        form::refused as *const (),
        form::typed_early as *const (),
        before_hydration::show_button as *const (),
        before_hydration::asleep as *const (),
        before_hydration::take_typed as *const (),
        Act::around as *const (),
        Form::send as *const (),
        Control::value as *const (),
        Control::wants_to_be_seen as *const (),
        Control::shown_fault as *const (),
        Control::field as *const (),
    ]
}
