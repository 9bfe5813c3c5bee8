//! The vocabulary of the market and all of its rules, pure: no I/O, no clock, no randomness.
//!
//! The same code runs in the server and in the browser. It knows no framework, no transport and no store, and takes
//! time, ids and text as arguments.

mod account;
mod blank;
mod delivery;
mod error;
mod input;
mod kitchen_alert;
mod live;
mod money;
mod named_enum;
mod nested;
mod number;
mod order;
mod percent;
mod policy;
#[cfg(test)]
mod policy_samples;
#[cfg(test)]
mod policy_tests;
#[cfg(test)]
pub(crate) mod samples;
pub mod shop;
mod shop_policy;
#[cfg(feature = "ssr")]
mod spelling;
mod stage_times;
mod text;
mod time;
mod zone;

pub use account::{
    Account, AccountId, AccountKind, AccountRefusal, AccountRole, AccountState, ApiKey, Email,
    Invitation, Session, SessionKind,
};
pub use blank::is_blank;
pub use delivery::{
    drivers::{
        DispatchSeveral, Driver, WITH_DRIVER, drivers, drivers_off_duty, drivers_on_duty,
        drivers_out, free_drivers, has_all_carried, known_driver_name,
    },
    duty::Duty,
    eta::{Arrival, DUE_SOON, Punctuality, arrival, kitchen_deadlines, offered, upcoming_stages},
    usual::{UsualMinutes, usual_minutes},
};
pub use error::{Error, FieldError, InvalidField, Refusal, ValueKind};
pub use input::{Field, Fields, Value};
pub use kitchen_alert::{
    Acknowledged, IN_KITCHEN, KitchenAlert, alert_of, call_of, is_fresh, next_alert, stays_visible,
};
#[cfg(feature = "ssr")]
pub use live::log_event::{AboutAccount, LogEvent, ShopEntry};
pub use live::{
    about::MAX_TOPICS,
    board::{Board, Counts, FoldResult, Names, RECENT, Snapshot},
    event::{Cursor, Epoch, Event, EventActor},
    frame::{Frame, Signal},
    orders_page::OrdersPage,
    ring::Ring,
    scope::{Scope, Subject, Topic},
    shop_notice::{ShopKind, ShopNotice},
    wanting::Wanting,
    window::{BoardQuery, Sequence, SortKey, Window, Windows, sort_key},
};
pub use money::{Cents, Currency, Markup, Price, customer_price, half_up};
pub(crate) use named_enum::named_enum;
pub use number::{Minutes, Whole, with_point};
pub use order::{
    Order, Precondition,
    cancellation::{Cancellation, CancellationCode},
    command::{
        Command, DelayMinutes, DirectOrder, LineNumber, Offer, Pieces, WantedStatus, read_own_offer,
    },
    facts::OrderFacts,
    id::OrderId,
    lifecycle::{Actor, CommandKind, EventType, Origin, Role, Status},
    search::OrderFilter,
    times::Times,
    verify_history::verify_event,
};
pub use percent::{percent_decode, percent_encode};
pub use policy::{Identity, Permission, Sight, Viewer};
#[cfg(feature = "ssr")]
pub use spelling::{fold_name, fold_text};
pub use stage_times::{STAGES, StageDuration, StageTimer, StageTimes};
pub use text::{Address, Name, Notes, Text};
pub use time::Time;
pub use zone::{Minute, Zone};
