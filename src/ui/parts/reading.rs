//! What a place needs beside the board: the story of one order, or a page of the past. The server has read it
//! for the page that it renders; a live page reads it when it gets to another place, or when the order changes.

use crate::{
    api,
    domain::{Error, Event, Found, OrderId},
    ui::{
        ask,
        market::Market,
        place::{Here, Wanted},
        words,
    },
};
use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};

/// What was asked last, and the answer.
type Answer<Q, A> = RwSignal<Option<(Q, Result<A, Error>)>>;

#[derive(Clone, Copy)]
pub struct Reading {
    story: Answer<OrderId, Vec<Event>>,
    past: Answer<Wanted, Found>,
}

impl Reading {
    pub fn new(
        here: Here,
        market: Market,
        story: Option<Result<Vec<Event>, Error>>,
        past: Option<Result<Found, Error>>,
    ) -> Reading {
        let place = here.get_untracked();
        let reading = Reading {
            story: RwSignal::new(place.story().zip(story)),
            past: RwSignal::new(place.past().map(|(wanted, _)| wanted.clone()).zip(past)),
        };
        let story = here.memo(|place| place.story());
        Effect::new(move |_| {
            // What could not be read is read when the connection is back.
            market.is_live();
            if let Some(id) = story.get() {
                reading.read_story(id, market.version(id));
            }
            if let Some((wanted, _)) = here.get().past() {
                reading.read_past(wanted.clone());
            }
        });
        reading
    }

    pub fn here() -> Reading {
        expect_context()
    }

    /// The story of an order. `None` while it is being read.
    pub fn story(self, id: OrderId) -> Option<Result<Vec<Event>, Error>> {
        self.story.with(|story| {
            story
                .as_ref()
                .filter(|(of, _)| *of == id)
                .map(|(_, story)| story.clone())
        })
    }

    /// A page of the past. `None` while it is being read.
    pub fn past(self, wanted: &Wanted) -> Option<Result<Found, Error>> {
        self.past.with(|past| {
            past.as_ref()
                .filter(|(of, _)| of == wanted)
                .map(|(_, past)| past.clone())
        })
    }

    /// Reads a story, unless the one here goes as far as the board.
    fn read_story(self, id: OrderId, version: Option<u32>) {
        let known = self.story.with_untracked(|story| match story {
            Some((of, Ok(events))) if *of == id => events.last().map(|event| event.order.version),
            Some((of, Err(Error::UnknownOrder(_)))) if *of == id => Some(0),
            _ => None,
        });
        if known.is_some() && known >= version {
            return;
        }
        spawn_local(async move {
            let story = ask::get(api::History::PATH, &format!("id={id}")).await;
            // A failure does not replace what is known.
            if story.is_ok() || known.is_none() {
                self.story.set(Some((id, story)));
            }
        });
    }

    fn read_past(self, wanted: Wanted) {
        if self
            .past
            .with_untracked(|past| matches!(past, Some((of, Ok(_))) if *of == wanted))
        {
            return;
        }
        spawn_local(async move {
            let status = wanted
                .status
                .map(|status| format!("status={status}&"))
                .unwrap_or_default();
            let below = wanted.below.map(|id| id.to_string()).unwrap_or_default();
            let query = format!(
                "{status}text={}&below={below}",
                words::in_address(&wanted.text)
            );
            let past = ask::get(api::Search::PATH, &query).await;
            self.past.set(Some((wanted, past)));
        });
    }
}
