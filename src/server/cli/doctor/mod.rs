//! `doctor`: everything that can keep the market from running, one line each, with what to do about it. It changes
//! nothing but scratch keys of its own, and disturbs no server that runs.

mod embedded;
mod explain;
mod redis;
mod rehearsal;
mod report;
mod rights;
mod serving;
mod settings;
mod site;

use crate::server::{
    config::{self, Config, Sources, Store},
    stored,
};
use clap::Args;
use report::{Finding, Report};
use serving::Own;
use std::process::ExitCode;

/// Look for everything that can keep the market from running: settings, store, address, site.
///
/// Each check is one line: how it ended (ok, skipped, warning, ERROR), its name, what was found and, after an arrow,
/// what to do. It can be run at any time, also beside a running server: Redis sees a few scratch keys under
/// pizza:doctor: for a moment, and the embedded file is read without a change. It takes ten seconds at most, unless
/// the embedded file is large.
#[derive(Args)]
#[command(after_help = "Exit status:
  0  all is well
  1  the market works, and there are warnings
  2  the market does not work, or this command was called wrongly

With --json the result is {\"result\": \"ok\" | \"warning\" | \"error\", \"exit\": 0 | 1 | 2, \"checks\": [{\"group\", \"name\",
\"state\": \"ok\" | \"skipped\" | \"warning\" | \"error\", \"says\", \"remedy\" (or null), \"data\": {…}}]}. Figures stand in
`data`, with their units in their names.")]
pub struct Doctor {
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

pub fn doctor(Doctor { json }: Doctor) -> ExitCode {
    let mut report = Report::new(json);
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            runtime.block_on(examine(&mut report));
            // A name that is still being looked up is not waited for.
            runtime.shutdown_background();
        }
        Err(error) => report.add(
            "settings",
            "program",
            Finding::error(error.to_string(), "Allow this program threads and files"),
        ),
    }
    ExitCode::from(report.end())
}

async fn examine(report: &mut Report) {
    let sources = match Sources::read() {
        Ok(sources) => sources,
        Err(error) => {
            let finding = Finding::error(
                error.why,
                "Correct that line: the server will not start with it",
            );
            return report.add("settings", error.variable, finding);
        }
    };
    settings::examine(report, &sources);
    let address = config::leptos().ok().map(|options| options.site_addr);
    let own = match config::store() {
        Ok(Store::Redis { info, credentials }) => {
            let epoch = redis::examine(report, &info, credentials).await;
            Some(Own::Redis(epoch))
        }
        Ok(Store::Embedded(folder)) => {
            let own = Own::File(stored::file(&folder));
            embedded::examine(report, &folder, address, &own).await;
            Some(own)
        }
        Err(error) => {
            let why = format!("{} is wrong", error.variable);
            report.add("store", "store", Finding::skipped(why));
            None
        }
    };
    match config::leptos() {
        Ok(options) => {
            let site = options.site_addr;
            let is_ours = serving::examine(report, site, own.as_ref()).await;
            if let Ok(Some(figures)) = config::metrics_addr() {
                serving::examine_figures(report, figures, (site, is_ours)).await;
            }
            site::examine(report, &options);
        }
        Err(error) => {
            let why = format!("{} is wrong", error.variable);
            report.skip_rest("server", &["address", "site"], &why);
        }
    }
    match Config::read() {
        Ok(config) => serving::examine_files(report, config.sockets as u64),
        Err(error) => {
            let why = format!("{} is wrong", error.variable);
            report.add("server", "files", Finding::skipped(why));
        }
    }
}
