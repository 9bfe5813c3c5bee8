//! The parts that several panels are made of, for a release whose program is split by panel (see [`crate::ui::panels`]).

use super::{
    basics, before_hydration, bill,
    form::{self, ActionForm, FieldState, Form},
    lines, list, ticket,
};

/// Naming the parts where the program starts puts them into the file that all panels share. Without this, the splitter
/// makes one more file for each group of panels.
pub fn main_bundle() -> [*const (); 32] {
    [
        basics::pizza as *const (),
        basics::name as *const (),
        basics::badge as *const (),
        basics::moment as *const (),
        basics::exact_moment as *const (),
        basics::countdown as *const (),
        basics::since as *const (),
        basics::count as *const (),
        bill::sum as *const (),
        basics::fact as *const (),
        basics::empty as *const (),
        basics::refusal as *const (),
        lines::line as *const (),
        lines::note as *const (),
        list::rows as *const (),
        ticket::ticket_at_level as *const (),
        ticket::head as *const (),
        ticket::due as *const (),
        ticket::fold as *const (),
        ticket::boxed_seldom as *const (),
        ticket::which as *const (),
        form::refused as *const (),
        before_hydration::typed_early as *const (),
        before_hydration::show_button as *const (),
        before_hydration::not_hydrated as *const (),
        before_hydration::take_typed as *const (),
        ActionForm::element as *const (),
        Form::submit_button as *const (),
        FieldState::value as *const (),
        FieldState::needs_attention as *const (),
        FieldState::error_message as *const (),
        FieldState::labelled as *const (),
    ]
}
