"""How long something takes: what harness/measure.mjs does, in Python."""

import json
import math
import statistics
import sys
import time


def job():
    """What the harness has asked for."""
    return json.loads(sys.argv[1])


def measure(run, name, version):
    """Measures run(count), which gives seconds, and prints the sample as the last line of stdout."""
    effort = job()["effort"]
    count = warm_up(run, effort["warmUpMs"] / 1000, effort["sliceMs"] / 1000)
    before = time.process_time()
    seconds = [run(count) for _ in range(effort["slices"])]
    cpu = time.process_time() - before
    sample = {
        "name": name,
        "version": version,
        "microseconds": statistics.median(seconds) / count * 1e6,
        "cpuMicroseconds": cpu / (count * effort["slices"]) * 1e6,
    }
    print(json.dumps(sample))


def warm_up(run, warm_up_s, slice_s):
    count = 16
    run(count)  # starts the threads
    end = time.perf_counter() + warm_up_s
    while True:
        seconds = run(count)
        is_slice_full = seconds >= slice_s / 2
        if time.perf_counter() >= end and is_slice_full:
            return max(1, math.floor(count / seconds * slice_s + 0.5))
        if not is_slice_full:
            count *= 2
