//! `make mutants` takes hours, and is run rarely: what it takes away has to be there until then.

use super::source::{read, root};
use std::process::Command;

#[test]
fn each_mutant_finds_what_it_takes_away() {
    let script = read("tests/mutants");
    let calls: Vec<_> = script
        .lines()
        .filter(|line| line.starts_with("mutant \""))
        .collect();
    assert!(calls.len() > 20);
    // The lines as the shell reads them, with its quotes.
    let finds = r#"mutant() { [[ $(<"$2") == *"$3"* ]] || echo "$1: $2 has no “$3” any more"; }"#;
    let output = Command::new("bash")
        .args(["-c", &format!("{finds}\n{}", calls.join("\n"))])
        .current_dir(root())
        .output()
        .unwrap();
    let said = [output.stdout, output.stderr].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(said, ["", ""]);
}
