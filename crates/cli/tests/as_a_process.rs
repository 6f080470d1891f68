//! Signals, pipes, exit codes and process 1, seen from outside: this binary runs the tests and is also the
//! program that they start (`--be ROLE`).
#![expect(
    clippy::print_stderr,
    clippy::print_stdout,
    reason = "the program under test prints, and a skipped test says so"
)]

use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::process::ExitStatusExt as _;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use std::{env, process, thread};

use brigade_cli::{
    Exit, Output, Progress, Signals, Stop, Stream, reserve_cores, set_niceness,
    supervise_as_process_one, survive_file_size_limit,
};
use libtest_mimic::{Arguments, Trial};

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    if let [flag, role, ..] = words.as_slice()
        && flag == "--be"
    {
        process::exit(be(role).code());
    }
    let tests: [(&str, fn()); 13] = [
        (
            "the_first_signal_asks_and_its_code_tells_which",
            first_signal,
        ),
        ("the_second_signal_ends_a_program_that_hangs", second_signal),
        ("the_echo_of_a_signal_is_no_second_one", echo),
        (
            "a_signal_ignored_from_the_start_stays_ignored",
            ignored_signal,
        ),
        ("a_closed_stdout_does_not_stop_the_run", closed_stdout),
        ("a_full_disk_behind_stdout_is_an_error", full_disk),
        (
            "progress_goes_to_stderr_in_lines_where_there_is_no_terminal",
            plain_progress,
        ),
        ("quiet_progress_says_nothing", quiet_progress),
        ("progress_is_a_bar_on_a_terminal", bar_progress),
        (
            "cores_and_niceness_hold_for_later_threads_and_processes",
            scheduling,
        ),
        (
            "a_limit_on_file_sizes_is_an_error_of_the_write",
            limited_file_size,
        ),
        (
            "process_one_reaps_orphans_and_ends_as_its_program_does",
            process_one_reaps,
        ),
        ("process_one_passes_signals_on", process_one_signals),
    ];
    let trials = tests
        .into_iter()
        .map(|(name, test)| {
            Trial::test(name, move || {
                test();
                Ok(())
            })
        })
        .collect();
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// The program under test.
fn be(role: &str) -> Exit {
    supervise_as_process_one().expect("the program starts again");
    match role {
        "patient" => {
            let (tell, hear) = mpsc::channel();
            let signals = Signals::install().expect("handlers");
            signals.on_stop(move |stop| tell.send(stop).expect("main listens"));
            eprintln!("ready");
            let stop = hear.recv().expect("a signal");
            assert!(signals.is_stopping());
            assert_eq!(Signals::install().expect("the same").stop(), Some(stop));
            eprintln!("stopping after {stop}");
            Exit::Interrupted(stop)
        }
        "courteous" => {
            set_niceness(19).expect("it only goes up");
            reserve_cores(1).expect("this is Linux");
            let cores = thread::available_parallelism;
            let seen = thread::spawn(move || {
                let nice = Command::new("nice").output().expect("coreutils");
                (cores().expect("a number"), nice.stdout)
            });
            let (cores, nice) = seen.join().expect("no panic");
            print!("{cores} {}", String::from_utf8_lossy(&nice));
            Exit::Done
        }
        "writer" => {
            survive_file_size_limit().expect("a handler");
            let path = env::temp_dir().join(format!("brigade-cli-writer-{}", process::id()));
            let written = std::fs::write(&path, vec![0; 1 << 20]);
            let _ = std::fs::remove_file(&path);
            println!("{}", written.expect_err("there is a limit"));
            Exit::Done
        }
        "lingering" => {
            let (tell, hear) = mpsc::channel();
            let signals = Signals::install().expect("handlers");
            signals.on_stop(move |stop| {
                eprintln!("heard");
                tell.send(stop).expect("main listens");
            });
            eprintln!("ready");
            let stop = hear.recv().expect("a signal");
            // Long enough for an echo to arrive.
            thread::sleep(Duration::from_millis(100));
            eprintln!("ended in peace");
            Exit::Interrupted(stop)
        }
        "stubborn" => {
            let signals = Signals::install().expect("handlers");
            signals.on_stop(|_| {
                eprintln!("heard");
                loop {
                    thread::park();
                }
            });
            eprintln!("ready");
            loop {
                thread::park();
            }
        }
        "talker" => {
            let mut stdout = Output::stdout();
            for number in 0..100_000 {
                if stdout.line(&format!("line {number}")).is_err() {
                    return Exit::Fatal;
                }
            }
            eprintln!("all said, closed: {}", stdout.is_closed());
            Exit::SomeFailed
        }
        "worker" | "quiet worker" => {
            let progress = Progress::start("cooking", 3, role == "quiet worker");
            progress.done();
            progress.note("the soup is hot");
            progress.failed();
            progress.done();
            // A terminal's bar is drawn by a thread of its own.
            if Stream::Stderr.is_terminal() {
                thread::sleep(Duration::from_millis(500));
            }
            progress.finish();
            Output::stdout().line("result").expect("stdout");
            Exit::Done
        }
        "parent of orphans" => {
            // Each shell leaves its sleep behind and ends.
            for _ in 0..5 {
                Command::new("sh")
                    .args(["-c", "sleep 0.05 & exit 0"])
                    .status()
                    .expect("a shell");
            }
            let is_alone = || {
                let children = std::fs::read_to_string("/proc/1/task/1/children");
                children.expect("process 1").split_whitespace().count() == 1
            };
            let patience = 500;
            for _ in 0..patience {
                if is_alone() && rustix::process::getpid().as_raw_pid() != 1 {
                    return Exit::NothingToDo;
                }
                thread::sleep(Duration::from_millis(20));
            }
            Exit::Fatal
        }
        other => panic!("no role {other}"),
    }
}

