//! The page in a real browser: Chromium, headless, fed by a server of ours that notes what is asked for.
//!
//! A harness page holds the report in a frame of the same origin, acts on it as a person would, and writes what it
//! saw into its own body, which Chromium prints. Without Chromium the tests are skipped, unless
//! `BRIGADE_REQUIRE_TOOLS` is set.

use brigade_report::{Run, comparison_html, example, html};
use serde_json::Value;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const HARNESS: &str = include_str!("browser/harness.html");

/// What became of a page in the browser.
struct Seen {
    /// The paths asked for.
    requests: Vec<String>,
    /// The browser's console.
    console: String,
    /// The document after scripts ran.
    document: String,
}

impl Seen {
    /// What the harness wrote.
    fn result(&self) -> Value {
        let text = self.document.split("<pre id=\"result\">").nth(1);
        let text = text
            .and_then(|rest| rest.split("</pre>").next())
            .expect("a result");
        let text = text
            .replace("&amp;", "&")
            .replace("&lt;", "<")
            .replace("&gt;", ">");
        serde_json::from_str(&text)
            .unwrap_or_else(|error| panic!("{error}: {text}\n{}", self.console))
    }
}

#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn chromium() -> Option<&'static str> {
    let found = ["chromium", "chromium-browser", "google-chrome"]
        .into_iter()
        .find(|name| {
            let run = Command::new(name)
                .arg("--version")
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status();
            run.is_ok_and(|status| status.success())
        });
    if found.is_none() {
        assert!(
            std::env::var_os("BRIGADE_REQUIRE_TOOLS").is_none(),
            "chromium is not installed"
        );
        println!("skipped: chromium is not installed");
    }
    found
}

/// Serves the pages as `/report/0` and so on, opens `path`, and waits until the browser has printed the document.
/// `None` without a browser.
fn open(path: &str, pages: Vec<String>) -> Option<Seen> {
    let browser = chromium()?;
    let server = TcpListener::bind("127.0.0.1:0").expect("bind");
    let address = server.local_addr().expect("address");
    let requests = Arc::new(Mutex::new(Vec::new()));
    std::thread::spawn({
        let served = Arc::new((pages, Arc::clone(&requests)));
        move || {
            for connection in server.incoming().flatten() {
                // Browsers open connections ahead of need: one that stays silent must not hold up the others.
                let served = Arc::clone(&served);
                std::thread::spawn(move || answer(connection, &served.0, &served.1));
            }
        }
    });
    let profile = tempfile::tempdir().expect("temporary folder");
    let mut child = Command::new(browser)
        .args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--enable-logging=stderr",
            "--virtual-time-budget=10000",
            "--window-size=1200,900",
            "--dump-dom",
        ])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg(format!("http://{address}{path}"))
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("start the browser");
    let deadline = Instant::now() + Duration::from_secs(90);
    let output = std::thread::scope(|scope| {
        let mut stdout = child.stdout.take().expect("piped");
        let mut stderr = child.stderr.take().expect("piped");
        let document = scope.spawn(move || read(&mut stdout));
        let console = scope.spawn(move || read(&mut stderr));
        while child.try_wait().expect("wait").is_none() {
            if Instant::now() > deadline {
                child.kill().expect("kill the browser");
                panic!("the browser did not finish");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        (
            document.join().expect("read"),
            console.join().expect("read"),
        )
    });
    let requests = requests.lock().expect("no panic while held").clone();
    Some(Seen {
        requests,
        console: output
            .1
            .lines()
            .filter(|line| line.contains("CONSOLE"))
            .collect::<Vec<_>>()
            .join("\n"),
        document: output.0,
    })
}

fn read(from: &mut impl std::io::Read) -> String {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)
        .expect("read the browser's output");
    String::from_utf8_lossy(&bytes).into_owned()
}

