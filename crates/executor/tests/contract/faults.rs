//! Jobs that bring their worker down, and workers that are none. Only processes survive them; that threads do not is shown
//! by a child process that dies.

mod deaths;
mod limits;
mod lives;
mod strangers;
mod victims;
mod words;

pub(crate) use self::{strangers::forgetful_main, victims::play_victim};

use crate::jobs::{Answer, Trial};
use brigade_executor::{Executor, Outcome};

pub(crate) fn trials() -> Vec<libtest_mimic::Trial> {
    let groups = [
        deaths::trials(),
        limits::trials(),
        words::trials(),
        lives::trials(),
        strangers::trials(),
        victims::trials(),
    ];
    groups.into_iter().flatten().collect()
}

const ECHO: Outcome<Answer> = Outcome::Ok(Answer::Number(5));

fn still_works(executor: &Executor) {
    assert_eq!(executor.submit(Trial::Echo(5)).join(), ECHO);
}