fn program(role: &str) -> Command {
    let executable = env::current_exe().expect("this binary");
    // Tests that run in the background of a script inherit ignored signals, which would stay ignored.
    let mut command = if cfg!(target_os = "linux") {
        let mut command = Command::new("env");
        command.arg("--default-signal=HUP,INT,TERM").arg(executable);
        command
    } else {
        Command::new(executable)
    };
    command.args(["--be", role]);
    for name in ["NO_COLOR", "CLICOLOR_FORCE", "TERM"] {
        command.env_remove(name);
    }
    command
}

/// A child that is killed when a test ends early.
struct Running {
    child: Child,
    lines: BufReader<process::ChildStderr>,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
        let lines = BufReader::new(child.stderr.take().expect("piped"));
        Self { child, lines }
    }

    fn line(&mut self) -> String {
        let mut line = String::new();
        self.lines.read_line(&mut line).expect("a line");
        line.trim_end().to_owned()
    }

    fn signal(&self, stop: Stop) {
        let pid = rustix::process::Pid::from_child(&self.child);
        let signal = rustix::process::Signal::from_named_raw(stop.signal()).expect("a signal");
        rustix::process::kill_process(pid, signal).expect("it runs");
    }

    fn end(mut self) -> ExitStatus {
        self.child.wait().expect("it ends")
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // An error says that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn first_signal() {
    for (stop, code) in [
        (Stop::Interrupt, 130),
        (Stop::Terminate, 143),
        (Stop::Hangup, 129),
    ] {
        let mut patient = Running::start(&mut program("patient"));
        assert_eq!(patient.line(), "ready");
        patient.signal(stop);
        assert_eq!(patient.line(), format!("stopping after {stop}"));
        assert_eq!(patient.end().code(), Some(code));
    }
}

fn second_signal() {
    let mut stubborn = Running::start(&mut program("stubborn"));
    assert_eq!(stubborn.line(), "ready");
    stubborn.signal(Stop::Terminate);
    assert_eq!(stubborn.line(), "heard");
    let status = loop {
        // The first of these may be taken for an echo.
        stubborn.signal(Stop::Interrupt);
        thread::sleep(Duration::from_millis(50));
        if let Some(status) = stubborn.child.try_wait().expect("a child") {
            break status;
        }
    };
    assert_eq!(status.code(), Some(130));
}

/// As from `timeout`, which signals its child and in the next moment the group that the child is in.
fn echo() {
    let mut lingering = Running::start(&mut program("lingering"));
    assert_eq!(lingering.line(), "ready");
    lingering.signal(Stop::Terminate);
    assert_eq!(lingering.line(), "heard");
    lingering.signal(Stop::Terminate);
    assert_eq!(lingering.line(), "ended in peace");
    assert_eq!(lingering.end().code(), Some(143));
}

fn ignored_signal() {
    let executable = env::current_exe().expect("this binary");
    let mut shell = Command::new("sh");
    shell
        .args(["-c", "trap '' HUP; exec \"$0\" --be patient"])
        .arg(executable);
    let mut patient = Running::start(&mut shell);
    assert_eq!(patient.line(), "ready");
    patient.signal(Stop::Hangup);
    patient.signal(Stop::Terminate);
    assert_eq!(patient.line(), "stopping after SIGTERM");
    assert_eq!(patient.end().code(), Some(143));
}

