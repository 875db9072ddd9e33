//! The program: command line, web, worker.

mod cli;
mod web;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
