//! What panels are made of. A part shows what it is given; it fetches nothing.

pub mod bar;
pub mod form;
pub mod outage;
pub mod small;
pub mod ticket;
