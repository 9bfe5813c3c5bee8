//! What is stored, through faults, restarts and kills.

mod backup;
mod clocks;
mod disk;
mod faults;
mod lost_events;
mod migration;
mod outages;
mod permissions;
mod restarts;
mod restore;
mod rights;
mod round_trips;
mod torture;
mod verify;
