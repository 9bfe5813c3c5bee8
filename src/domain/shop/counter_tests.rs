//! Edits of a counter, and what is over by the clock.

use super::{code::Code, counter::*};
use crate::domain::{Field, FieldError, samples::at};
use uuid::Uuid;

fn counter() -> Counter {
    Counter::new(Uuid::from_u128(7))
}

fn item(code: &str) -> MenuPart {
    MenuPart::Item(Code::parse(code).unwrap())
}

fn olives() -> MenuPart {
    MenuPart::Option {
        group: Code::parse("top").unwrap(),
        option: Code::parse("olives").unwrap(),
    }
}

#[test]
fn it_is_written_in_one_form_and_read_back() {
    let counter = counter().pause(Some(at(60)), None, at(0)).unwrap();
    let counter = counter.sell_out(item("3"), None, at(0)).unwrap().unwrap();
    let counter = counter.sell_out(olives(), Some(at(9)), at(0));
    let counter = counter.unwrap().unwrap();
    let busy = Busy {
        extra_minutes: 15,
        until: at(3_600),
    };
    let counter = counter.busy(Some(busy), at(0)).unwrap();
    let text = serde_json::to_string(&counter).unwrap();
    assert_eq!(
        text,
        concat!(
            r#"{"id":"00000000-0000-0000-0000-000000000007","menu_revision":1,"profile_version":1,"#,
            r#""paused":{"until":"2026-05-28T20:27:40.000Z","reason":null},"#,
            r#""busy":{"extra_minutes":15,"until":"2026-05-28T21:26:40.000Z"},"#,
            r#""sold_out":[{"item":"3","until":null},{"group":"top","option":"olives","until":"2026-05-28T20:26:49.000Z"}],"#,
            r#""missed":0,"version":5}"#
        )
    );
    assert_eq!(serde_json::from_str::<Counter>(&text).unwrap(), counter);
    for neither in [
        r#"{"until":null}"#,
        r#"{"group":"a","until":null}"#,
        r#"{"item":"a","option":"b","until":null}"#,
    ] {
        assert!(serde_json::from_str::<SoldOut>(neither).is_err());
    }
}

#[test]
fn what_is_over_by_the_clock_has_gone() {
    let paused = counter().pause(Some(at(60)), None, at(0)).unwrap();
    assert!(paused.paused_at(at(59)).is_some());
    assert!(paused.paused_at(at(60)).is_none());
    // To end what has ended is no change, and what has ended is not kept by the next edit.
    assert_eq!(paused.resume(at(60)), None);
    let sold_out = paused.sell_out(item("1"), Some(at(90)), at(60));
    let sold_out = sold_out.unwrap().unwrap();
    assert_eq!((&sold_out.paused, sold_out.version), (&None, 3));
    assert!(sold_out.is_sold_out(&item("1"), at(89)));
    assert!(!sold_out.is_sold_out(&item("1"), at(90)));
    assert_eq!(sold_out.put_back(&item("1"), at(90)), None);
}

#[test]
fn an_edit_that_changes_nothing_makes_no_version() {
    let paused = counter().pause(None, None, at(0)).unwrap();
    assert_eq!(paused.version, 2);
    assert_eq!(paused.pause(None, None, at(5)), None);
    assert!(paused.pause(Some(at(600)), None, at(5)).is_some());
    let resumed = paused.resume(at(5)).unwrap();
    assert_eq!((&resumed.paused, resumed.version), (&None, 3));
    assert_eq!(resumed.resume(at(6)), None);

    let half_hour = counter().pause(Some(at(1_800)), None, at(0)).unwrap();
    assert_eq!(half_hour.pause(Some(at(1_802)), None, at(2)), None);
    assert!(half_hour.pause(Some(at(2_400)), None, at(600)).is_some());

    let busy = |extra_minutes, until| Busy {
        extra_minutes,
        until: at(until),
    };
    let slow = counter().busy(Some(busy(15, 3_600)), at(0)).unwrap();
    assert_eq!(slow.busy(Some(busy(15, 3_601)), at(1)), None);
    assert!(slow.busy(Some(busy(30, 3_601)), at(1)).is_some());
    assert!(slow.busy(None, at(1)).is_some());
    assert_eq!(counter().busy(None, at(1)), None);
    // After its end it begins again.
    assert!(slow.busy(Some(busy(15, 7_200)), at(3_600)).is_some());

    let gone = counter().sell_out(olives(), None, at(0)).unwrap().unwrap();
    assert_eq!(gone.sell_out(olives(), None, at(1)), Ok(None));
    let longer = gone.sell_out(olives(), Some(at(60)), at(1));
    assert_eq!(longer.unwrap().unwrap().sold_out.len(), 1);
    assert_eq!(gone.put_back(&item("1"), at(1)), None);
    let back = gone.put_back(&olives(), at(1)).unwrap();
    assert!(back.sold_out.is_empty());
}

#[test]
fn three_misses_in_a_row_pause_it() {
    let two = counter().miss(at(0)).miss(at(1));
    assert_eq!((two.missed, &two.paused), (2, &None));
    let answered = two.answered(at(2)).unwrap();
    assert_eq!((answered.missed, answered.version), (0, 4));
    assert_eq!(answered.answered(at(3)), None);
    assert!(answered.miss(at(4)).miss(at(5)).paused.is_none());
    // A pause that would end does not end now.
    let short = two.pause(Some(at(60)), None, at(2)).unwrap();
    for before in [two, short] {
        let stopped = before.miss(at(3));
        let pause = stopped.paused.as_ref().unwrap();
        assert_eq!(pause.until, None);
        assert_eq!(pause.reason.as_deref(), Some(Counter::UNANSWERED));
        let resumed = stopped.resume(at(4)).unwrap();
        assert_eq!((resumed.missed, resumed.paused), (0, None));
    }
    // Its own words stay.
    let reason = PauseReason::parse("Oven is out").ok();
    let closed = counter().pause(None, reason.clone(), at(0)).unwrap();
    let missed = closed.miss(at(1)).miss(at(2)).miss(at(3));
    assert_eq!(missed.paused.unwrap().reason, reason);
}

#[test]
fn so_much_can_be_sold_out() {
    let mut counter = counter();
    for n in 0..Counter::MAX_SOLD_OUT as u32 {
        let what = MenuPart::Item(Code::numbered(n));
        counter = counter.sell_out(what, None, at(0)).unwrap().unwrap();
    }
    let one_more = counter.sell_out(item("more"), None, at(0));
    assert!(matches!(one_more, Err(FieldError::Fault { .. })));
    let last = MenuPart::Item(Code::numbered(0));
    assert_eq!(counter.sell_out(last, None, at(0)), Ok(None));
}

#[test]
fn it_follows_menu_and_profile() {
    let edited = counter().with_next_menu(at(0), |_| true);
    let edited = edited.with_profile(4, at(0));
    let revisions = (edited.menu_revision, edited.profile_version, edited.version);
    assert_eq!(revisions, (2, 4, 3));
}

#[test]
fn what_leaves_the_menu_is_not_sold_out_any_more() {
    let both = [item("1"), olives()]
        .into_iter()
        .fold(counter(), |all, what| {
            all.sell_out(what, None, at(0)).unwrap().unwrap()
        });
    let edited = both.with_next_menu(at(1), |what| *what != item("1"));
    assert!(edited.is_sold_out(&olives(), at(1)));
    assert!(!edited.is_sold_out(&item("1"), at(1)));
}
