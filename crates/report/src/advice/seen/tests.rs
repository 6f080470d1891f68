//! Sentences for phases of every kind.

use super::*;

fn seen(mode: &str, workers: f64, wall: f64, tasks: &[(f64, f64)]) -> Seen<'static> {
    let mut durations: Vec<f64> = tasks.iter().map(|(wall, _)| *wall).collect();
    durations.sort_by(f64::total_cmp);
    let task_seconds: f64 = durations.iter().sum();
    let cpu_seconds: f64 = tasks.iter().map(|(_, cpu)| cpu).sum();
    Seen {
        mode: if mode == "gil" { "gil" } else { "threads" },
        workers,
        cores: 2.0,
        wall,
        task_seconds,
        cpu_seconds,
        cpu_share: cpu_seconds / task_seconds,
        in_line: None,
        machine_cpu_percent: Some(40.0),
        longest: durations.last().copied().unwrap_or(0.0),
        isolation: None,
        overlaps: false,
        durations: Durations::of_sorted(&durations).expect("tasks"),
    }
}

#[test]
fn a_loop_that_waits_is_told_how_many_workers_help() {
    let text = seen("", 1.0, 4.0, &[(0.4, 0.004); 10]).judge();
    assert_eq!(
        text,
        "its tasks waited 99 % of their time, so more workers help until about 10: 400 ms at best instead of 4 \
         s; beyond that, the longest task alone takes 400 ms"
    );
}

#[test]
fn a_phase_that_waits_with_enough_workers_is_left_alone_and_with_far_too_many_told_so() {
    let tasks = [(0.4, 0.004); 10];
    assert!(
        seen("", 10.0, 0.41, &tasks)
            .judge()
            .contains("and 10 workers are enough")
    );
    assert!(
        seen("", 100.0, 0.41, &tasks)
            .judge()
            .contains("10 workers would do as well as 100")
    );
}

#[test]
fn many_waiting_tasks_are_limited_by_the_cores_in_the_end() {
    let text = seen("", 8.0, 50.0, &[(0.4, 0.04); 1000]).judge();
    assert!(
        text.contains(
            "until about 20: 20 s at best instead of 50 s; beyond that, the 2 cores are busy"
        ),
        "{text}"
    );
}

#[test]
fn a_loop_that_computes_is_told_of_the_idle_cores() {
    let text = seen("", 1.0, 2.0, &[(0.2, 0.2); 10]).judge();
    assert!(
        text.contains("on 1 of the 2 cores: 2 workers would take 1 s at best instead of 2 s"),
        "{text}"
    );
}

#[test]
fn a_phase_beside_another_is_said_to_wait_for_work() {
    let mut beside = seen("", 2.0, 5.0, &[(0.005, 0.004); 64]);
    assert!(beside.judge().contains("kept the 2 cores busy only 3 %"));
    beside.overlaps = true;
    assert_eq!(
        beside.judge(),
        "its tasks computed 80 % of their time, 160 ms of 5 s, and more workers would not help: the phases overlap, \
         and the rest it waited for work from the other"
    );
}

#[test]
fn a_hundred_workers_on_two_cores_are_seen_to_compute_though_each_mostly_waits_for_a_core() {
    let text = seen("", 100.0, 1.02, &[(1.0, 0.02); 100]).judge();
    assert_eq!(
        text,
        "it kept the 2 cores busy 98 % of its time, so 2 workers would do as well as 100"
    );
}

#[test]
fn tasks_that_may_have_waited_for_a_core_are_not_said_to_wait_for_something_else() {
    let mut shared = seen("", 100.0, 1.0, &[(0.2, 0.007); 100]);
    assert!(shared.judge().contains("waited 96 %"), "a quiet machine");
    shared.machine_cpu_percent = Some(99.0);
    assert!(
        shared
            .judge()
            .contains("the machine was 99 % busy, so they may have waited for a core")
    );
    shared.machine_cpu_percent = None;
    assert!(
        shared
            .judge()
            .contains("too short to see what else the cores did")
    );
    let mut few = seen("", 2.0, 0.1, &[(0.02, 0.005); 8]);
    few.machine_cpu_percent = None;
    assert!(few.judge().contains("may have waited for a core"));
    let mut waits = seen("", 100.0, 1.3, &[(0.4, 0.001); 100]);
    waits.machine_cpu_percent = Some(99.0);
    assert!(
        waits.judge().contains("waited 100 %"),
        "too little computing to be short of cores"
    );
}

#[test]
fn tasks_that_stood_in_line_for_a_core_are_said_to_compute() {
    let mut loaded = seen("", 2.0, 0.4, &[(0.1, 0.023); 8]);
    loaded.in_line = Some(0.75);
    assert_eq!(
        loaded.judge(),
        "its tasks computed 23 % of their time and stood in line for a core 75 % of it: other work had the cores, \
         so measure again on a quiet machine"
    );
    loaded.workers = 100.0;
    assert!(
        loaded.judge().ends_with(
            "100 workers shared the 2 cores, and on a quiet machine 2 workers would do as well"
        ),
        "{}",
        loaded.judge()
    );
    // The same clocks, but the scheduler says that nobody was kept from a core.
    loaded.in_line = Some(0.0);
    assert!(
        loaded
            .judge()
            .starts_with("its tasks waited 77 % of their time")
    );
}

#[test]
fn waiting_and_time_in_line_are_told_apart() {
    let mut both = seen("", 8.0, 0.6, &[(0.4, 0.04); 10]);
    both.in_line = Some(0.3);
    assert!(
        both.judge().starts_with(
            "its tasks waited 60 % of their time and stood in line for a core 30 % of it: the cores had more"
        ),
        "{}",
        both.judge()
    );
    both.in_line = Some(0.1);
    assert!(
        both.judge().starts_with(
            "its tasks waited 80 % of their time and stood in line for a core 10 % of it, so more workers help until about 10"
        ),
        "{}",
        both.judge()
    );
}

#[test]
fn a_task_that_failed_late_is_what_the_phase_waited_for() {
    let mut late = seen("", 12.0, 18.9, &[(0.4, 0.001); 60]);
    late.longest = 18.3;
    let text = late.judge();
    assert!(
        text.ends_with("2 workers would do as well as 12: a task that failed took 18.3 s to do so"),
        "{text}"
    );
}

#[test]
fn what_processes_cost_is_told() {
    let mut processes = seen("", 2.0, 1.02, &[(0.02, 0.02); 100]);
    processes.isolation = Some(Isolation {
        start: 0.03,
        bytes: Some(40 << 20),
    });
    let text = processes.judge();
    assert!(
        text.ends_with(
            "more than 2 workers would not help. Processes are for isolation only: their first task started after 30 \
             ms, 3 % of the phase, and they took up to 40.0 MiB more memory"
        ),
        "{text}"
    );
}

#[test]
fn the_lock_of_the_gil_mode_is_named() {
    let text = seen("gil", 8.0, 2.0, &[(1.5, 0.2); 10]).judge();
    assert!(
        text.contains("threads would use all 2 cores and take"),
        "{text}"
    );
}

#[test]
fn what_went_into_starting_and_packing_no_worker_shortens() {
    let full = seen("", 1.0, 0.1, &[(0.009, 0.009); 10]).judge();
    assert!(full.contains("2 workers would take"), "{full}");
    let empty = seen("", 1.0, 6.0, &[(0.004, 0.004); 2]).judge();
    assert!(empty.contains("more workers would not help"), "{empty}");
}
