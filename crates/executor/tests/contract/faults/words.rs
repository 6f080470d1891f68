//! What jobs print, and what they cannot say.

use super::still_works;
use crate::{
    case, executor,
    jobs::{Answer, Trial},
};
use brigade_executor::{Mode, Outcome};

pub(super) fn trials() -> Vec<libtest_mimic::Trial> {
    [
        case(
            "processes::an output that cannot be serialised",
            unserialisable,
        ),
        case("processes::printing", printing),
        case("processes::closing stdin, stdout and stderr", closed_stdout),
    ]
    .into()
}

fn unserialisable() {
    let executor = executor(Mode::Processes).build().expect("plain options");
    let Outcome::Failed { message, .. } = executor.submit(Trial::Unserialisable).join() else {
        panic!("it cannot be sent")
    };
    assert_eq!(message, "the output of job `trial` cannot be encoded");
    still_works(&executor);
}

fn printing() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::Print).join(),
        Outcome::Ok(Answer::Number(0))
    );
    let Outcome::Crashed { stderr, .. } = executor.submit(Trial::Abort).join() else {
        panic!("it aborts")
    };
    assert!(
        stderr.contains("to stdout") && stderr.contains("to stderr"),
        "{stderr}"
    );
}

fn closed_stdout() {
    let executor = executor(Mode::Processes)
        .workers(1)
        .build()
        .expect("plain options");
    assert_eq!(
        executor.submit(Trial::CloseStdout).join(),
        Outcome::Ok(Answer::Number(0))
    );
    still_works(&executor);
    assert!(matches!(
        executor.submit(Trial::Abort).join(),
        Outcome::Crashed { .. }
    ));
    still_works(&executor);
}
