//! The commands of the program. `serve` is what it does when nothing is said.

mod backup;
mod doctor;
mod health;
mod inspect;
mod migrate;
mod net;
mod out;
mod restore;
mod simulate;
mod store;
mod verify;

use clap::{CommandFactory, Parser, Subcommand};
use clap_complete::Shell;
use std::process::ExitCode;

const EXAMPLES: &str = "\
Examples:
  pizza-market                          serve the market that the settings describe
  pizza-market inspect events --follow  see what happens, as it happens
  pizza-market inspect orders --help    all about one command";

/// A real-time pizza market: suppliers, customers and dispatch on one live board.
///
/// Without a command it serves. Settings come from the environment, or from `.env` in this folder (.env.example lists
/// them all); all commands read the same ones, so run them where the server runs. Results go to the standard output,
/// everything else to the standard error. Where a verdict's reader leaves before its end (`| head -1`) the exit status
/// is 141, and 2 where results cannot be written.
#[derive(Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

/// In the order in which an operator meets them: run it, look at it, keep it, try it.
#[derive(Subcommand)]
enum Command {
    /// Run the market until it is told to stop. This is what happens without a command.
    Serve,
    Doctor(doctor::Doctor),
    Health(health::Health),
    Inspect(inspect::Inspect),
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
    /// Play a lively evening at any market, over HTTP and WebSocket, and check what everybody saw.
    Simulate(Box<simulate::Simulate>),
    /// Print what a shell needs to complete commands and their options.
    ///
    /// For this session of bash: `source <(pizza-market completions bash)`. For good, put the output where the shell
    /// looks: ~/.local/share/bash-completion/completions/pizza-market, a file _pizza-market in a folder of zsh's
    /// fpath, or ~/.config/fish/completions/pizza-market.fish.
    Completions {
        /// The shell.
        shell: Shell,
    },
}

/// Does what the command line asks for.
pub fn main() -> ExitCode {
    match Cli::parse().command.unwrap_or(Command::Serve) {
        Command::Serve => super::serve(),
        Command::Health(health) => health::health(health),
        Command::Doctor(doctor) => doctor::doctor(doctor),
        Command::Inspect(what) => inspect::run(what),
        Command::Verify(args) => verify::run(&args),
        Command::Backup(args) => backup::run(&args),
        Command::Restore(args) => restore::run(&args),
        Command::Migrate(args) => migrate::run(&args),
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
    out::line(script.trim_end());
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
    fn every_command_and_option_says_what_it_is_for() {
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
                // Up to what explains it, or to where its output goes.
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
