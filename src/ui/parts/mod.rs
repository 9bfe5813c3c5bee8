//! What panels are made of. A part shows what it is given.

pub mod bar;
pub mod calm;
pub mod form;
pub mod list;
pub mod reading;
pub mod small;
pub mod ticket;
pub mod toast;
