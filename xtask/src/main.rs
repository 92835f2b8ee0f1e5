//! `cargo xtask`: what the project needs done and cargo cannot do. A task is a line of [`TASKS`] and a module.
//!
//! Tasks read their own arguments; nothing is done here.

mod bare;
mod bench;
mod failure;
mod lab;
mod long;
mod term;

use std::process::ExitCode;

use crate::failure::Outcome;

/// Something to be done.
struct Task {
    name: &'static str,
    /// One line for the help; a task without one serves another task and is not shown.
    about: &'static str,
    /// Does it, given the arguments behind the task's name.
    run: fn(&[String]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task { name: "bench", about: "Measure the release server beside a bare one", run: bench::run },
    Task { name: "fuzz", about: "Look for inputs that make a parser or a service fail", run: long::fuzz },
    Task { name: "prove", about: "Compare with the oracles at length, try the laws on many cases", run: long::prove },
    Task { name: "lab", about: "Try what is promised under faults on the real server", run: lab::run },
    Task { name: "bare", about: "", run: bare::run },
];

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((name, rest)) = args.split_first() else {
        term::complain(&help());
        return ExitCode::from(2);
    };
    if ["help", "-h", "--help"].contains(&name.as_str()) {
        term::say(&help());
        return ExitCode::SUCCESS;
    }
    let Some(task) = TASKS.iter().find(|task| task.name == name) else {
        term::complain(&format!("no task `{name}`\n\n{}", help()));
        return ExitCode::from(2);
    };
    match (task.run)(rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            term::complain(&format!("{name}: {failure}"));
            ExitCode::FAILURE
        }
    }
}

fn help() -> String {
    let shown = TASKS.iter().filter(|task| !task.about.is_empty());
    let lines: String = shown.map(|task| format!("\n  {:<10} {}", task.name, task.about)).collect();
    format!("Usage: cargo xtask TASK [OPTION]…\n\nTasks:{lines}\n\ncargo xtask TASK --help says more.")
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_help_shows_the_tasks_that_have_a_line() {
        let help = super::help();
        assert!(help.contains("\n  bench "), "{help}");
        assert!(!help.contains("\n  bare"), "{help}");
    }
}
