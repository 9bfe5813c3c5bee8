//! The commands of the program. Without a command it serves.

mod account;
mod backup;
mod doctor;
mod health;
mod http_client;
mod inspect;
mod migrate;
mod output;
mod pizzerias;
mod restore;
mod seed;
mod server_url;
mod simulate;
mod store_args;
mod tls;
mod verify;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  pizza-market                          serve the market that the settings describe
  pizza-market inspect events --follow  print changes as they happen
  pizza-market inspect orders --help    print the help of one command";

/// A real-time pizza market: suppliers, customers and dispatch on one live board.
///
/// Without a command it serves. Settings come from the environment, or from `.env` in this folder (.env.example lists
/// them all); all commands read the same ones, so run them where the server runs. Results go to standard output,
/// everything else to standard error. If a verdict's reader leaves before its end (`| head -1`) the exit status is 141,
/// and 2 if results cannot be written.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// In the order in which an operator needs them: run, inspect, keep, try.
#[derive(Subcommand)]
enum Command {
    /// Run the market until it is stopped. This is what happens without a command.
    Serve,
    Doctor(doctor::Doctor),
    Health(health::Health),
    Inspect(Box<inspect::Inspect>),
    #[command(subcommand)]
    Account(account::Account),
    /// Check everything that is stored: every order, pizzeria, index, event and number.
    ///
    /// Each fault is on a line of its own. It only reads, on either engine, also while servers run; changes that are
    /// under way are no faults. Exit status: 0 sound, 1 faults, 2 it could not be verified.
    Verify(verify::Args),
    /// Write everything that is stored to a file, as it was at one moment, also while servers run.
    ///
    /// The file is JSON Lines with a checksum at its end. Only its owner may read it: it holds names and addresses.
    /// Exit status: 0 it is written and synced, 1 it is not.
    Backup(backup::Args),
    /// Put a backup into the store that the settings name, which may be of the other engine.
    ///
    /// A new history begins: clients that follow the market read everything again. A file that is cut off or altered
    /// is rejected before anything is written. No server works on the store until the restore has ended. With the
    /// embedded store the server must be stopped. Exit status: 0 done, 1 not.
    Restore(restore::Args),
    /// Bring the store to this program's schema version, and import the orders of the Python backend.
    ///
    /// The plan is shown first. Exit status: 0 done, or nothing to do; 1 some orders could not be read and are left;
    /// 2 it failed; 3 there is something to do, and it was not confirmed.
    Migrate(migrate::Args),
    Seed(seed::Seed),
    /// Play a lively evening at any market, over HTTP and WebSocket, and check what the clients observed.
    Simulate(Box<simulate::Simulate>),
    /// Print the completion script of a shell.
    ///
    /// For this session of bash: `source <(pizza-market completions bash)`. Permanently: write the output to the
    /// shell's folder: ~/.local/share/bash-completion/completions/pizza-market, a file _pizza-market in a folder of zsh's
    /// fpath, or ~/.config/fish/completions/pizza-market.fish.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Runs the command of the command line.
pub fn main() -> ExitCode {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => super::serve::serve(),
        Command::Health(health) => health::run(health),
        Command::Doctor(doctor) => doctor::run(doctor),
        Command::Inspect(what) => inspect::run(*what),
        Command::Account(what) => account::run(what),
        Command::Verify(args) => verify::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Migrate(args) => migrate::run(&args),
        Command::Seed(seed) => seed::run(&seed),
        Command::Simulate(simulate) => simulate::run(&simulate),
        Command::Completions { shell } => completions(shell),
    }
}

fn completions(shell: Shell) -> ExitCode {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "pizza-market", &mut script);
    // For bash the library spells the hyphen of a program's name in two ways (clap-rs/clap#6421).
    let script = String::from_utf8_lossy(&script);
    let script = script.replace("pizza__subcmd__market", "pizza__market");
    output::line(script.trim_end());
    ExitCode::SUCCESS
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A command, and all commands below it.
    fn all(command: clap::Command) -> Vec<clap::Command> {
        let below: Vec<_> = command.get_subcommands().cloned().collect();
        let below = below.into_iter().flat_map(all);
        [command].into_iter().chain(below).collect()
    }

    #[test]
    fn every_command_and_option_has_a_help_text() {
        Cli::command().debug_assert();
        for command in all(Cli::command()) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            for argument in command.get_arguments() {
                let place = format!("{} {}", command.get_name(), argument.get_id());
                assert!(argument.get_help().is_some(), "{place}");
            }
        }
    }

    #[test]
    fn every_example_can_be_typed() {
        let mut typed = 0;
        for command in all(Cli::command()) {
            let examples = command.get_after_help().map(ToString::to_string);
            for line in examples.unwrap_or_default().lines() {
                let Some(line) = line.strip_prefix("  pizza-market") else {
                    continue;
                };
                // Without its explanation and its redirection.
                let words = line.split("  ").next().unwrap_or_default();
                let words = words.split(['|', '>']).next().unwrap_or_default();
                let words = ["pizza-market"].into_iter().chain(words.split_whitespace());
                match Cli::try_parse_from(words) {
                    Err(error) if error.kind() != clap::error::ErrorKind::DisplayHelp => {
                        panic!("{line}: {error}")
                    }
                    _ => typed += 1,
                }
            }
        }
        assert!(typed > 5);
    }
}
