//! The commands of the program. `serve` is what it does when nothing is said.

mod out;
mod simulate;

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
    /// Play a lively evening at any market, over HTTP and WebSocket, and check what everybody saw.
    Simulate(Box<simulate::Simulate>),
    /// Print the completions of all commands for a shell: `source <(pizza-market completions bash)`.
    Completions { shell: Shell },
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => super::serve(),
        Command::Simulate(simulate) => simulate::run(&simulate),
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
