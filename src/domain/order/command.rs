//! The commands for an order, and how each reads its parameters.

use super::cancellation::CancellationCode;
use crate::domain::{
    AccountId, Address, CommandKind, Error, Field, FieldError, Fields, Markup, Minutes, Name,
    Notes, OrderId, Price, Status, ValueKind, Whole,
    shop::basket::{Basket, RestaurantId},
};

/// By how many minutes a kitchen moves a promise at once.
pub type DelayMinutes = Whole<5, 120>;
/// The place of a line in its order.
pub type LineNumber = Whole<0, 49>;
/// How many pieces of a line are ticked.
pub type Pieces = Whole<0, 99>;

/// What a supplier offers.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    pub supplier_name: Name,
    pub pizza_name: Name,
    pub supplier_price: Price,
    pub markup_percentage: Markup,
    /// The pizzeria of that name. Filled in by the server.
    pub restaurant_id: Option<RestaurantId>,
}

/// What a customer orders from a menu.
#[derive(Clone, Debug, PartialEq)]
pub struct DirectOrder {
    pub restaurant_id: RestaurantId,
    pub supplier_name: Name,
    /// Its lines in short.
    pub pizza_name: Name,
    /// What the supplier asks for everything.
    pub supplier_price: Price,
    pub markup_percentage: Markup,
    pub customer_name: Name,
    pub customer_id: Option<AccountId>,
    /// Complete, with phone and place.
    pub basket: Box<Basket>,
}

/// What is to be done with an order that exists.
#[derive(Clone, Debug, PartialEq)]
pub enum Command {
    Accept {
        notes: Option<Notes>,
        minutes: Option<Minutes>,
    },
    Reject {
        code: CancellationCode,
        reason: Option<Notes>,
    },
    Take {
        customer_name: Name,
        delivery_address: Address,
        /// Filled in by the server, from who takes it.
        customer_id: Option<AccountId>,
    },
    Prepare,
    MarkReady,
    Dispatch {
        driver_name: Name,
        /// Filled in by the server, where a driver of that name has an account.
        driver_id: Option<AccountId>,
    },
    SetOff,
    Deliver,
    Cancel {
        code: CancellationCode,
        /// In words, where they are the supplier's.
        reason: Option<Notes>,
    },
    /// Takes the last step back.
    Recall,
    /// Ends a direct order that was not answered in time.
    Expire,
    /// Moves the promise of a direct order.
    Delay {
        minutes: DelayMinutes,
        notes: Option<Notes>,
    },
    /// Says how many pieces of a line are done.
    Check {
        line: LineNumber,
        done: Pieces,
    },
}

impl Offer {
    pub fn read(mut fields: Fields) -> Result<Offer, Error> {
        let supplier_name = fields.required("supplier_name");
        let pizza_name = fields.required("pizza_name");
        let supplier_price = fields.required("supplier_price");
        let markup_percentage = fields.optional("markup_percentage");
        fields.finish(|| {
            Some(Offer {
                supplier_name: supplier_name?,
                pizza_name: pizza_name?,
                supplier_price: supplier_price?,
                markup_percentage: markup_percentage.unwrap_or_default(),
                restaurant_id: None,
            })
        })
    }
}

/// An offer as its kitchen makes it: it may accept it at once.
pub fn read_own_offer(mut fields: Fields) -> Result<(Offer, Option<Command>), Error> {
    let accept = fields.optional::<bool>("accept");
    let minutes = fields.optional("estimated_time");
    if accept != Some(true) && minutes.is_some() {
        fields.reject("estimated_time", FieldError::OnlyWhenAccepting);
    }
    let acceptance = (accept == Some(true)).then_some(Command::Accept {
        notes: None,
        minutes,
    });
    Ok((Offer::read(fields)?, acceptance))
}

impl Command {
    pub fn kind(&self) -> CommandKind {
        match self {
            Command::Accept { .. } => CommandKind::Accept,
            Command::Reject { .. } => CommandKind::Reject,
            Command::Take { .. } => CommandKind::Take,
            Command::Prepare => CommandKind::Prepare,
            Command::MarkReady => CommandKind::MarkReady,
            Command::Dispatch { .. } => CommandKind::Dispatch,
            Command::SetOff => CommandKind::SetOff,
            Command::Deliver => CommandKind::Deliver,
            Command::Cancel { .. } => CommandKind::Cancel,
            Command::Recall => CommandKind::Recall,
            Command::Expire => CommandKind::Expire,
            Command::Delay { .. } => CommandKind::Delay,
            Command::Check { .. } => CommandKind::Check,
        }
    }

