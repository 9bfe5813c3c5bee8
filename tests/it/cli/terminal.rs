//! What commands print to a terminal, a pipe or a shell.

use crate::support::{
    Market, Store,
    inspect::{id, inspect, run, stop},
    offer, program,
};
use serde_json::json;
use std::process::{Command, Stdio};

crate::on_both_engines! {
    stored_control_characters_are_escaped,
}

async fn stored_control_characters_are_escaped(market: Market) {
    let instance = market.open().await;
    // What the API takes: nothing that steers, but text may be turned around.
    let order = instance
        .done("/api/orders", &offer("\u{202e}avaloid"))
        .await;
    let path = format!("/api/orders/{}", order["id"].as_str().unwrap());
    let accept = json!({"accept": true, "notes": "Two\nlines"});
    instance
        .done(&format!("{path}/supplier-respond"), &accept)
        .await;
    // And what others may write.
    if let Store::Redis(server) = &market.store {
        let mut connection = server.connection();
        let key = format!("order:{}", id(&path));
        let text: String = ::redis::cmd("GET")
            .arg(&key)
            .query(&mut connection)
            .unwrap();
        let text = text.replace("Bella Napoli", "\\u001b[2J\u{9b}2J\u{7f}");
        ::redis::cmd("SET")
            .arg(&key)
            .arg(text)
            .exec(&mut connection)
            .unwrap();
    }
    for (args, shown) in [
        (&["orders"][..], "u{202e}"),
        (&["orders", "--json"], "u202e"),
        (&["order", id(&path)], "Two\\nlines"),
        (&["order", id(&path), "--json"], "u202e"),
        (&["events"], "\\u{202e}avaloid"),
        (&["events", "--json"], "\\u202eavaloid"),
        (&["keys"], "order history"),
    ] {
        let said = run(inspect(&market, Some(&instance), args));
        let all = format!("{}{}", said.out, said.err);
        assert_eq!(said.code, 0, "{all}");
        let stays = |c: char| c == '\n' || !(c.is_control() || c == '\u{202e}');
        assert!(all.chars().all(stays), "{args:?}: {all:?}");
        let readable = matches!(market.store, Store::Embedded(_)) || args[0] != "orders";
        assert!(!readable || all.contains(shown), "{args:?}: {all:?}");
        assert!(readable || all.contains("cannot be read"), "{all:?}");
    }
}

/// What stands in a Redis may be anybody's.
#[tokio::test(flavor = "multi_thread")]
async fn no_command_prints_stored_control_characters() {
    let mut market = Market::redis();
    stop(market.open().await);
    let mut connection = market.server().connection();
    let mut set = ::redis::cmd("SET");
    let set = set.arg("order:7b1e3c9e-3c1f-4d57-9a63-5b0c8f3f2f11");
    let set = set.arg(r#"{"\u001b[2J\u202e": 1}"#);
    set.exec(&mut connection).unwrap();
    for args in [
        &["verify"][..],
        &["verify", "--json"],
        &["migrate"],
        &["migrate", "--json"],
    ] {
        let said = market.run(args);
        let all = format!("{}{}", said.stdout, said.stderr);
        let steers = |c: char| c != '\n' && c.is_control() || c == '\u{202e}';
        assert!(!all.contains(steers), "{args:?}: {all:?}");
        let told = args[0] == "verify" || all.contains("202e");
        assert!(told, "{args:?}: {all:?}");
    }
}

/// A reader that does not get all of a verdict is not told that all is well.
#[tokio::test(flavor = "multi_thread")]
async fn a_result_that_cannot_be_written_is_a_failure() {
    let market = Market::embedded();
    let instance = market.open().await;
    instance.offer("P").await;
    let code = |args: &[&str], out: Stdio| {
        let mut command = market.command();
        let output = command.args(args).stdout(out).stderr(Stdio::piped());
        let output = output.spawn().unwrap().wait_with_output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        (output.status.code().unwrap(), said)
    };
    let closed = || {
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        writer.into()
    };
    assert_eq!(code(&["verify"], closed()), (141, String::new()));
    let full = std::fs::File::create("/dev/full").unwrap();
    let (code, said) = code(&["verify"], full.into());
    assert_eq!(code, 2);
    assert!(said.contains("cannot be written"), "{said}");
}

#[test]
fn shell_completions_are_valid() {
    let completions = |shell: &str| {
        let mut command = program();
        command.args(["completions", shell]);
        run(command).fine()
    };
    for shell in ["bash", "zsh", "fish"] {
        let script = completions(shell);
        for word in [
            "inspect",
            "completions",
            "events",
            "follow",
            "customer_accepted",
        ] {
            assert!(script.contains(word), "{shell} does not know {word}");
        }
    }
    let source = "source <(\"$0\" completions bash); complete -p pizza-market
        complete=$(complete -p pizza-market | sed 's/.*-F \\([^ ]*\\) .*/\\1/')
        COMP_WORDS=(pizza-market inspect orders --status pre) COMP_CWORD=4
        $complete pizza-market pre --status; echo \"${COMPREPLY[*]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", source, env!("CARGO_BIN_EXE_pizza-market")]);
    let said = run(bash).fine();
    assert!(said.starts_with("complete "), "{said}");
    assert!(said.ends_with("\npreparing\n"), "{said}");
}
