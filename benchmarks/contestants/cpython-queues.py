"""CPython's queue.Queue between two threads."""

import platform
import queue
import threading
import time

from parts.measure import job, measure

WIDTH = job()["width"]

questions = queue.Queue()
answers = queue.Queue()


def answer():
    while (x := questions.get()) is not None:
        answers.put(x + 1)


def exchange(count):
    began = time.perf_counter()
    sent = total = 0
    while sent < min(WIDTH, count):
        questions.put(sent)
        sent += 1
    for _ in range(count):
        total += answers.get()
        if sent < count:
            questions.put(sent)
            sent += 1
    seconds = time.perf_counter() - began
    if total != count * (count + 1) // 2:
        raise RuntimeError(f"Wrong results: their sum is {total}")
    return seconds


thread = threading.Thread(target=answer)
thread.start()
measure(exchange, "CPython, queue.Queue", platform.python_version())
questions.put(None)
thread.join()
