"""Runs the programs of the differential tests with asyncio, in virtual time.

Reads a JSON list of programs from standard input and writes a JSON list of traces. Every line of the
interpreter has its counterpart in interpret.ts. A trace that begins with "excluded" says that the
program came to something that this version of Python does in another way than the newest.
"""
import asyncio
import json
import os
import sys
from asyncio import base_events, events

NEWEST_GROUPS = sys.version_info >= (3, 13)


class Deadlock(Exception):
    pass


class Selector:
    def __init__(self, loop):
        self.loop = loop

    def select(self, timeout):
        if timeout is None:
            raise Deadlock
        self.loop.now += max(timeout, 0)
        return []


class VirtualLoop(base_events.BaseEventLoop):
    def __init__(self):
        super().__init__()
        self.now = 0
        self._selector = Selector(self)

    def time(self):
        return self.now

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass


class NumberedTimer(events.TimerHandle):
    """Timers of the same moment run in the order of registration: Python promises none."""

    __slots__ = ('number',)
    count = 0

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        NumberedTimer.count += 1
        self.number = NumberedTimer.count

    def __lt__(self, other):
        return (self._when, self.number) < (other._when, other.number)


class OrderedSet(dict):
    """The tasks of a group are cancelled in the order in which they were made: Python promises none."""

    def add(self, item):
        self[item] = None

    def discard(self, item):
        self.pop(item, None)


class Failure(Exception):
    def __init__(self, n):
        super().__init__(n)
        self.n = n


WHEN = {'first': asyncio.FIRST_COMPLETED, 'exception': asyncio.FIRST_EXCEPTION, 'all': asyncio.ALL_COMPLETED}
kept = []  # coroutines that wait for ever must not be closed: their handlers would run


