//! The pages as they come from the server, before any program runs in a browser.

use crate::support::{Instance, Market, clock::Clock, tls, until};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn every_panel_is_rendered_with_its_data() {
    let market = Market::embedded().open().await;
    market.offer("Quattro Formaggi").await;
    market.order_in("supplier_accepted").await;
    let ready = market.order_in("ready").await;
    let id = ready.rsplit('/').next().unwrap();
    for (path, shown) in [
        ("/", "Pizza, live from the oven".to_owned()),
        ("/supplier", "Quattro Formaggi".to_owned()),
        ("/customer", "€12.35".to_owned()),
        ("/dispatch", "Kurze Gasse 1".to_owned()),
        ("/orders", "Quattro Formaggi".to_owned()),
        (&format!("/orders/{id}"), "What happened".to_owned()),
        (&format!("/customer/{id}"), "arrives about".to_owned()),
    ] {
        let page = market.get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert!(page.text.contains(&shown), "{path} does not show {shown}");
        assert!(
            page.text.contains("</html>")
                && page.text.ends_with("__INCOMPLETE_CHUNKS=[];</script>"),
            "{path} is cut off"
        );
        let policy = page.header("content-security-policy").unwrap();
        assert!(
            policy.contains("'nonce-") && !policy.contains("unsafe-inline"),
            "{policy}"
        );
        assert!(
            !page.text.contains(" style=\""),
            "{path} holds a style attribute"
        );
    }
    let nowhere = market.get("/nowhere").await;
    assert_eq!(nowhere.status, 404);
    assert!(nowhere.text.contains("There is nothing at this address"));
}

