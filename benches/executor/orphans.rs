//! What lives on after the program was killed.

use std::error::Error;
use std::fs;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use brigade_executor::Mode;

use crate::jobs::{Leave, Loop, build};
use crate::table::{Goal, Table};

const VARIABLE: &str = "BENCH_PARENT";
const ROUNDS: usize = 10;

/// The program that is killed: two workers, each with a child of its own; busy or idle. False in every other process.
pub(crate) fn enter() -> Result<bool, Box<dyn Error>> {
    let Ok(kind) = std::env::var(VARIABLE) else {
        return Ok(false);
    };
    let executor = build(Mode::Processes)?;
    let left: Vec<_> = (0..4).map(|_| executor.submit(Leave)).collect();
    let mut pids = Vec::new();
    for handle in left {
        pids.extend(handle.join().into_result()?);
    }
    let busy = (kind == "busy").then(|| [executor.submit(Loop), executor.submit(Loop)]);
    sleep(Duration::from_millis(30));
    let words: Vec<_> = pids.iter().map(ToString::to_string).collect();
    println!("{}", words.join(" "));
    sleep(Duration::from_secs(1000));
    drop(busy);
    Ok(true)
}

fn lives(pid: &str) -> bool {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat"));
    stat.is_ok_and(|stat| {
        stat.rsplit(')')
            .next()
            .is_some_and(|rest| !rest.trim_start().starts_with(['Z', 'X']))
    })
}

pub(crate) fn run(table: &mut Table) -> super::Done {
    for kind in ["idle", "busy"] {
        let (mut processes, mut alive) = (0, 0);
        for _ in 0..ROUNDS {
            let mut parent = Command::new("/proc/self/exe")
                .env(VARIABLE, kind)
                .stdout(Stdio::piped())
                .spawn()?;
            let mut line = String::new();
            BufReader::new(parent.stdout.take().ok_or("it prints")?).read_line(&mut line)?;
            let mut pids: Vec<_> = line.split_whitespace().collect();
            pids.sort_unstable();
            pids.dedup();
            processes += pids.iter().filter(|pid| lives(pid)).count();
            parent.kill()?;
            sleep(Duration::from_millis(100));
            alive += pids.iter().filter(|pid| lives(pid)).count();
            parent.wait()?;
        }
        let before = format!("workers and their children before: {processes}");
        table.line(
            &format!("{kind}: alive"),
            "",
            &before,
            alive as f64,
            "",
            Goal::AtMost(0.0),
        );
    }
    Ok(())
}
