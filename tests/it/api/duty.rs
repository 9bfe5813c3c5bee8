//! Who is on duty: dispatch switches a driver, and every instance knows.

use crate::support::{
    Answer, Instance, Market,
    store::{backup, restore, sound},
    tls,
};
use reqwest::Method;
use serde_json::{Value, json};

crate::on_both_engines! {
    a_switch_is_remembered_and_is_no_event,
}

async fn switch(instance: &Instance, form: &str) -> Answer {
    let request = instance
        .request(Method::POST, "/act/switch-duty")
        .header("accept", "application/json")
        .header("content-type", "application/x-www-form-urlencoded");
    instance.send(request.body(form.to_owned())).await
}

async fn duty(instance: &Instance) -> Value {
    let mut duty = instance.get("/act/duty").await.json();
    for (_, switched) in duty.as_object_mut().unwrap() {
        *switched = switched["on"].clone();
    }
    duty
}

async fn a_switch_is_remembered_and_is_no_event(market: Market) {
    let files = tempfile::tempdir().unwrap();
    let mut instance = market.open().await;
    instance.order_in("delivered").await;
    assert_eq!(duty(&instance).await, json!({}));
    let before = sound(&market);
    for (form, expected) in [
        ("off=Jonas", json!({"Jonas": false})),
        ("on=+Giulia+", json!({"Giulia": true, "Jonas": false})),
        ("on=Giulia&off=", json!({"Giulia": true, "Jonas": false})),
        ("off=Giulia", json!({"Giulia": false, "Jonas": false})),
    ] {
        let answer = switch(&instance, form).await;
        assert_eq!((answer.status, answer.json()), (200, json!([])), "{form}");
        assert_eq!(duty(&instance).await, expected);
    }
    for form in ["", "off=+", "on=Jonas&off=Jonas"] {
        assert_eq!(switch(&instance, form).await.status, 422, "{form}");
    }
    // No order has changed, and nothing was told.
    let after = sound(&market);
    for same in ["cursor", "orders", "events"] {
        assert_eq!(after[same], before[same]);
    }
    let kept = duty(&instance).await;
    instance.kill();
    let mut instance = market.open().await;
    assert_eq!(duty(&instance).await, kept);
    // It moves with the store.
    let to = files.path().join("backup");
    backup(&market, &to);
    instance.kill();
    for other in [Market::embedded(), Market::redis()] {
        restore(&other, &to);
        assert_eq!(sound(&other)["orders"], 1);
        let mut moved = other.open().await;
        assert_eq!(duty(&moved).await, kept);
        moved.kill();
        let again = other.run(&["restore", to.to_str().unwrap()]);
        assert!(again.stderr.contains("1 order, 8 events"), "{again:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_instances_of_a_market_share_it() {
    let market = Market::redis();
    let (one, two) = (market.open().await, market.open().await);
    // So many at once that they get into each other's way.
    let forms: Vec<_> = (0..40).map(|n| format!("off=Driver+{n}")).collect();
    let switches = forms.iter().enumerate().map(|(n, form)| match n % 2 {
        0 => switch(&one, form),
        _ => switch(&two, form),
    });
    let answers = futures::future::join_all(switches).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    for instance in [&one, &two] {
        assert_eq!(duty(instance).await.as_object().unwrap().len(), 40);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_press_that_is_sent_again_does_not_act_again() {
    for market in [Market::embedded(), Market::redis()] {
        let market = market.open().await;
        for form in ["off=Jonas&key=k1", "on=Jonas&key=k2", "off=Jonas&key=k1"] {
            assert_eq!(switch(&market, form).await.status, 200);
        }
        assert_eq!(duty(&market).await, json!({"Jonas": true}));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_leads_back_to_the_drivers() {
    let market = Market::embedded().open().await;
    market.order_in("delivered").await;
    let page = market.get("/dispatch").await.text;
    assert!(page.contains("1 driver free") && !page.contains("off duty"));
    let http = tls::http().redirect(reqwest::redirect::Policy::none());
    let form = http
        .build()
        .unwrap()
        .post(format!("{}/act/switch-duty", market.url))
        .header("accept", "text/html")
        .header("referer", format!("{}/dispatch", market.url))
        .header("content-type", "application/x-www-form-urlencoded");
    let answer = form.body("key=k&off=Jonas").send().await.unwrap();
    assert_eq!(answer.status(), 303);
    assert_eq!(answer.headers()["location"], "/dispatch#drivers");
    let page = market.get("/dispatch").await.text;
    assert!(page.contains("0 drivers free") && page.contains("1 off duty"));
}
