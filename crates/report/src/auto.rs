//! What mode `auto` chose and why, in a sentence. The figures are the record's.

use crate::phase::{Auto, AutoLimit, Phase};
use crate::quantity::size;
use crate::time::short;

/// Such as "auto chose threads × 2: …"; `None` for a phase in another mode.
pub(crate) fn auto_sentence(phase: &Phase) -> Option<String> {
    let auto = phase.mode.auto.as_ref()?;
    let chosen = match phase.workers {
        Some(workers) => format!("{} × {workers}", phase.mode.canonical),
        None => "a loop".to_owned(),
    };
    let seen = match auto.tasks {
        1 => "the first task".to_owned(),
        tasks => format!("the first {tasks} tasks"),
    };
    Some(format!(
        "auto chose {chosen}: {seen} ran {} and computed {:.0} % of it, {}",
        short(auto.task_seconds),
        100.0 * auto.computing,
        because(auto, phase.workers.unwrap_or(1))
    ))
}

fn because(auto: &Auto, workers: u32) -> String {
    match auto.limit {
        AutoLimit::HandingOver => {
            "which is less than handing one to a thread would cost".to_owned()
        }
        AutoLimit::Cores if auto.computing >= 0.75 => {
            "so more workers than cores would not help".to_owned()
        }
        AutoLimit::Cores => format!("so {workers} workers keep the cores busy"),
        AutoLimit::Asked => {
            format!(
                "so more workers would help, but {} are the most allowed",
                auto.at_most
            )
        }
        AutoLimit::Memory => format!(
            "and took {} each, so there is memory for no more",
            size(auto.task_bytes.unwrap_or(0))
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::example;

    fn sentence(limit: AutoLimit, computing: f64, workers: Option<u32>) -> String {
        let mut phase = example::run(1).phases.remove(0);
        phase.workers = workers;
        phase.mode.canonical = "threads".to_owned();
        phase.mode.auto = Some(Auto {
            at_most: 256,
            tasks: 64,
            task_seconds: 0.4,
            computing,
            task_bytes: Some(100 << 20),
            limit,
        });
        auto_sentence(&phase).expect("auto chose")
    }

    #[test]
    fn every_reason_is_told() {
        let waits = sentence(AutoLimit::Asked, 0.001, Some(256));
        assert_eq!(
            waits,
            "auto chose threads × 256: the first 64 tasks ran 400 ms and computed 0 % of it, so more workers would \
             help, but 256 are the most allowed"
        );
        let mixed = sentence(AutoLimit::Cores, 0.25, Some(16));
        assert!(
            mixed.ends_with("so 16 workers keep the cores busy"),
            "{mixed}"
        );
        let computes = sentence(AutoLimit::Cores, 0.98, Some(2));
        assert!(
            computes.ends_with("so more workers than cores would not help"),
            "{computes}"
        );
        let tiny = sentence(AutoLimit::HandingOver, 0.98, None);
        assert!(tiny.starts_with("auto chose a loop: "), "{tiny}");
        let big = sentence(AutoLimit::Memory, 0.01, Some(10));
        assert!(big.contains("took 100.0 MiB each"), "{big}");
    }

    #[test]
    fn a_mode_that_was_asked_for_has_no_such_sentence() {
        assert_eq!(auto_sentence(&example::run(1).phases[0]), None);
    }
}
