"""CPython's run_in_executor: the model of Skein's, in threads or in processes."""

import asyncio
import concurrent.futures
import platform
import time

from parts.measure import job, measure

WIDTH = job()["width"]


def increment(x):
    return x + 1


async def lanes(count):
    loop = asyncio.get_running_loop()
    upcoming = 0
    total = 0

    async def lane():
        nonlocal upcoming, total
        while upcoming < count:
            x = upcoming
            upcoming += 1
            result = await loop.run_in_executor(pool, increment, x)
            total += result

    began = time.perf_counter()
    await asyncio.gather(*[lane() for _ in range(WIDTH)])
    seconds = time.perf_counter() - began
    if total != count * (count + 1) // 2:
        raise RuntimeError(f"Wrong results: their sum is {total}")
    return seconds


of_processes = job().get("feature") == "processes"
Executor = (
    concurrent.futures.ProcessPoolExecutor
    if of_processes
    else concurrent.futures.ThreadPoolExecutor
)

with Executor(job()["workers"]) as pool:
    measure(
        lambda count: asyncio.run(lanes(count)),
        "CPython, run_in_executor" + (", processes" if of_processes else ""),
        platform.python_version(),
    )
