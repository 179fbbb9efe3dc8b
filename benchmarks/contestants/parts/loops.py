"""What parts/skein-loop.mjs does, on a loop of Python."""

import asyncio
import math
import time

from parts.measure import job, measure
from parts.tasks import TASK_WORKS

BATCH = 1000


def compete(loop, name, version):
    works = {
        "callbacks": callbacks,
        "switches": switches,
        "timers": timers,
        **TASK_WORKS,
    }
    work = works[job()["work"]]
    measure(lambda count: work(loop, count), name, version)
    loop.close()


def callbacks(loop, count):
    total = left = math.ceil(count / BATCH) * BATCH

    def callback():
        nonlocal left
        left -= 1
        if left % BATCH != 0:
            return
        if left == 0:
            loop.stop()
        else:
            for _ in range(BATCH):
                loop.call_soon(callback)

    began = time.perf_counter()
    for _ in range(BATCH):
        loop.call_soon(callback)
    loop.run_forever()
    return (time.perf_counter() - began) * count / total


def switches(loop, count):
    async def main():
        for _ in range(count):
            await asyncio.sleep(0)

    began = time.perf_counter()
    loop.run_until_complete(main())
    return time.perf_counter() - began


def timers(loop, count):
    left = math.ceil(count / BATCH)
    total = left * BATCH

    def batch():
        nonlocal left
        for i in range(BATCH):
            loop.call_later(60 + i % 7, int).cancel()
        left -= 1
        if left == 0:
            loop.stop()
        else:
            loop.call_soon(batch)

    began = time.perf_counter()
    loop.call_soon(batch)
    loop.run_forever()
    return (time.perf_counter() - began) * count / total
