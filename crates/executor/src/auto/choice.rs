//! The decision: from what the first tasks needed to a mode and a number of workers. Nothing here looks at a clock.
//!
//! A task either computes or sleeps until something outside has come; that it also stands in line for a core says how busy
//! the machine is, not what the task is like, and is left out. With C cores, tasks that compute for a part s of their time
//! keep the cores busy from C / s workers on; more cannot help, fewer leave cores idle. Tasks of uneven length leave gaps
//! even then, so what sleeps gets twice as many: an idle thread costs little, an idle core costs time.
//!
//! Worker processes are never chosen. What they buy is that a job which crashes, hangs or leaks costs itself only, and
//! no number of jobs that went well says whether one will not; as fast as threads they are at best.

use crate::Mode;
use std::{fmt, time::Duration};

/// So many tasks are looked at; the first already decides, each further one may change the decision.
pub(crate) const SAMPLE: usize = 64;
/// Fewer tasks than this say nothing about tiny jobs: the first ones find every cache cold.
const FEW: usize = 16;
/// Handing a job to a thread and its outcome back costs about as much: shorter ones are done sooner where they are. About half
/// of it is what looking at a job adds to it.
const TINY: Duration = Duration::from_nanos(450);
/// A job that computes for this part of its time needs a core of its own: gaps are too short for another worker to fill.
const MOSTLY: f64 = 0.75;
/// How many workers there are for each that would be busy, so that uneven waits leave no core idle.
const SPARE: f64 = 2.0;

/// What one task needed.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Spent {
    pub(crate) wall: Duration,
    /// How much of it the task had a core.
    pub(crate) computed: Duration,
    /// How much of it it waited for anything but a core.
    pub(crate) slept: Duration,
}

/// What there is room for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Room {
    pub(crate) cores: usize,
    /// Workers at most.
    pub(crate) most: usize,
    /// What tasks may take of the machine's memory.
    pub(crate) memory: Option<u64>,
}

/// What [`Mode::Auto`] settled on, and what it rests on.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct Choice {
    /// [`Mode::Sequential`] or [`Mode::Threads`].
    pub mode: Mode,
    /// How many workers; 1 for a loop.
    pub workers: usize,
    /// What would be short with more of them.
    pub limit: Limit,
    /// How many tasks it rests on.
    pub tasks: usize,
    /// How long such a task ran: the median.
    pub wall: Duration,
    /// What part of their running time they computed, time in line for a core left out: near 0 they waited for something
    /// else.
    pub computing: f64,
    /// By how many bytes a running task made the program bigger, where that could be seen.
    pub bytes: Option<u64>,
}

/// What keeps [`Mode::Auto`] from more workers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Limit {
    /// Handing a job over costs more than running it.
    HandingOver,
    /// The cores are busy then.
    Cores,
    /// More were not allowed.
    Asked,
    /// There is no memory for more.
    Memory,
}

/// Decides; `None` before the first task.
pub(crate) fn choose(seen: &[Spent], bytes: Option<u64>, room: Room) -> Option<Choice> {
    let mut walls: Vec<Duration> = seen.iter().map(|spent| spent.wall).collect();
    walls.sort_unstable();
    let wall = *walls.get(walls.len() / 2)?;
    let sum = |of: fn(&Spent) -> Duration| seen.iter().map(of).sum::<Duration>().as_secs_f64();
    let computed = sum(|spent| spent.computed);
    let known = computed + sum(|spent| spent.slept);
    let computing = if known > 0.0 { computed / known } else { 1.0 };
    let cores = room.cores.max(1);
    let most = room.most.max(1);
    let computes = computing >= MOSTLY;
    let is_tiny = seen.len() >= FEW && wall < TINY;
    let (workers, limit) = if is_tiny {
        (1, Limit::HandingOver)
    } else {
        let busy = cores as f64 / computing.max(f64::MIN_POSITIVE);
        let helpful = if computes {
            cores as f64
        } else {
            (busy * SPARE).ceil()
        };
        // A float that is too large becomes the largest number.
        let helpful = helpful as usize;
        let fitting = match (bytes, room.memory) {
            (Some(bytes @ 1..), Some(memory)) => {
                usize::try_from(memory / bytes).unwrap_or(usize::MAX).max(1)
            }
            _ => usize::MAX,
        };
        if fitting < helpful.min(most) {
            (fitting, Limit::Memory)
        } else if most < helpful {
            (most, Limit::Asked)
        } else {
            (helpful, Limit::Cores)
        }
    };
    // On one core a thread that computes has nobody to overlap with.
    let mode = if workers == 1 && (is_tiny || computes) {
        Mode::Sequential
    } else {
        Mode::Threads
    };
    Some(Choice {
        mode,
        workers,
        limit,
        tasks: seen.len(),
        wall,
        computing,
        bytes,
    })
}

