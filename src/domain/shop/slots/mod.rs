//! The slots of a kitchen, which lie on a grid of UTC. (Local times would move the grid, and claimed slots with it,
//! whenever hours are edited. All zones are offset by multiples of 15 minutes, so slots begin on round local times.)

mod possible;
mod rules;
#[cfg(test)]
mod slot_tests;

pub use possible::{KitchenState, SlotRefusal, Slots, Until};
pub use rules::OrderRules;
#[cfg(test)]
pub use rules::SlotMinutes;
