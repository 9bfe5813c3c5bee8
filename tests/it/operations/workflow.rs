//! The workflow of the repository: it runs what `.ci/run` runs, with the Rust that the image is built with.

use super::{compose::yaml, image::all};
use crate::repository::source::{read, root};
use std::os::unix::fs::PermissionsExt;

#[test]
fn the_workflow_runs_what_ci_runs() {
    let workflow = yaml(".github/workflows/ci.yml");
    assert_eq!(workflow["permissions"]["contents"], "read");
    assert_eq!(workflow["permissions"].as_mapping().unwrap().len(), 1);
    let mut runs = Vec::new();
    for (name, job) in workflow["jobs"].as_mapping().unwrap() {
        assert!(
            job["timeout-minutes"].is_u64(),
            "{name:?} has no time limit"
        );
        for step in job["steps"].as_sequence().unwrap() {
            if let Some(action) = step["uses"].as_str() {
                let (_, commit) = action.split_once('@').unwrap();
                let whole = commit.len() == 40 && commit.chars().all(|c| c.is_ascii_hexdigit());
                assert!(whole, "{action} is not held to one commit");
            }
            if let Some(run) = step["run"].as_str() {
                runs.extend(run.trim().lines().map(str::to_owned));
            }
        }
    }
    assert!(runs.iter().any(|run| run == ".ci/run"));
    for run in &runs {
        let program = run.split(' ').next().unwrap();
        let ours = program.contains('/');
        let known = ["rustup", "docker", "sudo"].contains(&program);
        let target = run.strip_prefix("make ").is_some_and(is_target);
        assert!(
            known || target || ours && is_executable(program),
            "{run}: nothing like that is here"
        );
    }
    // Its Rust is the one that the image is built with, and that Cargo.toml asks for at least.
    let image = all("FROM").iter().find_map(|from| {
        from.strip_prefix("rust:")?
            .split('-')
            .next()
            .map(str::to_owned)
    });
    let rust = image.unwrap();
    assert_eq!(workflow["env"]["RUSTUP_TOOLCHAIN"], rust.as_str());
    assert!(read("Dockerfile").contains(&format!("ENV RUSTUP_TOOLCHAIN={rust}\n")));
    assert!(read("Cargo.toml").contains(&format!(
        "rust-version = \"{}\"",
        rust.trim_end_matches(".0")
    )));

    let pass = read(".ci/run");
    let commands = pass
        .lines()
        .find_map(|line| line.strip_prefix("for command in "))
        .unwrap();
    for command in commands.trim_end_matches("; do").split(' ') {
        assert!(is_target(command), "make has no {command}");
    }
}

fn is_target(name: &str) -> bool {
    read("Makefile").contains(&format!("\n{name}:"))
}

fn is_executable(file: &str) -> bool {
    let file = root().join(file);
    file.metadata()
        .is_ok_and(|file| file.permissions().mode() & 0o111 != 0)
}
