//! `--doctor`: what this machine offers, and what follows for the flags.

use std::error::Error;

use brigade_cli::{Exit, Output};
use brigade_pipeline::{Limits, machine};
use brigade_report::Machine;

/// Prints it; nothing is made.
pub(crate) fn doctor(is_json: bool) -> Result<Exit, Box<dyn Error>> {
    let machine = machine()?;
    let limits = Limits::of(&machine);
    let mut out = Output::stdout();
    if is_json {
        let document = serde_json::json!({ "machine": machine, "limits": limits });
        out.line(&serde_json::to_string_pretty(&document)?)?;
    } else {
        out.text(&text(&machine, &limits))?;
    }
    Ok(Exit::Done)
}

fn text(machine: &Machine, limits: &Limits) -> String {
    let or = |value: Option<String>, otherwise: &str| value.unwrap_or_else(|| otherwise.to_owned());
    let gib = |bytes: u64| format!("{:.1} GiB", bytes as f64 / f64::from(1 << 30));
    let offers = [
        ("System", machine.os.clone()),
        ("Processor", or(machine.cpu_brand.clone(), "not told")),
        (
            "Cores",
            format!(
                "{} logical, {} physical, {} usable",
                machine.cores_logical,
                or(machine.cores_physical.map(|cores| cores.to_string()), "?"),
                machine.cores_effective
            ),
        ),
        (
            "CPU quota",
            or(
                machine
                    .cpu_quota_cores
                    .map(|cores| format!("{cores:.2} cores (cgroup)")),
                "none",
            ),
        ),
        ("RAM", gib(machine.ram_bytes)),
        (
            "Memory limit",
            or(
                machine
                    .memory_limit_bytes
                    .map(|bytes| format!("{} (cgroup)", gib(bytes))),
                "none",
            ),
        ),
        (
            "Open files",
            or(
                machine
                    .open_files_limit
                    .map(|files| format!("at most {files} (ulimit -n)")),
                "no limit",
            ),
        ),
    ];
    let follows = [
        (
            "Work that computes (phase 2)",
            format!(
                "--p2-max-workers={}: a worker for each usable core; more share the same cores",
                limits.computing
            ),
        ),
        (
            "Work that waits (phase 1)",
            format!(
                "--p1-max-workers up to {} on threads: each holds a connection and a file open; --p1-type=auto takes up to so many",
                limits.waiting
            ),
        ),
        (
            "Worker processes",
            format!(
                "up to {} at once: descriptors in this process, memory for each",
                limits.processes
            ),
        ),
        (
            "Without flags",
            "10 CVs, both phases in a loop; 10 workers where a mode has workers".to_owned(),
        ),
    ];
    let lines = |title: &str, lines: &[(&str, String)]| {
        let width = lines.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
        let mut text = format!("{title}:\n");
        for (name, value) in lines {
            text += &format!("  {name:<width$}  {value}\n");
        }
        text
    };
    format!(
        "{}\n{}",
        lines("This machine", &offers),
        lines("What follows", &follows)
    )
}
