"""Python's process pools, for comparison with `cargo bench --bench executor`: two workers, medians of five rounds.

    python3 -m venv venv && venv/bin/pip install loky pebble
    venv/bin/python benches/peers/pools.py

Microseconds for a job that does nothing, by chunk size; then what pebble, the only one that can, needs after a
deadline and after a crash until its future knows, and until the next job's result is there.
"""

import os
import signal
import statistics
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import Pool

WORKERS = 2
ROUNDS = 5
DEADLINE = 0.2


def noop(number):
    return number + 1


def hang(_):
    time.sleep(1000)


def kill(_):
    os.kill(os.getpid(), signal.SIGKILL)


def microseconds(tasks, run):
    run()  # starts the workers
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        run()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds) / tasks * 1e6


def row(name, mapping):
    cells = []
    for chunk, tasks in (1, 4000), (100, 40000):
        cells.append(f"{microseconds(tasks, lambda: mapping(range(tasks), chunk)):9.2f}")
    print(f"{name:36} {cells[0]} {cells[1]}", flush=True)


def after(pool, job, timeout, due):
    """Milliseconds until the future knows, and until the next result is there."""
    told, refilled = [], []
    for _ in range(ROUNDS):
        start = time.perf_counter() + due
        late = pool.schedule(job, args=[0], timeout=timeout)
        following = pool.schedule(noop, args=[0])
        try:
            late.result()
        except Exception:
            told.append((time.perf_counter() - start) * 1e3)
        following.result()
        refilled.append((time.perf_counter() - start) * 1e3)
    return f"{statistics.median(told):8.1f} {statistics.median(refilled):8.1f}"


def main():
    print(f"{'µs a job that does nothing':36} {'chunk 1':>9} {'chunk 100':>9}")
    with Pool(WORKERS) as pool:
        row("multiprocessing.Pool.imap", lambda jobs, chunk: list(pool.imap(noop, jobs, chunksize=chunk)))
    with ProcessPoolExecutor(WORKERS) as pool:
        row("ProcessPoolExecutor.map", lambda jobs, chunk: list(pool.map(noop, jobs, chunksize=chunk)))
    try:
        from loky import get_reusable_executor

        pool = get_reusable_executor(max_workers=WORKERS)
        row("loky", lambda jobs, chunk: list(pool.map(noop, jobs, chunksize=chunk)))
        pool.shutdown()
    except ImportError:
        print("loky is not installed")
    try:
        from pebble import ProcessPool
    except ImportError:
        return print("pebble is not installed")
    with ProcessPool(max_workers=WORKERS) as pool:
        row("pebble", lambda jobs, chunk: list(pool.map(noop, jobs, chunksize=chunk).result()))
    with ProcessPool(max_workers=1) as pool:
        pool.schedule(noop, args=[0]).result()
        print(f"\n{'ms after it, pebble, one worker':36} {'told':>8} {'next':>8}")
        print(f"{'deadline':36} {after(pool, hang, DEADLINE, DEADLINE)}")
        print(f"{'crash':36} {after(pool, kill, None, 0)}")


if __name__ == "__main__":
    main()