    /// Reads a supplier's answer: which of the two commands `accept` stands for.
    pub fn read_answer(mut fields: Fields) -> Result<Command, Error> {
        let accept = fields.required::<bool>("accept");
        let notes = fields.unless_blank("notes");
        let minutes = fields.optional("estimated_time");
        let code = fields.optional("reason");
        if accept == Some(false) && minutes.is_some() {
            fields.reject("estimated_time", FieldError::OnlyWhenAccepting);
        }
        if accept == Some(true) && code.is_some() {
            fields.reject("reason", FieldError::OnlyWhenRejecting);
        }
        fields.finish(|| match accept? {
            true => Some(Command::Accept { notes, minutes }),
            false => Some(Command::Reject {
                code: code.unwrap_or(CancellationCode::Other),
                reason: notes,
            }),
        })
    }

    /// Reads a rejection as people make it: with a reason, as a code or in words.
    pub fn read_rejection(mut fields: Fields) -> Result<Command, Error> {
        let code = fields.optional("reason");
        let reason = match code {
            None => fields.required("notes"),
            Some(_) => fields.unless_blank("notes"),
        };
        fields.finish(|| {
            Some(Command::Reject {
                code: code.unwrap_or(CancellationCode::Other),
                reason,
            })
        })
    }

    /// Reads a cancellation: with a reason, if they like.
    pub fn read_cancellation(mut fields: Fields) -> Result<Command, Error> {
        let code = fields.optional("reason");
        let reason = fields.unless_blank("notes");
        fields.finish(|| {
            Some(Command::Cancel {
                code: code.unwrap_or(CancellationCode::Other),
                reason,
            })
        })
    }

    /// Reads by how much a kitchen is late.
    pub fn read_delay(mut fields: Fields) -> Result<Command, Error> {
        let minutes = fields.required("minutes");
        let notes = fields.unless_blank("notes");
        fields.finish(|| {
            Some(Command::Delay {
                minutes: minutes?,
                notes,
            })
        })
    }

    /// Reads how many pieces of a line are done.
    pub fn read_check(mut fields: Fields) -> Result<Command, Error> {
        let line = fields.required("line");
        let done = fields.required("done");
        fields.finish(|| {
            Some(Command::Check {
                line: line?,
                done: done?,
            })
        })
    }

    /// Reads a customer's acceptance.
    pub fn read_take(mut fields: Fields) -> Result<Command, Error> {
        let customer_name = fields.required("customer_name");
        let delivery_address = fields.required("delivery_address");
        fields.finish(|| {
            Some(Command::Take {
                customer_name: customer_name?,
                delivery_address: delivery_address?,
                customer_id: None,
            })
        })
    }

    /// Reads the assignment of a driver.
    pub fn read_dispatch(mut fields: Fields) -> Result<Command, Error> {
        let driver_name = fields.required("driver_name");
        fields.finish(|| {
            Some(Command::Dispatch {
                driver_name: driver_name?,
                driver_id: None,
            })
        })
    }

    /// Reads which driver is meant where drivers have accounts: by name, by id, or by both.
    pub fn read_driver(mut fields: Fields) -> Result<(Option<Name>, Option<AccountId>), Error> {
        let driver_id = fields.optional("driver_id");
        let driver_name = match driver_id {
            Some(_) => fields.optional("driver_name"),
            None => fields.required("driver_name"),
        };
        fields.finish(|| Some((driver_name, driver_id)))
    }

    /// Reads a recall, which has no parameters.
    pub fn read_recall(fields: Fields) -> Result<Command, Error> {
        fields.finish(|| Some(Command::Recall))
    }

    /// Reads a step that needs nothing but the status it leads to.
    pub fn read_status(mut fields: Fields) -> Result<Command, Error> {
        let status = fields.required::<WantedStatus>("status");
        fields.finish(|| status.map(|wanted| wanted.0))
    }
}

/// A status that may be set directly, as the command that leads to it.
pub struct WantedStatus(Command);

impl Field for WantedStatus {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        let own_call = |command| Err(FieldError::HasItsOwnCall { command });
        match Status::parse(text)? {
            Status::Preparing => Ok(WantedStatus(Command::Prepare)),
            Status::Ready => Ok(WantedStatus(Command::MarkReady)),
            Status::InTransit => Ok(WantedStatus(Command::SetOff)),
            Status::Delivered => Ok(WantedStatus(Command::Deliver)),
            Status::Cancelled => Ok(WantedStatus(Command::Cancel {
                code: CancellationCode::Other,
                reason: None,
            })),
            Status::PendingSupplier => own_call(CommandKind::Offer),
            Status::SupplierAccepted => own_call(CommandKind::Accept),
            Status::SupplierRejected => own_call(CommandKind::Reject),
            Status::CustomerAccepted => own_call(CommandKind::Take),
            Status::Dispatched => own_call(CommandKind::Dispatch),
        }
    }
}

impl Field for OrderId {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        text.parse().map_err(|_| FieldError::NotAnId)
    }
}

impl Field for Status {
    const KIND: ValueKind = ValueKind::Text;

    fn parse(text: &str) -> Result<Self, FieldError> {
        Status::from_name(text).ok_or(FieldError::NotAStatus)
    }
}