impl fmt::Display for Choice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.mode {
            Mode::Sequential => write!(f, "a loop")?,
            mode => write!(f, "{mode} × {}", self.workers)?,
        }
        write!(
            f,
            ": {} tasks ran for {:?} and computed {:.0} % of it; {}",
            self.tasks,
            self.wall,
            100.0 * self.computing,
            match self.limit {
                Limit::HandingOver => "handing them over would cost more",
                Limit::Cores => "more workers would share the same cores",
                Limit::Asked => "more workers were not allowed",
                Limit::Memory => "there is no memory for more",
            }
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOM: Room = Room {
        cores: 2,
        most: 256,
        memory: Some(1 << 30),
    };

    fn seen(tasks: usize, wall: Duration, computing: f64) -> Vec<Spent> {
        vec![
            Spent {
                wall,
                computed: wall.mul_f64(computing),
                slept: wall.mul_f64(1.0 - computing),
            };
            tasks
        ]
    }

    fn pick(seen: &[Spent], room: Room) -> (Mode, usize, Limit) {
        let choice = choose(seen, None, room).expect("tasks were seen");
        (choice.mode, choice.workers, choice.limit)
    }

    #[test]
    fn nothing_seen_decides_nothing() {
        assert_eq!(choose(&[], None, ROOM), None);
    }

    #[test]
    fn what_computes_gets_a_thread_for_each_core() {
        for tasks in [1, 64] {
            let seen = seen(tasks, Duration::from_millis(4), 0.98);
            assert_eq!(pick(&seen, ROOM), (Mode::Threads, 2, Limit::Cores));
        }
        let one_core = Room { cores: 1, ..ROOM };
        let seen = seen(8, Duration::from_millis(4), 0.98);
        assert_eq!(pick(&seen, one_core), (Mode::Sequential, 1, Limit::Cores));
    }

    #[test]
    fn what_waits_gets_as_many_threads_as_keep_the_cores_busy_or_are_allowed() {
        let waits = seen(8, Duration::from_millis(400), 0.001);
        assert_eq!(pick(&waits, ROOM), (Mode::Threads, 256, Limit::Asked));
        let mixed = seen(8, Duration::from_millis(10), 0.25);
        assert_eq!(pick(&mixed, ROOM), (Mode::Threads, 16, Limit::Cores));
        let one_core = Room { cores: 1, ..ROOM };
        assert_eq!(pick(&mixed, one_core), (Mode::Threads, 8, Limit::Cores));
        let asleep = seen(8, Duration::from_millis(10), 0.0);
        assert_eq!(
            pick(&asleep, ROOM).1,
            256,
            "a share of nothing is no division by zero"
        );
    }

    #[test]
    fn tiny_jobs_stay_where_they_are_once_enough_were_seen() {
        let tiny = seen(FEW, Duration::from_nanos(300), 0.9);
        assert_eq!(pick(&tiny, ROOM), (Mode::Sequential, 1, Limit::HandingOver));
        assert_eq!(pick(&tiny[..FEW - 1], ROOM).0, Mode::Threads);
        let no_time = seen(FEW, Duration::ZERO, 0.0);
        assert_eq!(pick(&no_time, ROOM).0, Mode::Sequential);
    }

    #[test]
    fn a_few_slow_first_tasks_do_not_hide_that_jobs_are_tiny() {
        let mut mostly = seen(61, Duration::from_nanos(300), 1.0);
        mostly.extend(seen(3, Duration::from_millis(20), 1.0));
        assert_eq!(pick(&mostly, ROOM).0, Mode::Sequential);
    }

    #[test]
    fn memory_bounds_the_workers() {
        let waits = seen(8, Duration::from_millis(400), 0.001);
        let choice = choose(&waits, Some(100 << 20), ROOM).expect("tasks were seen");
        assert_eq!(
            (choice.mode, choice.workers, choice.limit),
            (Mode::Threads, 10, Limit::Memory)
        );
        let huge = choose(&waits, Some(u64::MAX), ROOM).expect("tasks were seen");
        assert_eq!((huge.workers, huge.limit), (1, Limit::Memory));
        let unknown = choose(&waits, Some(0), ROOM).expect("tasks were seen");
        assert_eq!(unknown.workers, 256);
    }

    #[test]
    fn a_decision_is_told_in_a_sentence() {
        let seen = seen(8, Duration::from_millis(4), 0.98);
        let choice = choose(&seen, None, ROOM).expect("tasks were seen");
        assert_eq!(
            choice.to_string(),
            "threads × 2: 8 tasks ran for 4ms and computed 98 % of it; more workers would share the same cores"
        );
    }
}