fn closed_stdout() {
    let mut talker = Running::start(program("talker").stdout(Stdio::piped()));
    let mut stdout = talker.child.stdout.take().expect("piped");
    stdout.read_exact(&mut [0; 6]).expect("the first word");
    drop(stdout);
    assert_eq!(talker.line(), "all said, closed: true");
    assert_eq!(talker.end().code(), Some(3));
}

fn full_disk() {
    let Ok(full) = std::fs::OpenOptions::new().write(true).open("/dev/full") else {
        println!("skipped: there is no /dev/full");
        return;
    };
    let talker = program("talker").stdout(full).output().expect("it runs");
    assert_eq!(talker.status.code(), Some(1));
}

fn plain_progress() {
    let output = program("worker").output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "result\n");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines[0], "the soup is hot");
    assert!(
        lines[1].starts_with("cooking: 3 of 3, 1 failed, in "),
        "{stderr}"
    );
    assert_eq!(lines.len(), 2);
    assert!(!stderr.contains('\x1b'));
}

fn quiet_progress() {
    let output = program("quiet worker").output().expect("it runs");
    assert_eq!(String::from_utf8_lossy(&output.stdout), "result\n");
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// `script` gives the program a terminal; what it draws there arrives in one stream with its results.
fn bar_progress() {
    let executable = env::current_exe().expect("this binary");
    let line = format!("'{}' --be worker", executable.display());
    let drawn = |term: &str| {
        let output = Command::new("script")
            .args(["-qec", &line, "/dev/null"])
            .env("TERM", term)
            .env_remove("NO_COLOR")
            .stdin(Stdio::null())
            .output();
        output
            .ok()
            .map(|output| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    let Some(terminal) = drawn("xterm") else {
        assert!(
            env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "script is required"
        );
        println!("skipped: script is not installed");
        return;
    };
    assert!(terminal.contains("cooking [====="), "{terminal:?}");
    assert!(terminal.contains("\x1b[1;31m1 failed"), "{terminal:?}");
    let dumb = drawn("dumb").expect("installed");
    assert!(dumb.contains("cooking: 3 of 3, 1 failed"), "{dumb:?}");
    assert!(!dumb.contains('\x1b'), "{dumb:?}");
}

/// `role` as process 1 of a PID namespace, where this machine allows one.
fn as_process_one(role: &str) -> Option<Command> {
    let unshare = ["--fork", "--pid", "--mount-proc", "--kill-child", "--"];
    let is_allowed = Command::new("unshare")
        .args(unshare)
        .arg("true")
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success());
    if !is_allowed {
        println!("skipped: no PID namespace may be made here");
        return None;
    }
    let mut command = Command::new("unshare");
    command
        .args(unshare)
        .args(["env", "--default-signal=HUP,INT,TERM"])
        .arg(env::current_exe().expect("this binary"));
    command.args(["--be", role]);
    Some(command)
}

fn process_one_reaps() {
    if let Some(mut command) = as_process_one("parent of orphans") {
        let status = command.status().expect("it runs");
        assert_eq!(status.code(), Some(4), "{status}");
    }
}

fn process_one_signals() {
    let Some(mut command) = as_process_one("patient") else {
        return;
    };
    let mut unshare = Running::start(&mut command);
    assert_eq!(unshare.line(), "ready");
    let children = format!("/proc/{0}/task/{0}/children", unshare.child.id());
    let one = std::fs::read_to_string(children).expect("it has children");
    let one: i32 = one.trim().parse().expect("one child");
    let one = rustix::process::Pid::from_raw(one).expect("a process");
    rustix::process::kill_process(one, rustix::process::Signal::TERM).expect("it runs");
    assert_eq!(unshare.line(), "stopping after SIGTERM");
    let status = unshare.end();
    assert_eq!((status.code(), status.signal()), (Some(143), None));
}

fn scheduling() {
    let output = Command::new(env::current_exe().expect("this binary"))
        .args(["--be", "courteous"])
        .output()
        .expect("a child");
    let cores = thread::available_parallelism().expect("a number").get();
    let expected = format!("{} 19\n", (cores - 1).max(1));
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected);
}

fn limited_file_size() {
    // In blocks of 512 or 1024 bytes, as the shell likes it.
    let output = Command::new("sh")
        .args(["-c", "ulimit -f 100 && exec \"$0\" --be writer"])
        .arg(env::current_exe().expect("this binary"))
        .output()
        .expect("a shell");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(said.contains("File too large"), "{output:?}");
}
