/** Who waits for whom, where async functions wait, and where other threads do (NodeEventLoop only). */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  asCompleted,
  captureCallGraph,
  Event,
  formatCallGraph,
  formatTaskTree,
  type Future,
  type FutureCallGraph,
  gather,
  getRunningLoop,
  Lock,
  NodeEventLoop,
  printCallGraph,
  Queue,
  run,
  runCoroutineThreadsafe,
  shield,
  sleep,
  Task,
  taskGroup,
  Thread,
  ThreadPoolExecutor,
  timeout,
  wait,
  waitFor,
  wrapPromise,
} from 'skein';
import { waitAllTasksBlocked } from 'skein/testing';
import { loopFrom } from '../fixtures/handles.ts';
import * as serving from '../fixtures/threads/serving.ts';

const graphOf = (...args: Parameters<typeof captureCallGraph>): FutureCallGraph =>
  captureCallGraph(...args) as FutureCallGraph;

const nameOf = (x: unknown): string => (x instanceof Task ? x.getName() : String(x));

/** Every way up from a future. */
function waysUp({ future, awaitedBy, awaitedByOthers }: FutureCallGraph): string[] {
  const above = [...awaitedByOthers, ...awaitedBy.flatMap(waysUp)];
  return above.length === 0 ? [nameOf(future)] : above.map((way) => `${nameOf(future)} < ${way}`);
}

interface Row {
  readonly waits: (child: Future<unknown>) => PromiseLike<unknown>;
  readonly waitsFor: readonly string[];
  readonly awaitedBy: readonly string[];
}

const THROUGH = ['child < waiter'];
const GATHERED = ['child < <GatheringFuture pending> < waiter'];
const NOBODY = ['child'];

/** Ends what no cancellation ends. */
let release: () => void = () => {};

const rows: Record<string, Row> = {
  'a task': { waits: (child) => child, waitsFor: ['child'], awaitedBy: THROUGH },
  gather: {
    waits: (child) => gather(child),
    waitsFor: ['<GatheringFuture pending>'],
    awaitedBy: GATHERED,
  },
  'Promise.all': {
    waits: (child) => Promise.all([child, new Event().wait()]),
    waitsFor: ['child', '<Event unset waiting=1>'],
    awaitedBy: THROUGH,
  },
  wait: { waits: (child) => wait([child]), waitsFor: ['child'], awaitedBy: THROUGH },
  waitFor: { waits: (child) => waitFor(child, 60_000), waitsFor: ['child'], awaitedBy: THROUGH },
  shield: {
    waits: (child) => shield(child),
    waitsFor: ['<Future pending>'],
    awaitedBy: ['child < <Future pending> < waiter'],
  },
  timeout: {
    waits: (child) => timeout(60_000, async () => await child),
    waitsFor: ['child'],
    awaitedBy: THROUGH,
  },
  asCompleted: {
    waits: async (child) => {
      for await (const next of asCompleted([child])) await next;
    },
    waitsFor: ['child'],
    awaitedBy: THROUGH,
  },
  'a task group': {
    waits: (child) =>
      taskGroup(async (group) => {
        group.createTask(async () => await child, { name: 'inner' });
      }),
    waitsFor: ['inner'],
    awaitedBy: ['child < inner < waiter'],
  },
  Lock: {
    waits: async () => {
      const lock = new Lock();
      await lock.acquire();
      await lock.acquire();
    },
    waitsFor: ['<Lock locked waiting=1>'],
    awaitedBy: NOBODY,
  },
  Queue: {
    waits: () => new Queue().get(),
    waitsFor: ['<Queue size=0 getters=1>'],
    awaitedBy: NOBODY,
  },
  wrapPromise: {
    waits: () => wrapPromise(new Promise<void>(() => {})),
    waitsFor: ['<PromiseFuture pending>'],
    awaitedBy: NOBODY,
  },
  'a foreign promise': {
    waits: () => new Promise<void>((resolve) => void (release = resolve)),
    waitsFor: ['a promise that is not of this library'],
    awaitedBy: NOBODY,
  },
};

