import { type Case, type Driver, runMain } from './driver.ts';
import {
  type Coroutine,
  createTask,
  gather,
  getRunningLoop,
  sleep,
  type Task,
  wait,
} from './library.ts';

/* `getStack` and `printStack`, and what becomes of tasks that wait for each other in a circle. */

const namesOf = (task: Task<unknown>, limit: number | null = null): string[] =>
  task.getStack({ limit }).map(({ functionName }) => functionName);

/** What `printStack` writes, line by line, without paths. */
function printed(task: Task<unknown>, limit: number | null = null): string[] {
  let text = '';
  task.printStack({ limit, file: { write: (part) => (text += part) } });
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/File ".*", line \d+/, 'File "…", line N'))
    .map((line) => line.replace(/<Task .*>/, '<Task …>'));
}

function* inner(): Coroutine<void> {
  yield* getRunningLoop().createFuture();
}

function* middle(): Coroutine<void> {
  yield* inner();
}

function* outer(): Coroutine<void> {
  yield* middle();
}

function fails(): never {
  throw new RangeError('too far');
}

function* failing(): Coroutine<void> {
  yield;
  fails();
}

function* stacks(): Coroutine<unknown[]> {
  const task = createTask(outer());
  const o: unknown[] = [namesOf(task)]; // it has not begun
  yield* sleep(0);
  o.push(namesOf(task), namesOf(task, 2), namesOf(task, 0), printed(task, 1));
  task.cancel();
  yield* wait([task]);
  o.push(namesOf(task), printed(task));
  return o;
}

function* stacksOfFailures(): Coroutine<unknown[]> {
  const task = createTask(failing());
  yield* wait([task]);
  const [last, before] = namesOf(task).toReversed();
  const o = [last, before, namesOf(task, 1).length, printed(task).at(0), printed(task).at(-1)];
  task.exception();
  return o;
}

/** Two tasks that wait for each other, and one that cancels the first. */
async function circle(
  driver: Driver,
  waitFor: (task: Task<unknown>) => Coroutine<unknown>,
): Promise<unknown> {
  return runMain(driver, function* () {
    const heard: string[] = [];
    function* waits(name: string, other: () => Task<unknown>): Coroutine<void> {
      try {
        yield* waitFor(other());
      } finally {
        heard.push(name);
      }
    }
    const a: Task<void> = createTask(
      waits('a', () => b),
      { name: 'a' },
    );
    const b: Task<void> = createTask(
      waits('b', () => a),
      { name: 'b' },
    );
    yield* sleep(0);
    const shown = String(a).includes('name="a"');
    const asked = a.cancel('enough');
    const counts = [a.cancelling(), b.cancelling()];
    yield* wait([a, b]);
    return [shown, asked, counts, heard, a.cancelled(), b.cancelled()];
  });
}

function* plainly(task: Task<unknown>): Coroutine<unknown> {
  return yield* task;
}

function* gathered(task: Task<unknown>): Coroutine<unknown> {
  return yield* gather(task, sleep(0));
}

const freed = [true, true, [1, 1], ['a', 'b'], true, true];

export const stackCases: readonly Case[] = [
  {
    title:
      'the stack of a task that waits, outermost first (test_get_stack, test_task_print_stack)',
    body: (driver) => runMain(driver, stacks),
    expected: [
      [],
      ['outer', 'middle', 'inner'],
      ['middle', 'inner'],
      [],
      ['Stack for <Task …> (most recent call last):', '  File "…", line N, in inner'],
      [],
      ['No stack for <Task …>'],
    ],
  },
  {
    title: 'the stack of a task that has failed is that of its error',
    body: (driver) => runMain(driver, stacksOfFailures),
    expected: [
      'fails',
      'failing',
      1,
      'Traceback for <Task …> (most recent call last):',
      'RangeError: too far',
    ],
  },
  {
    title: 'tasks that wait for each other can be shown, and cancelled',
    body: (driver) => circle(driver, plainly),
    expected: freed,
  },
  {
    title: 'the same through gather',
    body: (driver) => circle(driver, gathered),
    expected: freed,
  },
];