#[tokio::test(flavor = "multi_thread")]
async fn user_text_is_never_html() {
    let market = Market::embedded().open().await;
    let evil = "</script></title></textarea><script>alert(1)</script><!--";
    let body = json!({"supplier_name": evil, "pizza_name": evil, "supplier_price": 1});
    let id = market.done("/api/orders", &body).await["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let kitchen: String = url::form_urlencoded::byte_serialize(evil.as_bytes()).collect();
    let paths = [
        "/supplier",
        "/orders",
        &format!("/supplier?kitchen={kitchen}"),
        &format!("/orders?q={kitchen}"),
        &format!("/customer/{id}"),
    ];
    for path in paths {
        let page = market.get(path).await.text;
        assert!(page.contains("alert(1)"), "{path}");
        // In a quoted attribute it is text as it stands.
        let outside: String = page.split('"').step_by(2).collect();
        assert!(!outside.contains("<script>alert(1)"), "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_is_answered_with_a_redirect() {
    let market = Market::embedded().open().await;
    let form = |act: &str, body: &'static str| {
        let http = tls::http()
            .redirect(reqwest::redirect::Policy::none())
            .build()
            .unwrap();
        http.post(format!("{}/act/{act}", market.url))
            .header("accept", "text/html")
            .header("referer", format!("{}/supplier?kitchen=S", market.url))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
    };
    let done = form(
        "offer",
        "supplier_name=S&pizza_name=P&supplier_price=1&markup_percentage=",
    )
    .send()
    .await
    .unwrap();
    assert_eq!(done.status(), 303);
    assert_eq!(done.headers()["location"], "/supplier?kitchen=S");

    let refused = form(
        "offer",
        "supplier_name=S&pizza_name=Secret+name&supplier_price=x",
    )
    .send()
    .await
    .unwrap();
    assert_eq!(refused.status(), 303);
    assert_eq!(refused.headers()["location"], "/supplier?kitchen=S#offer");
    let cookie = refused.headers()["set-cookie"].to_str().unwrap().to_owned();
    assert!(
        cookie.contains("HttpOnly") && cookie.contains("SameSite=Lax"),
        "{cookie}"
    );
    let page = market
        .request(reqwest::Method::GET, "/supplier?kitchen=S")
        .header("cookie", cookie.split(';').next().unwrap());
    let page = market.send(page).await;
    assert!(page.text.contains("isn’t a price"), "{}", page.text);
    assert!(page.text.contains("value=\"Secret name\""));
    assert!(page.header("set-cookie").unwrap().contains("Max-Age=0"));
    assert_eq!(market.orders().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_sent_by_a_program_gets_the_typed_error() {
    let market = Market::embedded().open().await;
    let path = market.order_in("preparing").await;
    let id = path.rsplit('/').next().unwrap();
    let post = async |market: &Instance, act: &str, body: String| {
        let request = market
            .request(reqwest::Method::POST, &format!("/act/{act}"))
            .header("accept", "application/json");
        market
            .send(
                request
                    .header("content-type", "application/x-www-form-urlencoded")
                    .body(body),
            )
            .await
    };
    let outdated = post(&market, "mark-ready", format!("id={id}&version=1")).await;
    assert_eq!(
        (outdated.status, outdated.json()),
        (412, json!("outdated 4 preparing"))
    );
    let late = post(&market, "customer-cancel", format!("id={id}&version=4")).await;
    assert_eq!(
        (late.status, late.json()),
        (409, json!("refused preparing cancel customer"))
    );
    let done = post(&market, "mark-ready", format!("id={id}&version=4")).await;
    assert_eq!(
        (done.status, &done.json()["status"]),
        (200, &json!("ready"))
    );
    let query =
        json!({"scope": [format!("order:{id}")], "statuses": [], "sequence": "Due", "first": 0});
    let query: String =
        url::form_urlencoded::byte_serialize(query.to_string().as_bytes()).collect();
    let board = market
        .get(&format!("/act/board?query={query}"))
        .await
        .json();
    assert_eq!(board["board"]["orders"][0]["status"], "ready");
    assert_eq!(market.get("/act/board?query=%7B").await.status, 422);
    let forged = market
        .request(reqwest::Method::POST, "/act/dispatch")
        .header("origin", "https://evil.example");
    assert_eq!(market.send(forged).await.status, 403);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_field_of_a_form_chooses_the_role_that_cancels() {
    let market = Market::embedded().open().await;
    let cancel = async |role: &str, path: &str, forged: &str| {
        let id = path.rsplit('/').next().unwrap();
        let version = market.get(path).await.json()["version"].clone();
        let form = format!("id={id}&version={version}&by={forged}&notes=Mine&reason=Mine");
        let request = market
            .request(reqwest::Method::POST, &format!("/act/{role}-cancel"))
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded");
        market.send(request.body(form)).await
    };
    // Only its supplier may cancel what is in the oven.
    let path = market.order_in("preparing").await;
    let before = market.get(&path).await.json();
    for role in ["customer", "dispatch"] {
        let refused = cancel(role, &path, "supplier").await;
        let refusal = json!(format!("refused preparing cancel {role}"));
        assert_eq!((refused.status, refused.json()), (409, refusal));
    }
    assert_eq!(market.get(&path).await.json(), before);
    // Only the supplier's notes are the supplier's.
    for (role, status, notes) in [
        ("supplier", "preparing", "Mine. Mine"),
        ("customer", "customer_accepted", "Hot"),
        ("dispatch", "ready", "Hot"),
    ] {
        let path = market.order_in(status).await;
        let cancelled = cancel(role, &path, "supplier").await.json();
        assert_eq!(cancelled["status"], "cancelled", "{cancelled}");
        assert_eq!(cancelled["supplier_notes"], notes);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_cancellation_comes_back_to_its_own_form() {
    let market = Market::embedded().open().await;
    let path = market.order_in("customer_accepted").await;
    let id = path.rsplit('/').next().unwrap();
    let page = market.get(&format!("/customer/{id}")).await.text;
    let form = format!(
        "<form id=\"customer-cancel-{id}\" method=\"post\" action=\"/act/customer-cancel\""
    );
    assert!(
        page.contains(&form) && !page.contains("name=\"by\""),
        "{page}"
    );
    let http = tls::http()
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let refused = http
        .post(format!("{}/act/customer-cancel", market.url))
        .header("accept", "text/html")
        .header("referer", format!("{}/customer/{id}", market.url))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(format!("id={id}&version=1"))
        .send()
        .await
        .unwrap();
    assert_eq!(refused.status(), 303);
    let back = format!("/customer/{id}#o{id}");
    assert_eq!(refused.headers()["location"], back.as_str());
    let flash = refused.headers()["set-cookie"].to_str().unwrap();
    let page = market
        .request(reqwest::Method::GET, &format!("/customer/{id}"))
        .header("cookie", flash.split(';').next().unwrap());
    let page = market.send(page).await.text;
    assert!(
        page.contains(&form) && page.contains("Somebody was faster"),
        "{page}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_sent_compressed_when_accepted() {
    let market = Market::embedded().open().await;
    let style = market.get("/pkg/pizza-market.css").await;
    assert_eq!(
        (style.status, style.header("vary")),
        (200, Some("accept-encoding"))
    );
    // Nobody reads a program from a page of another origin.
    assert_eq!(style.header("access-control-expose-headers"), None);
    let icons = market.get("/icons.svg").await;
    let mut varies = icons.headers.get_all("vary").iter();
    assert!(varies.any(|by| by == "accept-encoding"));
}

#[tokio::test(flavor = "multi_thread")]
async fn pizzas_are_drawn_by_name() {
    let market = Market::embedded().open().await;
    let picture = market.get("/pizza.svg?slots=9&recipe=1&name=Diavola").await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (200, Some("image/svg+xml"))
    );
    assert!(
        picture
            .header("cache-control")
            .unwrap()
            .contains("immutable")
    );
    let request = market.request(
        reqwest::Method::GET,
        "/pizza.svg?slots=17&recipe=1&name=Quattro%20Formaggi",
    );
    let packed = market.send(request.header("accept-encoding", "br")).await;
    assert_eq!(packed.header("content-encoding"), Some("br"));
    assert_eq!(
        market.get("/pizza.svg?slots=99&recipe=1").await.faults(),
        ["name", "slots"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_incomplete_form_is_a_client_error() {
    let market = Market::embedded().open().await;
    for (act, body) in [
        ("take", "version=1"),
        ("take", "id=no-id&version=1"),
        ("dispatch", ""),
    ] {
        let request = market
            .request(reqwest::Method::POST, &format!("/act/{act}"))
            .header("accept", "application/json")
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        let answer = market.send(request).await;
        assert_eq!(answer.status, 422, "{act} {body}: {}", answer.text);
        assert!(answer.text.contains("form"), "{}", answer.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn several_orders_are_assigned_at_once() {
    let market = Market::embedded().open().await;
    let mut ids = Vec::new();
    for status in ["ready", "ready", "preparing"] {
        let path = market.order_in(status).await;
        ids.push(path.rsplit('/').next().unwrap().to_owned());
    }
    let post = async |accept: &str, body: String| {
        let request = market
            .request(reqwest::Method::POST, "/act/dispatch-several")
            .header("accept", accept)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body);
        market.send(request).await
    };
    let in_the_oven = ids[2].clone();
    let each = |ids: &[String]| -> String {
        let order =
            |id: &String| format!("&order[]={id}.{}", if *id == in_the_oven { 4 } else { 5 });
        ids.iter().map(order).collect()
    };
    // One is done and one is refused, each by itself; and both only once.
    let body = format!(
        "key=k&driver_name=Jonas{}",
        each(&[ids[0].clone(), ids[2].clone()])
    );
    for _ in 0..2 {
        let answers = post("application/json", body.clone()).await;
        assert_eq!(answers.status, 200, "{}", answers.text);
        let answers = answers.json();
        assert_eq!(answers[0][0], json!(ids[0]));
        assert_eq!(answers[0][1]["Ok"]["driver_name"], "Jonas");
        assert_eq!(
            answers[1][1],
            json!({"Err": "refused preparing dispatch dispatch"})
        );
    }
    // A driver is spelled as on the board.
    let single = each(&[ids[1].clone()]);
    let answers = post("application/json", format!("new_driver=+jONAS+{single}")).await;
    assert_eq!(answers.json()[0][1]["Ok"]["driver_name"], "Jonas");

    let many: String = (0..51).map(|_| format!("&order[]={}.4", ids[2])).collect();
    for (body, field) in [
        ("driver_name=Jonas".to_owned(), "order"),
        (format!("driver_name=Jonas{many}"), "order"),
        ("driver_name=Jonas&order[]=x.1".to_owned(), "order"),
        (single.clone(), "driver_name"),
        (format!("driver_name=+{single}"), "new_driver"),
    ] {
        let refused = post("application/json", body).await;
        assert_eq!(refused.status, 422);
        assert!(refused.text.contains(field), "{}", refused.text);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_late_or_rings_is_counted_once_wherever_it_is() {
    let (market, clock) = (Market::embedded(), Clock::ahead_by(0));
    let instance = clock.open(&market).await;
    instance.offer("Margherita").await;
    let rings = instance.order_in("customer_accepted").await;
    let rings = rings.rsplit('/').next().unwrap();
    instance.order_in("preparing").await;
    instance.order_in("ready").await;
    instance.order_in("in_transit").await;
    let wanting = async |query: &str| {
        let counts = instance.get(&format!("/act/counts?{query}")).await;
        counts.json()[2].clone()
    };
    let expected = |to_answer: Value, late: u32, ringing: Value| {
        let (tickets, deliveries) = (3 * late, late);
        json!({
            "to_answer": to_answer, "late_tickets": tickets,
            "ringing": ringing, "late_deliveries": deliveries,
        })
    };
    let ringing = json!([[rings, 3]]);
    until(async || wanting("").await == expected(json!(null), 0, ringing.clone())).await;
    let (own, other) = ("kitchen=Bella%20Napoli", "kitchen=Forno");
    assert_eq!(wanting(own).await, expected(json!(1), 0, ringing));
    assert_eq!(wanting(other).await, expected(json!(0), 0, json!([])));
    // All of them were promised in 25 minutes.
    clock.set(1_800);
    assert_eq!(wanting(own).await, expected(json!(1), 1, json!([])));
    let elsewhere = json!({"to_answer": 0, "late_tickets": 0, "ringing": [], "late_deliveries": 1});
    assert_eq!(wanting(other).await, elsewhere);
}
