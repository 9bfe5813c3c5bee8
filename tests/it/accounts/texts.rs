//! Texts of accounts are text wherever they are shown: never markup, and never a part of a header.

use crate::support::{
    Answer, Instance, Market,
    accounts::{ORIGIN, PASSWORD, required},
    browser::Browser,
    member::Member,
};
use reqwest::Method;

/// What would run somewhere, if it were more than text.
const EVIL: [&str; 7] = [
    "</script></title></textarea><script>alert(1)</script><!--",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "<svg/onload=alert(1)>",
    "javascript:alert(1)//<script>alert(1)</script>",
    "&lt;script&gt;alert(1)&#x3c;/script&#62;",
    "\u{202e}<b onclick=alert(1)>{{alert(1)}}${alert(1)}",
];

/// The tags of a page, without the values of their attributes.
fn tags(html: &str) -> Vec<String> {
    let (mut tags, mut rest) = (Vec::new(), html);
    while let Some((_, begun)) = rest.split_once('<') {
        let (mut tag, mut quote, mut end) = (String::new(), None, begun.len());
        for (at, c) in begun.char_indices() {
            match quote {
                Some(open) if open == c => quote = None,
                Some(_) => {}
                None if c == '>' => {
                    end = at + 1;
                    break;
                }
                None if ['"', '\''].contains(&c) && tag.ends_with('=') => quote = Some(c),
                None => tag.push(c),
            }
        }
        rest = &begun[end..];
        if tag.starts_with("script") {
            rest = rest.find("</script").map_or("", |end| &rest[end..]);
        }
        tags.push(tag);
    }
    tags
}

/// Asserts that a page shows a text, and that nothing of it is markup.
fn is_text(page: &Answer, what: &str) {
    assert_eq!(page.status, 200, "{what}: {}", page.text);
    assert!(page.text.contains("alert(1)"), "{what} is not shown");
    for attribute in ["href", "src", "action", "formaction"] {
        let runs = format!("{attribute}=\"javascript:");
        assert!(!page.text.contains(&runs), "{what}");
    }
    for tag in tags(&page.text) {
        let is_evil = tag == "script"
            || ["img src=x", "svg/", "b onclick"]
                .iter()
                .any(|evil| tag.starts_with(evil))
            || ["onerror", "onmouseover", "onload", "onclick"]
                .iter()
                .any(|on| tag.contains(on));
        assert!(!is_evil, "{what}: <{tag}>");
    }
}

#[test]
fn tags_are_found_where_a_browser_finds_them() {
    let page =
        "<p title=\"<img src=x>\">&lt;b><script nonce=\"a\">\"<i>\"</script><script>x</script>";
    let expected = ["p title=", "script nonce=", "/script", "script", "/script"];
    assert_eq!(tags(page), expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_accounts_are_never_markup() {
    let market = required(Market::embedded());
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    for (n, evil) in EVIL.into_iter().enumerate() {
        let what = |page: &str| format!("{page} with {evil:?}");
        let oven = [("kind", "device"), ("name", evil), ("supplier_name", evil)];
        let code = add(&mut ana, &oven).await.remove(0);
        let staff = [
            ("kind", "staff"),
            ("name", evil),
            ("supplier_name", evil),
            ("pin", "4711"),
        ];
        add(&mut ana, &staff).await;
        add(&mut ana, &[("kind", "driver"), ("name", evil)]).await;
        let program = [
            ("kind", "integration"),
            ("name", evil),
            ("role", "supplier"),
            ("supplier_name", evil),
        ];
        add(&mut ana, &program).await;
        is_text(&ana.browser.get("/team").await, &what("/team"));

        let mut device = Browser::on(&instance);
        let paired = device.post("/pair", &[("code", &code)]).await;
        let board = paired.location().to_owned();
        assert!(board.starts_with("/supplier?kitchen="), "{board}");
        assert!(
            board
                .bytes()
                .all(|byte| byte.is_ascii_graphic() && !b"<>\"".contains(&byte))
        );
        is_text(&device.get(&board).await, &what("the board"));
        is_text(&device.get("/hand-over").await, &what("/hand-over"));
        is_text(&device.get("/account").await, &what("/account of a device"));

        let invited = market.account(&["invite", "driver", "--name", evil]);
        let link = invited["link"].as_str().unwrap();
        let link = link.strip_prefix(ORIGIN).unwrap();
        is_text(&Browser::on(&instance).get(link).await, &what("/join"));
        is_text(
            &customer(&instance, n, evil).await,
            &what("/account of a customer"),
        );
    }
}

/// Adds somebody; what the page of the team shows once.
async fn add(ana: &mut Member, fields: &[(&str, &str)]) -> Vec<String> {
    let answer = ana.browser.post("/team", fields).await;
    assert_eq!(answer.location(), "/team");
    let page = ana.browser.get("/team").await;
    is_text(&page, "/team with what is shown once");
    page.shown_once()
}

/// The page of a customer whose browser calls itself so, too.
async fn customer(instance: &Instance, n: usize, evil: &str) -> Answer {
    let email = format!("c{n}@example.org");
    let mut browser = Browser::on(instance);
    let fields = [("email", &*email), ("password", PASSWORD), ("name", evil)];
    assert_eq!(
        browser.post("/sign-up", &fields).await.location(),
        "/sign-in"
    );
    let fields = [("email", &*email), ("password", PASSWORD)];
    let said: String = evil.chars().filter(char::is_ascii).collect();
    let headers = [("origin", ORIGIN), ("user-agent", &*said)];
    let signed_in = browser.send(Method::POST, "/sign-in", Some(&fields), &headers);
    assert_eq!(signed_in.await.location(), "/customer");
    browser.get("/account").await
}

#[tokio::test(flavor = "multi_thread")]
async fn control_characters_are_refused_everywhere() {
    let market = required(Market::embedded());
    let instance = market.open().await;
    let mut ana = Member::admin(&market, &instance, "ana@example.org").await;
    for evil in [
        "A\r\nset-cookie: planted=1",
        "A\u{0}B",
        "A\u{1b}[2J",
        "A\u{7f}",
        "A\u{85}B",
    ] {
        for fields in [
            &[("kind", "driver"), ("name", evil)][..],
            &[
                ("kind", "device"),
                ("name", "Oven"),
                ("supplier_name", evil),
            ],
            &[("kind", "dispatcher"), ("name", "D"), ("email", evil)],
        ] {
            let answer = ana.browser.post("/team", fields).await;
            assert_eq!(answer.location(), "/team");
            assert!(!ana.browser.cookies.contains_key("planted"));
            assert_ne!(
                ana.browser.get("/team").await.refusals(),
                [""; 0],
                "{evil:?}"
            );
        }
    }
    let listed = market.account(&["list"]);
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed}");
    // In an address that is led to, too.
    let next = "/sign-in?next=%2Forders%0D%0Aset-cookie%3A%20planted%3D1";
    let fields = [("email", "x@example.org"), ("password", "x")];
    let answer = Browser::on(&instance).post(next, &fields).await;
    assert!(
        !answer
            .headers
            .values()
            .any(|value| value.as_bytes().starts_with(b"planted"))
    );
}
