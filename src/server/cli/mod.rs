//! The commands of the program. `serve` is what it does when nothing is said.

mod backup;
mod doctor;
mod migrate;
mod out;
mod restore;
mod store;
mod verify;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;

/// A real-time pizza market: suppliers, customers and dispatch on one live board.
///
/// Settings come from the environment, or from `.env` in this folder (.env.example lists them all).
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// Run the market until it is told to stop. This is what happens without a command.
    Serve,
    Doctor(doctor::Doctor),
    /// Prove that what is stored is sound: every order, index, event and number.
    ///
    /// Each fault is named on a line of its own. It only reads, on either engine, also while servers run, and then
    /// says nothing of what is under way. Exit status: 0 sound, 1 faults, 2 it could not be verified.
    Verify(verify::Args),
    /// Write everything that is stored to a file, as it was at one moment, also while servers run.
    ///
    /// The file is JSON Lines with a sum at its end, and nobody but you may read it: it holds names and addresses.
    /// Exit status: 0 it is there and synced, 1 it is not.
    Backup(backup::Args),
    /// Put a backup into the store that the settings name, which may be of the other engine.
    ///
    /// A new history begins: whoever follows the market reads everything again. A file that is cut off or altered is
    /// refused before anything is written. Until it has ended no server works on the store. With the embedded store it
    /// needs the server stopped. Exit status: 0 done, 1 not.
    Restore(restore::Args),
    /// Bring the store to the shape that this program works on, and adopt the orders of the Python backend.
    ///
    /// The plan is shown first. Exit status: 0 done, or nothing to do; 1 some orders could not be read and are left;
    /// 2 it failed; 3 there is something to do, and nobody has said yes.
    Migrate(migrate::Args),
    /// Print the completions of all commands for a shell: `source <(pizza-market completions bash)`.
    Completions {
        shell: Shell,
    },
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => super::serve(),
        Command::Doctor(doctor) => doctor::doctor(doctor),
        Command::Verify(args) => verify::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Completions { shell } => {
            clap_complete::generate(
                shell,
                &mut Cli::command(),
                "pizza-market",
                &mut out::stdout(),
            );
            ExitCode::SUCCESS
        }
    }
}
