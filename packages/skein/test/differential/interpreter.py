"""Runs the programs of the differential tests with asyncio, in virtual time.

Reads a JSON list of programs from standard input and writes a JSON list of traces. Every line of the
interpreter has its counterpart in interpret.ts. A trace that begins with "excluded" says that the
program came to something that this version of Python does in another way than the newest.
"""
import asyncio
import concurrent.futures
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
FUTURES = 2
AT_ONCE = {
    'releaseLock', 'releaseSemaphore', 'putNowait', 'getNowait', 'taskDone', 'setResult', 'setException', 'reschedule',
}
kept = []  # coroutines that wait for ever must not be closed: their handlers would run


class Interpreter:
    def __init__(self, loop):
        self.loop = loop
        self.trace = []
        self.tasks = {}
        self.excluded = None
        self.lock = asyncio.Lock()
        self.semaphore = asyncio.Semaphore(1)
        self.queue = asyncio.Queue(1)
        self.event = asyncio.Event()
        self.condition = asyncio.Condition()
        self.barrier = asyncio.Barrier(2)
        self.futures = [loop.create_future() for _ in range(FUTURES)]
        self.groups = {}  # of a task: the groups that it is in, the innermost last
        self.timeouts = {}

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

    def start(self, child, create_task=None):
        coroutine = self.main(child)
        return self.note(child['id'], (create_task or self.loop.create_task)(coroutine))

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
            try:
                result = await getattr(self, 'do_' + s['op'])(me, s)
            except Exception as error:
                if s['op'] not in AT_ONCE:
                    raise
                result = show(error)
            if result is not None:
                self.log(f"{me}.{s['n']} = {result}")

    async def do_mark(self, me, s):
        pass

    async def do_sleep(self, me, s):
        await asyncio.sleep(s['ms'])
        return 'slept'

    async def do_raise(self, me, s):
        raise Failure(s['n'])

    async def do_raiseCancelled(self, me, s):
        raise asyncio.CancelledError

    async def do_spawn(self, me, s):
        self.start(s['child'])

    async def do_spawnInGroup(self, me, s):
        group = self.innermost(self.groups)
        if group is None:
            return 'none'
        self.start_in(group, s['child'])

    async def do_cancel(self, me, s):
        task = self.tasks.get(s['id'])
        if task is None:
            return 'none'
        return 'true' if task.cancel(s['message']) else 'false'

    async def do_cancelLater(self, me, s):
        def cancel():
            task = self.tasks.get(s['id'])
            self.log(f"callback of {s['n']} {'none' if task is None else 'true' if task.cancel() else 'false'}")

        if s['ms'] is None:
            self.loop.call_soon(cancel)
        else:
            self.loop.call_later(s['ms'], cancel)

    async def do_await(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else await task

    async def do_shield(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else await asyncio.shield(task)

    async def do_shieldNew(self, me, s):
        return await asyncio.shield(self.start(s['child']))

    async def do_waitForTask(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else await asyncio.wait_for(task, s['ms'])

    async def do_asCompleted(self, me, s):
        pending = [self.tasks[id] for id in s['ids'] if id in self.tasks and not self.tasks[id].done()]
        results = []
        for completed in asyncio.as_completed(pending, timeout=s['ms']):
            results.append(show(await completed))
        return ','.join(results) or None

    async def do_gatherTasks(self, me, s):
        tasks = [self.tasks[id] for id in s['ids'] if id in self.tasks]
        results = await asyncio.gather(*tasks, return_exceptions=s['returnExceptions'])
        return ','.join(map(show, results)) or None

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

    def start_in(self, group, child):
        task = self.start(child, group.create_task)
        self.groups[task] = [group]

    async def do_group(self, me, s):
        task = asyncio.current_task()
        groups = self.groups.setdefault(task, [])
        before = len(groups)
        try:
            async with asyncio.TaskGroup() as group:
                group._tasks = OrderedSet()
                groups.append(group)
                for child in s['children']:
                    self.start_in(group, child)
                await self.run(me, s['body'])
        except BaseExceptionGroup:
            if not NEWEST_GROUPS and task.cancelling() > 0:
                self.excluded = 'before 3.13 a group that fails loses a cancellation from outside'
            raise
        finally:
            del groups[before:]
        return 'left group'

    def innermost(self, of_tasks):
        held = of_tasks.get(asyncio.current_task())
        return held[-1] if held else None

    async def do_timeout(self, me, s):
        timeouts = self.timeouts.setdefault(asyncio.current_task(), [])
        before = len(timeouts)
        try:
            async with asyncio.timeout(s['ms']) as scope:
                timeouts.append(scope)
                await self.run(me, s['body'])
        finally:
            del timeouts[before:]
        return 'left timeout'

    async def do_reschedule(self, me, s):
        scope = self.innermost(self.timeouts)
        if scope is None:
            return 'none'
        scope.reschedule(None if s['ms'] is None else self.loop.time() + s['ms'])

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

    async def do_releaseLock(self, me, s):
        self.lock.release()

    async def do_releaseSemaphore(self, me, s):
        self.semaphore.release()

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

    async def do_waitBarrier(self, me, s):
        return await self.barrier.wait()

    async def do_resetBarrier(self, me, s):
        await self.barrier.reset()

    async def do_abortBarrier(self, me, s):
        await self.barrier.abort()

    async def do_shutdown(self, me, s):
        self.queue.shutdown(s['immediate'])

    async def do_awaitFuture(self, me, s):
        return await self.futures[s['nth']]

    async def do_setResult(self, me, s):
        self.futures[s['nth']].set_result(s['n'])

    async def do_setException(self, me, s):
        self.futures[s['nth']].set_exception(Failure(s['n']))

    async def do_cancelFuture(self, me, s):
        return 'true' if self.futures[s['nth']].cancel() else 'false'

    async def do_cancelling(self, me, s):
        return asyncio.current_task().cancelling()

    async def do_uncancel(self, me, s):
        task = self.tasks.get(s['id'])
        return 'none' if task is None else task.uncancel()

    async def do_job(self, me, s):
        job = concurrent.futures.Future()
        if s['running']:
            job.set_running_or_notify_cancel()
        try:
            return await asyncio.wrap_future(job)
        finally:
            self.loop.call_soon(lambda: self.log(f"job of {s['n']} {job._state.lower()}"))

    async def do_notifyAndHold(self, me, s):
        async with self.condition:
            self.condition.notify()
            await self.futures[0]


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
