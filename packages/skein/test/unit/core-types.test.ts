import { test } from 'node:test';
import type { Coroutine } from '../../dist/core/coroutine.js';
import type { EventLoop } from '../../dist/core/event-loop.js';
import type { Executor } from '../../dist/core/executor.js';
import type { Future } from '../../dist/core/future.js';
import { gather } from '../../dist/core/gather.js';
import { sleep } from '../../dist/core/sleep.js';
import type { Task } from '../../dist/core/task.js';
import { run } from '../../dist/loops/run.js';

/* What the compiler must know. Compiled, never run. */

type Same<A, B> = [A, B] extends [B, A] ? true : false;
const same = <A, B>(_holds: Same<A, B>): void => {};

function* number(): Coroutine<number> {
  return 1;
}

function* types(loop: EventLoop, executor: Executor, future: Future<string>): Coroutine<void> {
  const fromFuture = yield* future;
  same<typeof fromFuture, string>(true);
  const fromCoroutine = yield* number();
  same<typeof fromCoroutine, number>(true);
  const fromSleep = yield* sleep(1, 'x' as const);
  same<typeof fromSleep, 'x'>(true);
  const task = loop.createTask(number());
  same<typeof task, Task<number>>(true);
  const asyncTask = loop.createTask(async () => 'text');
  same<typeof asyncTask, Task<string>>(true);
  const generatorTask = loop.createTask(function* () {
    yield;
    yield* sleep(1);
    return true;
  });
  same<typeof generatorTask, Task<boolean>>(true);
  const all = yield* gather(task, future, number(), Promise.resolve(true));
  same<typeof all, [number, string, number, boolean]>(true);
  const orErrors = yield* gather(task, future, { returnExceptions: true });
  same<typeof orErrors, [number | Error, string | Error]>(true);
  const tasks = [task, task];
  const many = yield* gather(...tasks);
  same<typeof many, number[]>(true);
  const elsewhere = yield* loop.runInExecutor(executor, async (n: number) => n > 1, 5);
  same<typeof elsewhere, boolean>(true);
  // @ts-expect-error -- an argument of the wrong type
  loop.runInExecutor(executor, (n: number) => n, 'text');
  // @ts-expect-error -- an argument is missing
  loop.callSoon((n: number) => n);
  loop.callLater(1, (a: number, b: string) => a + b, 1, 'b');
  // @ts-expect-error -- a coroutine suspends with futures, or with nothing
  loop.createTask(function* () {
    yield 5;
  });
}

function runs(): void {
  const blocking = run(function* () {
    yield* sleep(1);
    return 1;
  });
  same<typeof blocking, number>(true);
  const promised = run(async () => 'x');
  same<typeof promised, Promise<string>>(true);
}

test('types', () => {
  void types;
  void runs;
});
