"""What parts/skein-tasks.mjs does, with tasks of asyncio."""

import asyncio
import time

from parts.measure import at_peak, job


def timed(body):
    def work(loop, count):
        began = time.perf_counter()
        total = loop.run_until_complete(body(count))
        seconds = time.perf_counter() - began
        if total != count * (count + 1) // 2:
            raise RuntimeError(f"Wrong results: their sum is {total}")
        return seconds

    return work


async def give(value):
    return value


async def one_by_one(count):
    total = 0
    for i in range(1, count + 1):
        total += await asyncio.create_task(give(i))
    return total


async def all_at_once(count):
    tasks = [asyncio.create_task(give(i)) for i in range(1, count + 1)]
    total = 0
    for task in tasks:
        total += await task
    return total


async def gather(count):
    return sum(await asyncio.gather(*[give(i) for i in range(1, count + 1)]))


async def lock_hand_over(count):
    lock = asyncio.Lock()
    upcoming = 1
    total = 0
    last = -1

    async def contender(number):
        nonlocal upcoming, total, last
        while upcoming <= count:
            async with lock:
                if last == number:
                    raise RuntimeError("the lock was not handed over")
                last = number
                if upcoming <= count:
                    total += upcoming
                    upcoming += 1

    await lock.acquire()
    tasks = [asyncio.create_task(contender(i)) for i in range(job()["width"])]
    await asyncio.sleep(0)
    lock.release()
    for task in tasks:
        await task
    return total


async def queue_ping_pong(count):
    ping = asyncio.Queue()
    pong = asyncio.Queue()

    async def echo():
        for _ in range(count):
            await pong.put(await ping.get() + 1)

    task = asyncio.create_task(echo())
    total = 0
    for i in range(count):
        await ping.put(i)
        total += await pong.get()
    await task
    return total


async def timeouts(count):
    total = 0
    for i in range(1, count + 1):
        async with asyncio.timeout(60):
            total += i
    return total


def pending(loop, count):
    apart = 0
    waiting = 0

    async def wait(gate, value):
        nonlocal waiting
        waiting += 1
        await gate
        return value

    async def main(count):
        nonlocal apart
        gate = loop.create_future()
        tasks = [asyncio.create_task(wait(gate, i)) for i in range(1, count + 1)]
        await asyncio.sleep(0)
        apart = at_peak(waiting)
        gate.set_result(None)
        total = 0
        for task in tasks:
            total += await task
        return total

    return timed(main)(loop, count) - apart


TASK_WORKS = {
    "oneByOne": timed(one_by_one),
    "allAtOnce": timed(all_at_once),
    "gather": timed(gather),
    "lock": timed(lock_hand_over),
    "queue": timed(queue_ping_pong),
    "timeout": timed(timeouts),
    "pending": pending,
}
