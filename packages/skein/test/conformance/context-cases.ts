import { type Case, type Driver, runMain, shown, thrownNowBy, tick } from './driver.ts';
import {
  type Context,
  ContextVar,
  copyContext,
  Context as ContextClass,
  type Coroutine,
  type Future,
  gather,
  getRunningLoop,
  sleep,
  taskGroup,
  timeout,
  Token,
  wait,
} from './library.ts';

/* Rule 17 and PEP 567: test_context.py, and what the tests of asyncio check of contexts. */

const at = new ContextVar('at', { default: 0 });
const other = new ContextVar<string>('other');

/** g40, without the two lines that go to another thread: those are in context.test.ts. */
async function g40(driver: Driver): Promise<unknown> {
  const o: number[] = [];
  await runMain(driver, function* () {
    const loop = getRunningLoop();
    at.set(1);
    loop.callSoon(() => o.push(at.get()));
    at.set(2);
    loop.callSoon(() => o.push(at.get()));
    function* c(): Coroutine<void> {
      at.set(9);
    }
    yield* loop.createTask(c());
    o.push(at.get());
    yield* c();
    o.push(at.get());
  });
  return o;
}

async function gettingAndSetting(): Promise<unknown> {
  const o: unknown[] = [];
  const context = new ContextClass();
  context.run(() => {
    o.push(
      thrownNowBy(() => other.get()),
      other.get('fallback'),
      at.get(),
    );
    const first = other.set('a');
    o.push(first.oldValue === Token.MISSING, first.var === other, context.size);
    const second = other.set('b');
    o.push(second.oldValue, other.get());
    other.reset(second);
    o.push(other.get());
    other.reset(first);
    o.push(context.has(other), other.get('none again'));
  });
  return o;
}

async function tokens(): Promise<unknown> {
  const o: unknown[] = [];
  const stranger = new ContextVar<number>('at');
  const context = new ContextClass();
  const token = context.run(() => at.set(1));
  o.push(thrownNowBy(() => at.reset(token)));
  context.run(() => {
    o.push(thrownNowBy(() => stranger.reset(token)));
    at.reset(token);
    o.push(thrownNowBy(() => at.reset(token)));
    {
      using _token = at.set(7);
      o.push(at.get());
    }
    o.push(at.get());
  });
  o.push(thrownNowBy(() => new ContextVar(1 as never)));
  return o;
}

async function contexts(): Promise<unknown> {
  const o: unknown[] = [];
  const context = new ContextClass();
  o.push(context.run((a: number, b: number) => a + b, 1, 2));
  context.run(() => at.set(5));
  const copy = context.copy();
  copy.run(() => other.set('copy'));
  o.push([...context].map(([{ name }, value]) => [name, value]));
  o.push(
    [...copy.keys()].map(({ name }) => name),
    [...copy.values()],
    copy.size,
  );
  o.push(context.get(other), context.get(at), copy.get(other), at.get());
  const inside: unknown[] = [];
  copy.forEach((value, { name }) => inside.push(name, value));
  o.push(inside);
  o.push(context.run(() => thrownNowBy(() => context.run(() => {}))));
  o.push(context.run(() => copyContext().run(() => at.get())));
  o.push(
    thrownNowBy(() =>
      context.run(() => {
        throw new RangeError('through');
      }),
    ),
  );
  o.push(context.bind(() => at.get())());
  return o;
}

async function tasksHaveCopies(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  await runMain(driver, function* () {
    at.set(1);
    const loop = getRunningLoop();
    const tasks = [10, 20].map((value) =>
      loop.createTask(function* () {
        const seen = [at.get()];
        at.set(value);
        for (let turn = 0; turn < 2; turn++) {
          yield* sleep(0);
          seen.push(at.get());
        }
        return seen;
      }),
    );
    at.set(2);
    o.push(yield* gather(...tasks), at.get());
  });
  o.push(at.get());
  return o;
}

async function taskInContext(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  await runMain(driver, function* () {
    const loop = getRunningLoop();
    const context = new ContextClass();
    context.run(() => at.set(3));
    function* main(): Coroutine<number> {
      const before = at.get();
      at.set(before + 1);
      yield* sleep(0);
      return before;
    }
    const first = loop.createTask(main(), { context });
    const second = loop.createTask(main(), { context });
    o.push(first.getContext() === context);
    o.push(yield* gather(first, second), context.get(at), at.get());
    const third = loop.createTask(main());
    yield* third;
    o.push(third.getContext().get(at), third.getContext() === context);
  });
  return o;
}

async function callbacksHaveCopies(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  const loop = driver.newLoop();
  const future = loop.createFuture<void>();
  let handle: { getContext(): Context } | undefined;
  const context = new ContextClass();
  context.run(() => at.set(4));
  context.run(() => {
    handle = loop.callSoon(() => {
      o.push(at.get());
      at.set(5);
    });
    loop.callLater(0, () => o.push(at.get()));
    future.addDoneCallback(() => o.push(at.get()));
  });
  future.addDoneCallback(
    () => {
      o.push(at.get());
      at.set(6);
    },
    { context },
  );
  const own = (): number => o.push('removed');
  future.addDoneCallback(own, { context });
  o.push(future.removeDoneCallback(own));
  future.setResult();
  for (let turn = 0; turn < 3; turn++) await tick(loop);
  o.push(handle?.getContext().get(at), context.get(at), at.get());
  loop.close();
  return o;
}

