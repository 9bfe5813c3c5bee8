//! What is stored, through faults, restarts and kills.

mod faults;
mod migration;
mod outages;
mod restarts;
mod tools;
mod torture;
