#!/usr/bin/env python3
"""What serving costs: CPU of face-server while clients fetch faces at the default latency.

usage: benches/serving.py [FACES [CLIENTS]]     (cargo build --release first)

Prints the server's CPU time by the scheduler's clock (Linux's schedstat; ticks of 10 ms are too coarse for it),
per face and as a share of one core. The portraits are drawn before the clock starts.
"""

import glob
import http.client
import re
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

faces, clients = (int(text) for text in (sys.argv[1:] + ["100", "10"][len(sys.argv) - 1 :]))


def cpu_seconds(pid):
    # Threads are kept between requests, so none takes its time away unseen.
    return sum(int(open(path).read().split()[0]) for path in glob.glob(f"/proc/{pid}/task/*/schedstat")) / 1e9


server = subprocess.Popen(
    ["target/release/face-server", "--port=0", "--seed=7", f"--prepare={faces}"], stdout=subprocess.PIPE, text=True
)
try:
    address = re.search(r"http://[\d.:]+", server.stdout.readline()).group()

    def client(first):
        # One connection a client, as the fetcher's workers have.
        connection = http.client.HTTPConnection(address.removeprefix("http://"))
        for index in range(first, faces, clients):
            connection.request("GET", f"/7/{index}.jpg")
            assert len(connection.getresponse().read()) > 100_000
        return connection

    before, began = cpu_seconds(server.pid), time.monotonic()
    with ThreadPoolExecutor(clients) as pool:
        open_connections = list(pool.map(client, range(clients)))
    wall, cpu = time.monotonic() - began, cpu_seconds(server.pid) - before
    print(
        f"{faces} faces, {clients} clients: {cpu * 1e3:.0f} ms of CPU in {wall:.2f} s, "
        f"{cpu / faces * 1e6:.0f} us a face, {cpu / wall:.1%} of a core"
    )
finally:
    server.kill()
