//! What the server costs, measured on its release: each figure beside that of a bare program that does the same with less
//! of its promises, in one run. Absolute figures say more about the machine; the ratios are what to compare.
//!
//! Usage: `measure PROGRAM SITE [healthz] [orders] [sockets] [pages] [accounts] [menus]`. All parts run where none is named.
//! `measure bare ADDRESS [redis URL | redb FILE | document FILE]` is the bare program itself.

mod accounts;
mod bare;
mod healthz;
mod http;
mod menus;
mod orders;
mod pages;
mod process;
mod seed;
mod sockets;

use anyhow::{Context, Result, bail};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::path::PathBuf;

/// What is measured.
pub struct Release {
    pub program: PathBuf,
    pub site: PathBuf,
}

#[tokio::main]
async fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare", address, store @ ..] => bare::serve(address, store).await,
        [program, site, parts @ ..] => {
            let absolute = |path| std::path::absolute(path).context("a path");
            let release = Release {
                program: absolute(program)?,
                site: absolute(site)?,
            };
            measure(&release, parts).await
        }
        _ => bail!(
            "usage: measure PROGRAM SITE [healthz] [orders] [sockets] [pages] [accounts] [menus]"
        ),
    }
}

async fn measure(release: &Release, parts: &[&str]) -> Result<()> {
    let is_wanted = |part| parts.is_empty() || parts.contains(&part);
    allow_many_files();
    if is_wanted("healthz") {
        healthz::measure(release).await?;
    }
    if is_wanted("orders") {
        orders::measure(release).await?;
    }
    if is_wanted("sockets") {
        sockets::measure(release).await?;
    }
    if is_wanted("pages") {
        pages::measure(release).await?;
    }
    if is_wanted("accounts") {
        accounts::measure(release).await?;
    }
    if is_wanted("menus") {
        menus::measure(release).await?;
    }
    Ok(())
}

/// Ten thousand sockets are as many open files, here and (as it inherits the limit) in the server.
fn allow_many_files() {
    let maximum = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: maximum,
        maximum,
    };
    if let Err(error) = setrlimit(Resource::Nofile, raised) {
        eprintln!("the number of open files stays as it is: {error}");
    }
}
