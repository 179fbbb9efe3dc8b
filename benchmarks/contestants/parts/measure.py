"""How long something takes: what harness/measure.mjs does, in Python."""

import json
import math
import resource
import statistics
import sys
import time

MAX_MEASURING_S = 5
"""No slice begins later than this: it is for who takes seconds for the fixed count of a question."""


def job():
    """What the harness has asked for."""
    return json.loads(sys.argv[1])


def measure(run, name, version):
    """Measures run(count), which gives seconds, and prints the sample as the last line of stdout."""
    measured = memory_of(run) if job().get("memory") else times_of(run)
    print(json.dumps({"name": name, "version": version, **measured}))


def times_of(run):
    effort = job()["effort"]
    slice_s = effort["sliceMs"] / 1000
    count = warm_up(run, effort["warmUpMs"] / 1000, slice_s, effort.get("count"))
    before = time.process_time()
    of_slices = []
    runs = 0
    end = time.perf_counter() + MAX_MEASURING_S
    while not of_slices or (len(of_slices) < effort["slices"] and time.perf_counter() < end):
        seconds = runs_of_slice = 0
        while seconds < slice_s / 2:  # a fixed count may be done in a moment
            seconds += run(count)
            runs_of_slice += 1
        of_slices.append(seconds / runs_of_slice)
        runs += runs_of_slice
    cpu = time.process_time() - before
    return {
        "microseconds": statistics.median(of_slices) / count * 1e6,
        "cpuMicroseconds": cpu / (count * runs) * 1e6,
    }


def memory_of(run):
    """What harness/memory.mjs does; here the growth of the peak is what all of it takes."""
    count = job()["effort"]["count"]
    before = peak_bytes()
    began = time.process_time()
    seconds = run(count)
    cpu = time.process_time() - began
    return {
        "microseconds": seconds / count * 1e6,
        "cpuMicroseconds": cpu / count * 1e6,
        "bytes": (at_peak.bytes - before) / count,
        "peakBytes": peak_bytes(),
    }


def at_peak(waiting):
    """To be called when all of a run is pending; gives the seconds that this took."""
    began = time.perf_counter()
    count = job()["effort"]["count"]
    if waiting != count:
        raise RuntimeError(f"{waiting} tasks wait, not {count}")
    at_peak.bytes = peak_bytes()
    return time.perf_counter() - began


def peak_bytes():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit


def warm_up(run, warm_up_s, slice_s, fixed_count):
    count = fixed_count or 16
    run(count)  # starts the threads
    end = time.perf_counter() + warm_up_s
    while True:
        seconds = run(count)
        is_slice_full = fixed_count is not None or seconds >= slice_s / 2
        if time.perf_counter() >= end and is_slice_full:
            if fixed_count is not None:
                return fixed_count
            return max(1, math.floor(count / seconds * slice_s + 0.5))
        if not is_slice_full:
            count *= 2
