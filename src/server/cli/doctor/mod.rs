//! `doctor`: checks everything that can keep the market from running, one line each, with what to do about it. It
//! changes nothing but scratch keys of its own, and disturbs no running server.

mod accounts;
mod certificate;
mod clock;
mod embedded;
mod redis;
mod report;
mod serving;
mod settings;
mod shops;
mod site;

use super::output::Format;
use crate::server::{
    config::{self, Config, ConfigError, Sources, StoreConfig},
    store::open,
};
use clap::Args;
use report::{Finding, Report};
use serving::OwnStore;
use std::process::ExitCode;

/// Check everything that can keep the market from running: settings, store, address, site.
///
/// Each check is one line: its result (ok, skipped, warning, ERROR), its name, what was found and, after an arrow, what
/// to do. It can be run at any time, also beside a running server: in Redis it writes a few scratch keys under
/// pizza:doctor:, which expire at once; the embedded file is only read. It takes at most ten seconds, unless the
/// embedded file is large.
#[derive(Args)]
#[command(after_help = "Exit status:
  0  all is well
  1  the market works, and there are warnings
  2  the market does not work, or this command was called wrongly

With --json the result is {\"result\": \"ok\" | \"warning\" | \"error\", \"exit\": 0 | 1 | 2, \"checks\": [{\"group\", \"name\",
\"state\": \"ok\" | \"skipped\" | \"warning\" | \"error\", \"says\", \"remedy\" (or null), \"data\": {…}}]}. Measured values are in
`data`, with their units in their names.")]
pub struct Doctor {
    /// Print one JSON object instead of lines.
    #[arg(long)]
    json: bool,
}

pub fn run(Doctor { json }: Doctor) -> ExitCode {
    let mut report = Report::new(if json { Format::Json } else { Format::Text });
    // Before the runtime has its threads.
    let sources = Sources::read();
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            runtime.block_on(examine(&mut report, sources));
            // Does not wait for a name that is still being looked up.
            runtime.shutdown_background();
        }
        Err(error) => report.add(
            "settings",
            "program",
            Finding::error(error.to_string(), "Allow this program threads and files"),
        ),
    }
    ExitCode::from(report.finish())
}

async fn examine(report: &mut Report, sources: Result<Sources, ConfigError>) {
    let sources = match sources {
        Ok(sources) => sources,
        Err(error) => {
            let finding = Finding::error(
                error.why,
                "Correct that line: the server does not start with it",
            );
            return report.add("settings", error.variable, finding);
        }
    };
    settings::examine(report, &sources);
    let own = examine_store(report).await;
    examine_accounts(report).await;
    if let Ok(store) = config::store() {
        shops::examine(report, &store).await;
    }
    examine_server(report, own.as_ref()).await;
}

/// The store, as far as the settings name one.
async fn examine_store(report: &mut Report) -> Option<OwnStore> {
    match config::store() {
        Ok(StoreConfig::Redis { info, credentials }) => {
            let epoch = redis::examine(report, &info, credentials).await;
            Some(OwnStore::Redis(epoch))
        }
        Ok(StoreConfig::Embedded(folder)) => {
            let own = OwnStore::File(open::file(&folder));
            let address = config::leptos().ok().map(|options| options.site_addr);
            embedded::examine(report, &folder, address, &own).await;
            Some(own)
        }
        Err(error) => {
            report.add("store", "store", skipped(&error));
            None
        }
    }
}

/// Where nobody signs in, there is nothing to look for.
async fn examine_accounts(report: &mut Report) {
    if let (Ok(config), Ok(store)) = (Config::read(), config::store())
        && config.auth.is_required()
    {
        accounts::examine(report, &store).await;
    }
}

async fn examine_server(report: &mut Report, own: Option<&OwnStore>) {
    match config::leptos() {
        Ok(options) => {
            let site = options.site_addr;
            let is_ours = serving::examine(report, site, own).await;
            if let Ok(Some(metrics)) = config::metrics_addr() {
                serving::examine_metrics(report, metrics, (site, is_ours)).await;
            }
            if is_ours {
                serving::examine_clock(report, site).await;
            }
            site::examine(report, &options);
        }
        Err(error) => {
            report.skip_rest("server", &["address", "site"], &skipped(&error).says);
        }
    }
    match Config::read() {
        Ok(config) => {
            certificate::examine(report, &config);
            serving::examine_files(report, config.connections.total as u64);
        }
        Err(error) => report.add("server", "files", skipped(&error)),
    }
}

fn skipped(error: &ConfigError) -> Finding {
    Finding::skipped(format!("{} is wrong", error.variable))
}