class Interpreter:
    def __init__(self, loop):
        self.loop = loop
        self.trace = []
        self.tasks = {}
        self.excluded = None
        self.lock = asyncio.Lock()
        self.semaphore = asyncio.Semaphore(2)
        self.queue = asyncio.Queue(1)
        self.event = asyncio.Event()
        self.condition = asyncio.Condition()

    def log(self, text):
        self.trace.append(f'{self.loop.now} {text}')

    def run_to_end(self, what, start):
        async def wait_for_it():
            return await start()

        try:
            self.loop.run_until_complete(wait_for_it())
            self.log(f'{what} returned')
        except Deadlock:
            self.log(f'{what} deadlock')
        except BaseException as error:
            self.log(f'{what} {show(error)}')

    def pending(self):
        return sorted((id, task) for id, task in self.tasks.items() if not task.done())

    def start(self, child):
        return self.note(child['id'], self.loop.create_task(self.main(child)))

    def note(self, id, task):
        self.tasks[id] = task
        task.add_done_callback(lambda _: self.log(f"done {id} {'cancelled' if task.cancelled() else ''}"))
        return task

    async def main(self, child):
        id = child['id']
        self.log(f'{id} begins')
        try:
            await self.run(id, child['body'])
            self.log(f'{id} returns')
        except BaseException as error:
            self.log(f'{id} ends with {show(error)}')
            raise
        return id

    async def run(self, me, body):
        for s in body:
            self.log(f"{me}.{s['n']} {s['op']}")
            result = await getattr(self, 'do_' + s['op'])(me, s)
            if result is not None:
                self.log(f"{me}.{s['n']} = {result}")

    async def do_mark(self, me, s):
        pass

    async def do_sleep(self, me, s):
        await asyncio.sleep(s['ms'])
        return 'slept'

    async def do_raise(self, me, s):
        raise Failure(s['n'])

    async def do_spawn(self, me, s):
        self.start(s['child'])

    async def do_cancel(self, me, s):
        task = self.tasks.get(s['id'])
        if task is None:
            return 'none'
        return 'true' if task.cancel(s['message']) else 'false'

    async def do_await(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else await task

    async def do_shield(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else await asyncio.shield(task)

    async def do_wait(self, me, s):
        tasks = [self.tasks[id] for id in s['ids'] if id in self.tasks]
        if not tasks:
            return 'none'
        done, _ = await asyncio.wait(tasks, timeout=s['ms'], return_when=WHEN[s['when']])
        names = ','.join(str(id) for id in s['ids'] if self.tasks.get(id) in done)
        return names or None

    async def do_waitFor(self, me, s):
        return await asyncio.wait_for(self.main(s['child']), s['ms'])

    async def do_gather(self, me, s):
        tasks = [self.start(child) for child in s['children']]
        results = await asyncio.gather(*tasks, return_exceptions=s['returnExceptions'])
        return ','.join(map(show, results)) or None

    async def do_group(self, me, s):
        try:
            async with asyncio.TaskGroup() as group:
                group._tasks = OrderedSet()
                for child in s['children']:
                    self.note(child['id'], group.create_task(self.main(child)))
                await self.run(me, s['body'])
        except BaseExceptionGroup:
            if not NEWEST_GROUPS and self.tasks[me].cancelling() > 0:
                self.excluded = 'before 3.13 a group that fails loses a cancellation from outside'
            raise
        return 'left group'

    async def do_timeout(self, me, s):
        async with asyncio.timeout(s['ms']):
            await self.run(me, s['body'])
        return 'left timeout'

    async def do_try(self, me, s):
        try:
            await self.run(me, s['body'])
        except BaseException as error:
            if not is_caught(error, s['caught']):
                raise
            self.log(f"{me}.{s['n']} caught {show(error)}")
            await self.run(me, s['handler'])
            if s['rethrow']:
                raise
        finally:
            await self.run(me, s['final'])

    async def do_lock(self, me, s):
        async with self.lock:
            self.log(f"{me}.{s['n']} holds")
            await self.run(me, s['body'])
        return 'released'

    async def do_semaphore(self, me, s):
        async with self.semaphore:
            self.log(f"{me}.{s['n']} holds")
            await self.run(me, s['body'])
        return 'released'

    async def do_put(self, me, s):
        await self.queue.put(s['n'])
        return 'put'

    async def do_putNowait(self, me, s):
        self.queue.put_nowait(s['n'])
        return 'put'

    async def do_get(self, me, s):
        return await self.queue.get()

    async def do_getNowait(self, me, s):
        return self.queue.get_nowait()

    async def do_taskDone(self, me, s):
        self.queue.task_done()

    async def do_join(self, me, s):
        await self.queue.join()
        return 'joined'

    async def do_setEvent(self, me, s):
        self.event.set()

    async def do_clearEvent(self, me, s):
        self.event.clear()

    async def do_waitEvent(self, me, s):
        await self.event.wait()
        return 'happened'

    async def do_waitCondition(self, me, s):
        async with self.condition:
            await self.condition.wait()
        return 'notified'

    async def do_notify(self, me, s):
        async with self.condition:
            self.condition.notify()

    async def do_notifyAll(self, me, s):
        async with self.condition:
            self.condition.notify_all()

    async def do_cancelling(self, me, s):
        return self.tasks[me].cancelling()


def is_caught(error, caught):
    if caught == 'nothing':
        return False
    if caught == 'everything':
        return True
    return isinstance(error, asyncio.CancelledError) == (caught == 'cancelled')


def show(x):
    """A value or an error as both interpreters show it."""
    if isinstance(x, int):
        return str(x)
    if isinstance(x, Failure):
        return f'Failure {x.n}'
    if isinstance(x, asyncio.CancelledError):
        return f"cancelled({x.args[0] if x.args and x.args[0] is not None else ''})"
    if isinstance(x, TimeoutError):
        return 'timeout'
    if isinstance(x, BaseExceptionGroup):
        return f"group[{','.join(map(show, x.exceptions))}]"
    return type(x).__name__


async def wait_for_each(tasks):
    for task in tasks:
        try:
            await task
        except BaseException:
            pass


def interpret(program):
    loop = VirtualLoop()
    loop.set_exception_handler(lambda *_: None)
    interpreter = Interpreter(loop)
    kept.append(interpreter)

    interpreter.run_to_end('main', lambda: interpreter.start({'id': 0, 'body': program['main']}))
    left = interpreter.pending()
    interpreter.log(f"left {','.join(str(id) for id, _ in left)}")
    for _, task in left:
        task.cancel()
    interpreter.run_to_end('rest', lambda: wait_for_each([task for _, task in left]))
    if interpreter.excluded is not None:
        return [f'excluded: {interpreter.excluded}']
    return interpreter.trace


def main():
    events.TimerHandle = NumberedTimer
    traces = [interpret(program) for program in json.load(sys.stdin)]
    json.dump(traces, sys.stdout)
    sys.stdout.flush()
    os._exit(0)


main()