fn answer(mut connection: TcpStream, pages: &[String], requests: &Mutex<Vec<String>>) {
    let mut line = String::new();
    let mut reader = BufReader::new(&connection);
    if reader.read_line(&mut line).is_err() || line.is_empty() {
        return;
    }
    let mut header = String::new();
    while reader.read_line(&mut header).is_ok_and(|read| read > 2) {
        header.clear();
    }
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    let name = path.split('?').next().unwrap_or_default();
    let page = name
        .strip_prefix("/report/")
        .and_then(|number| pages.get(number.parse::<usize>().ok()?));
    let body = match (name, page) {
        ("/harness", _) => HARNESS,
        (_, Some(page)) => page,
        _ => "",
    };
    // A sandboxed document runs no script, which is how a browser behaves that has them turned off.
    let policy = if path.ends_with("?scripts=off") {
        "Content-Security-Policy: sandbox\r\n"
    } else {
        ""
    };
    requests.lock().expect("no panic while held").push(path);
    // The browser may have hung up.
    let _sent = write!(
        connection,
        "HTTP/1.1 200 OK\r\n{policy}Content-Type: text/html\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
}

/// What the harness saw of each page at each width.
fn harness(pages: Vec<String>, widths: &[u32]) -> Option<Vec<Vec<Value>>> {
    let widths: Vec<String> = widths.iter().map(u32::to_string).collect();
    let path = format!("/harness?{}&{}", pages.len(), widths.join(","));
    let seen = open(&path, pages)?;
    assert_eq!(seen.console, "", "the console stays empty");
    let ours = |path: &str| path.starts_with("/harness") || path.starts_with("/report/");
    let foreign: Vec<&String> = seen.requests.iter().filter(|path| !ours(path)).collect();
    assert!(foreign.is_empty(), "a page asked for {foreign:?}");
    Some(serde_json::from_value(seen.result()).expect("a list of lists"))
}

/// The same for one run on a wide page.
fn look_at(run: Run) -> Option<Value> {
    Some(harness(vec![html(&run)], &[1200])?.remove(0).remove(0))
}

#[test]
fn the_page_alone_requests_nothing_and_logs_nothing() {
    let Some(seen) = open("/report/0", vec![html(&example::run_with_failures(12))]) else {
        return;
    };
    assert_eq!(seen.requests, ["/report/0"]);
    assert_eq!(seen.console, "");
    assert!(
        seen.document.contains("class=\"controls\">"),
        "the script showed its controls"
    );
}

#[test]
fn with_scripts_off_every_table_and_drawing_is_there() {
    let run = example::run_with_failures(12);
    let Some(seen) = open("/report/0?scripts=off", vec![html(&run)]) else {
        return;
    };
    assert!(
        seen.console.contains("Blocked script execution"),
        "scripts were on: {}",
        seen.console
    );
    assert!(
        seen.document.contains("class=\"controls\" hidden=\"\""),
        "no controls that would do nothing"
    );
    assert!(seen.document.contains("face 1: the picture ends early"));
    assert!(seen.document.contains("Zoë Łukasz"));
    let drawings = seen.document.matches("role=\"img\"").count();
    assert!(drawings >= 10, "{drawings} drawings");
    assert!(
        seen.document.matches("<table").count() >= drawings,
        "a table for each"
    );
}

#[test]
fn hovering_zooming_and_filtering_work() {
    let Some(result) = look_at(example::run_with_failures(12)) else {
        return;
    };
    let tip = result["tip"].as_str().expect("a tip");
    assert!(
        tip.starts_with("Task 1, Ada Lovelace: delivered\nran 200 ms from 2 ms, waited 1 ms"),
        "{tip}"
    );
    assert_eq!(result["tipAfterLeaving"], true, "hidden again");
    let zoomed = result["zoomed"].as_str().expect("a range");
    assert!(zoomed.contains(" to "), "{zoomed}");
    assert_eq!(
        result["barsAfterWhole"], result["barsBefore"],
        "the whole phase is drawn as before"
    );
    assert_ne!(result["barsZoomed"], result["barsBefore"]);
    assert_eq!(
        result["keyboard"], result["zoomed"],
        "+ zooms like the button"
    );
    assert_eq!(result["foundByName"], "3 found");
    assert_eq!(result["rowsByName"], 3);
    // The number that the bar's text shows is the one to search for, and the table's.
    assert_eq!(result["foundByNumber"], "1 found");
    assert_eq!(result["rowsByNumber"], 1);
    assert_eq!(result["foundFailed"], "1 found");
    assert_eq!(result["rowsFailed"], 1);
    // One attempt that another followed, and one task that asked again by itself.
    assert_eq!(result["foundAgain"], "2 found");
    assert_eq!(result["rowsAgain"], 2);
}

#[test]
fn nothing_overlaps_or_is_cut_off_on_a_wide_page_and_a_phone() {
    let mut many = example::run(400);
    for (index, task) in many
        .phases
        .iter_mut()
        .flat_map(|phase| &mut phase.tasks)
        .enumerate()
    {
        task.worker = Some(index as u32 % 100);
    }
    // The longest labels there can be: threads of one process, at the end of the numbers that Linux gives.
    let mut far = example::run_with_failures(60);
    for phase in &mut far.phases {
        for (index, task) in (0..).zip(&mut phase.tasks) {
            task.worker = Some(index % 60);
            task.pid = Some(4_194_300);
            task.tid = Some(4_194_303 - index % 60);
        }
    }
    let mut replaced = far.clone();
    for task in replaced
        .phases
        .iter_mut()
        .flat_map(|phase| &mut phase.tasks)
    {
        task.pid = task.tid;
    }
    let runs = [
        example::run(10),
        example::run_with_failures(12),
        example::run_interrupted(10),
        many,
        far,
        replaced,
    ];
    let mut pages: Vec<String> = runs.iter().map(html).collect();
    pages.push(comparison_html(&example::comparison()));
    let Some(results) = harness(pages, &[1200, 390, 360]) else {
        return;
    };
    for (number, results) in results.iter().enumerate() {
        for (width, result) in [1200u32, 390, 360].into_iter().zip(results) {
            assert_eq!(result["width"], width, "run {number}");
            assert!(
                result["contentWidth"].as_u64() <= Some(u64::from(width)),
                "run {number}: {result}"
            );
            assert_eq!(
                result["overlapping"],
                serde_json::json!([]),
                "run {number} at {width}"
            );
            assert_eq!(
                result["cutOff"],
                serde_json::json!([]),
                "run {number} at {width}"
            );
        }
    }
}

#[test]
fn what_the_page_says_is_named_for_those_who_cannot_see_it() {
    let Some(result) = look_at(example::run_with_failures(12)) else {
        return;
    };
    assert_eq!(
        result["unnamed"],
        serde_json::json!([]),
        "controls, drawings and regions without a name"
    );
    assert_eq!(
        result["headings"], "ordered",
        "no level of headings is skipped"
    );
    assert_eq!(result["duplicateIds"], serde_json::json!([]));
}