async function followsTheBody(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    at.set(1);
    yield* timeout(1000, function* () {
      at.set(2);
      yield* sleep(0);
    });
    o.push(at.get());
    const [inGroup] = yield* taskGroup(function* (group): Coroutine<[Future<number>]> {
      at.set(3);
      const task = group.createTask(function* () {
        yield* sleep(0);
        return at.get();
      });
      at.set(4);
      return [task];
    });
    o.push(inGroup.result(), at.get());
    const task = getRunningLoop().createTask(function* () {
      return at.get();
    });
    at.set(5);
    yield* wait([task]);
    o.push(task.result(), at.get());
    return o;
  });
}

async function afterErrors(driver: Driver): Promise<unknown> {
  const o: unknown[] = [];
  const loop = driver.newLoop();
  loop.setExceptionHandler(() => o.push(at.get()));
  loop.callSoon(() => {
    at.set(1);
    throw new Error('a callback fails');
  });
  loop.callSoon(() => o.push(at.get()));
  await tick(loop);
  const failing = loop.createTask(function* () {
    at.set(2);
    throw new Error('a task fails');
  });
  o.push(await loop.runUntilComplete(shown(() => failing)), at.get());
  loop.close();
  return o;
}

async function generatorsShareTheirTask(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    function* inner(): Coroutine<number> {
      const token = at.set(8);
      yield* sleep(0);
      const seen = at.get();
      at.reset(token);
      return seen;
    }
    return [at.get(), yield* inner(), at.get()];
  });
}

async function nestedRun(driver: Driver): Promise<unknown> {
  return runMain(driver, function* () {
    const o: unknown[] = [];
    at.set(1);
    const context = copyContext();
    context.run(() => {
      at.set(2);
      getRunningLoop().callSoon(() => o.push(at.get()));
    });
    o.push(at.get(), context.get(at));
    yield* sleep(0);
    o.push(at.get());
    return o;
  });
}

export const contextCases: readonly Case[] = [
  { title: 'g40 rule 17: a copy at scheduling time', body: g40, expected: [1, 2, 2, 9] },
  {
    title:
      'a variable is set, looked at and reset (test_context_var_new_1, test_context_getset_1, _2)',
    body: gettingAndSetting,
    expected: [
      'LookupError: <ContextVar "other"> has no value in the current context',
      'fallback',
      0,
      true,
      true,
      1,
      'a',
      'b',
      'a',
      false,
      'none again',
    ],
  },
  {
    title: 'a token serves once, its variable and its context (test_context_getset_3, _4)',
    body: tokens,
    expected: [
      'ValueError: <Token var=<ContextVar "at">> was created in a different Context',
      'ValueError: <Token var=<ContextVar "at">> was created by a different ContextVar than <ContextVar "at">',
      'RuntimeError: <Token used var=<ContextVar "at">> has already been used once',
      7,
      0,
      'TypeError: context variable name must be a string, got 1',
    ],
  },
  {
    title:
      'a context is a map, is copied, and is entered once (test_context_run_1, _2, _4, _5, _6, _7, test_context_copy_1)',
    body: contexts,
    expected: [
      3,
      [['at', 5]],
      ['at', 'other'],
      [5, 'copy'],
      2,
      undefined,
      5,
      'copy',
      0,
      ['at', 5, 'other', 'copy'],
      'RuntimeError: cannot enter context',
      5,
      'RangeError: through',
      5,
    ],
  },
  {
    title: 'a task has a copy, between its steps too (test_context_1, test_context_2)',
    body: tasksHaveCopies,
    expected: [
      [
        [1, 10, 10],
        [1, 20, 20],
      ],
      2,
      0,
    ],
  },
  {
    title: 'a task runs in the context that it is given (test_context_4, _5, _6, test_get_context)',
    body: taskInContext,
    expected: [true, [3, 4], 5, 0, 1, false],
  },
  {
    title: 'callbacks run in copies, or in what they are given',
    body: callbacksHaveCopies,
    expected: [1, 4, 4, 4, 4, 5, 6, 0],
  },
  {
    title:
      'scopes run in the context of their task, tasks of a group in copies (test_taskgroup_task_context)',
    body: followsTheBody,
    expected: [2, 3, 4, 4, 5],
  },
  {
    title:
      'rule 83: an exception handler runs in the context of the callback; an error leaves the context',
    body: afterErrors,
    expected: [1, 0, 'Error: a task fails', 0],
  },
  {
    title: 'a coroutine shares the context of its task (test_context_3)',
    body: generatorsShareTheirTask,
    expected: [0, 8, 0],
  },
  {
    title: 'a context inside of a step (test_context_run_3)',
    body: nestedRun,
    expected: [1, 2, 2, 1],
  },
];
