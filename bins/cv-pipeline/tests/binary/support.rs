//! Runs the real binary in a folder of its own and looks at what it left.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

/// A folder for one run's results, and the binary's arguments so far.
pub(crate) struct Run {
    pub(crate) out: tempfile::TempDir,
    pub(crate) cache: PathBuf,
    arguments: Vec<String>,
}

/// What a finished process left.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    pub(crate) out: tempfile::TempDir,
}

impl Run {
    /// The binary with `arguments` (split at spaces), a fixed seed and a service that does not dawdle, unless the
    /// arguments say otherwise.
    pub(crate) fn new(arguments: &str) -> Run {
        let mut arguments: Vec<String> = arguments.split_whitespace().map(str::to_owned).collect();
        for (flag, value) in [("--seed", "7"), ("--latency", "0.01")] {
            if !arguments.iter().any(|argument| argument.starts_with(flag)) {
                arguments.push(format!("{flag}={value}"));
            }
        }
        Run {
            out: tempfile::tempdir().unwrap(),
            // Shared by all tests: the same seed draws the same portraits.
            cache: PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("portraits"),
            arguments,
        }
    }

    pub(crate) fn arg(mut self, argument: impl Into<String>) -> Run {
        self.arguments.push(argument.into());
        self
    }

    pub(crate) fn command(&self) -> Command {
        let binary = env!("CARGO_BIN_EXE_cv-pipeline");
        // Tests that run in the background of a script inherit ignored signals, which would stay ignored.
        let mut command = if cfg!(target_os = "linux") {
            let mut command = Command::new("env");
            command.arg("--default-signal=HUP,INT,TERM").arg(binary);
            command
        } else {
            Command::new(binary)
        };
        command.args(&self.arguments);
        if !self
            .arguments
            .iter()
            .any(|argument| argument.starts_with("--out="))
        {
            command.arg(format!("--out={}", self.out.path().display()));
        }
        command
            .env("XDG_CACHE_HOME", &self.cache)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn done(self) -> Done {
        let output = self.command().output().unwrap();
        Done::new(output, self.out)
    }
}

impl Done {
    pub(crate) fn new(output: Output, out: tempfile::TempDir) -> Done {
        Done {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
            out,
        }
    }

    /// Fails the test with everything the process said, unless it ended with `code`.
    #[track_caller]
    pub(crate) fn expect(self, code: i32) -> Done {
        assert_eq!(
            self.code,
            Some(code),
            "stdout: {}\nstderr: {}",
            self.stdout,
            self.stderr
        );
        self
    }

    pub(crate) fn zip(&self) -> PathBuf {
        self.out.path().join("zipped_cvs.zip")
    }

    /// The delivered PDFs by name.
    pub(crate) fn pdfs(&self) -> BTreeMap<String, Vec<u8>> {
        entries(&self.zip())
    }

    /// The record of the run.
    pub(crate) fn record(&self) -> serde_json::Value {
        let path = self.out.path().join(".brigade/run.json");
        serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
    }

    /// The record's attempts of a phase, 0 or 1, by task.
    pub(crate) fn tasks(&self, phase: usize) -> Vec<serde_json::Value> {
        let record = self.record();
        let mut tasks = record["phases"][phase]["tasks"].as_array().unwrap().clone();
        tasks.sort_by_key(|task| (task["index"].as_u64(), task["attempt"].as_u64()));
        tasks
    }
}

/// A ZIP's entries by name.
pub(crate) fn entries(zip: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut archive = zip::ZipArchive::new(std::fs::File::open(zip).unwrap()).unwrap();
    (0..archive.len())
        .map(|index| {
            let mut entry = archive.by_index(index).unwrap();
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            (entry.name().unwrap().into_owned(), bytes)
        })
        .collect()
}

/// Whether another project's tool is here. Where it must be and is not, the test fails.
pub(crate) fn has_tool(name: &str) -> bool {
    let found = Command::new(name)
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok();
    if !found {
        assert!(
            std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "{name} is not installed"
        );
        println!("skipped: {name} is not installed");
    }
    found
}

/// How many different values a field has.
pub(crate) fn distinct(tasks: &[serde_json::Value], field: &str) -> usize {
    let values: std::collections::BTreeSet<String> =
        tasks.iter().map(|task| task[field].to_string()).collect();
    values.len()
}

/// Whether the long forms of tests are asked for.
pub(crate) fn is_long() -> bool {
    std::env::var_os("LONG").is_some_and(|value| value != "0")
}