describe('an async function', () => {
  for (const [primitive, { waits, waitsFor, awaitedBy }] of Object.entries(rows)) {
    test(`waits through ${primitive}: both directions`, async () => {
      await run(async () => {
        const loop = getRunningLoop();
        const never = loop.createFuture<void>();
        const child = loop.createTask(async () => await never, { name: 'child' });
        const waiter = loop.createTask(async () => await waits(child), { name: 'waiter' });
        await waitAllTasksBlocked();
        assert.deepEqual(graphOf(waiter).waitsFor.map(nameOf), waitsFor);
        assert.deepEqual(waysUp(graphOf(child)), awaitedBy);
        release();
      });
    });
  }

  test('shows its stack while it runs, and its name while it waits', async () => {
    await run(async () => {
      async function outer(): Promise<string[]> {
        return await inner();
      }
      async function inner(): Promise<string[]> {
        await sleep(0);
        return graphOf(null, { depth: 2 }).callStack.map(
          (frame) => `${frame.kind} ${frame.functionName}`,
        );
      }
      const task = getRunningLoop().createTask(outer);
      await sleep(0);
      const [waiting] = graphOf(task).callStack;
      assert.deepEqual([waiting?.kind, waiting?.functionName], ['async', 'outer']);
      assert.deepEqual((await task).slice(0, 2), ['function inner', 'async outer']);
    });
  });

  test('that iterates an async generator (test_stack_async_gen)', async () => {
    await run(async function main() {
      async function nested(): Promise<string[]> {
        await sleep(0);
        return graphOf(null, { depth: 2 }).callStack.map((frame) => frame.functionName);
      }
      async function* gen(): AsyncGenerator<string[]> {
        yield await nested();
      }
      for await (const names of gen())
        assert.deepEqual(names.slice(0, 3), ['nested', 'gen', 'main']);
    });
  });

  const tellsThenables = Number(process.versions.node.split('.')[0]) >= 24;

  test('in debug mode: where it waits, as far as the engine tells', async () => {
    await run(
      async () => {
        const never = getRunningLoop().createFuture<void>();
        async function inner(): Promise<void> {
          await never;
        }
        async function outer(): Promise<void> {
          await inner();
        }
        const task = getRunningLoop().createTask(outer);
        await waitAllTasksBlocked();
        const names = graphOf(task).callStack.map((frame) => frame.functionName);
        assert.deepEqual(names, tellsThenables ? ['inner', 'outer'] : ['outer']);
      },
      { debug: true },
    );
  });

  test('an async body in a coroutine stands on top of its functions', async () => {
    await run(async () => {
      const never = getRunningLoop().createFuture<void>();
      const task = getRunningLoop().createTask(function* coroutine() {
        yield* timeout(60_000, async function body() {
          await never;
        });
      });
      await waitAllTasksBlocked();
      const names = graphOf(task).callStack.map((frame) => frame.functionName);
      assert.deepEqual(names, ['body', 'coroutine']);
      assert.deepEqual(graphOf(task).waitsFor, [never]);
    });
  });

  test('a promise outside of all tasks awaits, too', async () => {
    const loop = new NodeEventLoop();
    const future = loop.createFuture<number>();
    const awaiting = (async () => await future)();
    await Promise.resolve();
    assert.deepEqual(graphOf(future).awaitedByOthers, ['a promise']);
    future.setResult(1);
    assert.equal(await awaiting, 1);
    loop.close();
  });
});

describe('what other threads do', () => {
  test('a job of a pool: its task waits for it, and it is awaited by the task', async () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1 });
    await run(async () => {
      const loop = getRunningLoop();
      const job = pool.submit(serving.add, 2, 3);
      const task = loop.createTask(
        function* () {
          return yield* job;
        },
        { name: 'waiter', eagerStart: true },
      );
      // No turn of the loop in between: this thread has not heard of the result.
      const [wrapped] = graphOf(task).waitsFor as [Future<unknown>];
      assert.deepEqual(graphOf(wrapped).waitsFor, [job]);
      assert.deepEqual(waysUp(graphOf(job)).length, 1);
      assert.match(
        waysUp(graphOf(job))[0] as string,
        /<ConcurrentFuture .* fn=add> < .* < waiter$/,
      );
      assert.equal((await task)[0], 5);
    });
  });

  test('joined() waits for the thread', async () => {
    await run(async () => {
      const { loop: remote, thread } = await loopFrom(
        (reporter) =>
          new Thread({ target: serving.serve, args: [reporter, 'NodeEventLoop'], name: 'server' }),
      );
      const task = getRunningLoop().createTask(async () => await thread.joined());
      await waitAllTasksBlocked();
      assert.deepEqual(graphOf(task).waitsFor, [thread]);
      assert.match(formatTaskTree(), /<Thread alive name="server">/);
      remote.callSoonThreadsafe(serving.stopServing);
      assert.equal(await task, true);
    });
  });

  test('a coroutine that another thread has asked for is awaited by that', async () => {
    await run(async () => {
      const future = runCoroutineThreadsafe(serving.ownGraph, [], getRunningLoop().remote());
      assert.match((await future).join(), /^runCoroutineThreadsafe\(\) in thread \d+$/);
    });
  });
});

test('printCallGraph writes where it is told to', async () => {
  await run(async () => {
    const written: string[] = [];
    printCallGraph(null, { file: { write: (text) => written.push(text) } });
    assert.equal(written.length, 1);
    assert.match(written[0] as string, /^\* Task\(name=.*\n {2}\+ Call stack:\n.*call-graph-async/);
    assert.equal(`${formatCallGraph()}\n`.split('\n')[0], written[0]?.split('\n')[0]);
  });
});
