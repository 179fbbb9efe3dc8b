import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { readFile } from 'node:fs/promises';
import { describe, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import {
  Context,
  ContextVar,
  copyContext,
  type Coroutine,
  gather,
  getRunningLoop,
  NodeEventLoop,
  run,
  Runner,
  sleep,
  taskGroup,
  timeout,
} from 'skein';

/* Contexts of async functions, and AsyncLocalStorage: NodeEventLoop only. */

const at = new ContextVar('at', { default: 0 });

describe('contexts of async functions', () => {
  test('are kept over every kind of await', async () => {
    const seen = await run(async () => {
      at.set(1);
      const values = [at.get()];
      await null;
      values.push(at.get());
      await sleep(0);
      values.push(at.get());
      at.set(2);
      await pause(1);
      values.push(at.get());
      await readFile(new URL(import.meta.url));
      values.push(at.get());
      await sleep(1);
      values.push(at.get());
      return values;
    });
    assert.deepEqual(seen, [1, 1, 1, 2, 2, 2]);
    assert.equal(at.get(), 0);
  });

  test('are copies: tasks beside each other do not see each other', async () => {
    const main = async (value: number): Promise<number[]> => {
      const values = [at.get()];
      at.set(value);
      for (const wait of [() => sleep(0), () => pause(1), () => sleep(1), () => null]) {
        await wait();
        values.push(at.get());
      }
      return values;
    };
    await run(async () => {
      at.set(5);
      const tasks = [10, 20].map((value) => getRunningLoop().createTask(() => main(value)));
      at.set(6);
      assert.deepEqual(await gather(...tasks), [
        [5, 10, 10, 10, 10],
        [5, 20, 20, 20, 20],
      ]);
      assert.equal(at.get(), 6);
    });
  });

  test('a coroutine, a callback and an async function inherit from each other', async () => {
    const seen: unknown[] = [];
    await run(async () => {
      at.set(1);
      await pause(1);
      const loop = getRunningLoop();
      await loop.createTask(function* (): Coroutine<void> {
        seen.push(['coroutine', at.get()]);
        at.set(2);
        const inner = loop.createTask(async () => {
          await pause(1);
          seen.push(['async function', at.get()]);
          loop.callSoon(() => seen.push(['callback', at.get()]));
          await sleep(1);
        });
        at.set(3);
        yield* inner;
      });
      seen.push(['outside', at.get()]);
    });
    assert.deepEqual(seen, [
      ['coroutine', 1],
      ['async function', 2],
      ['callback', 2],
      ['outside', 1],
    ]);
  });

  test('a plain async call in a coroutine has the context of the coroutine', async () => {
    const seen = await run(async () =>
      getRunningLoop().createTask(function* () {
        at.set(4);
        const later = (async () => {
          await pause(1);
          return at.get();
        })();
        at.set(5);
        return later;
      }),
    );
    assert.equal(await seen, 5);
  });

  test('scopes run in the context of their task', async () => {
    await run(async () => {
      await timeout(1000, async () => {
        at.set(1);
        await sleep(0);
      });
      assert.equal(at.get(), 1);
      await taskGroup(async (group) => {
        at.set(2);
        await pause(1);
        group.createTask(async () => at.set(3));
      });
      assert.equal(at.get(), 2);
    });
  });

  test('context.run holds for an async function until it ends', async () => {
    const context = new Context();
    const seen = await context.run(async () => {
      at.set(1);
      await pause(1);
      return at.get();
    });
    assert.deepEqual([seen, at.get(), context.get(at)], [1, 0, 1]);
  });

  test('code outside of loops has contexts as well: each async flow its own', async () => {
    const flow = async (value: number): Promise<number> => {
      await null;
      at.set(value);
      await pause(1);
      return at.get();
    };
    assert.deepEqual(await Promise.all([flow(1), flow(2)]), [1, 2]);
    assert.equal(at.get(), 0);
  });

  test('a token is good after an await', async () => {
    await run(async () => {
      const token = at.set(1);
      await pause(1);
      at.reset(token);
      assert.equal(at.get(), 0);
      const foreign = copyContext().run(() => at.set(3));
      assert.throws(() => at.reset(foreign), /created in a different Context/);
    });
  });
});

describe('a Runner', () => {
  test('has one context for all of its runs (test_run_keeps_context)', () => {
    using runner = new Runner();
    function* next(): Coroutine<number> {
      const value = at.get();
      at.set(value + 1);
      return value;
    }
    assert.deepEqual([runner.run(next), runner.run(next()), at.get()], [0, 1, 0]);
    const context = new Context();
    assert.equal(runner.run(next, { context }), 0);
    assert.deepEqual([context.get(at), runner.run(next)], [1, 2]);
  });

  test('has one context also where Node turns the loop', async () => {
    await using runner = new Runner({ loopFactory: () => new NodeEventLoop() });
    const next = async (): Promise<number> => {
      await pause(1);
      at.set(at.get() + 1);
      return at.get();
    };
    assert.deepEqual([await runner.run(next), await runner.run(next)], [1, 2]);
  });
});

describe('AsyncLocalStorage', () => {
  const storage = new AsyncLocalStorage<string>();

  test('follows tasks and callbacks from where they were made', async () => {
    const seen: string[] = [];
    const note = (what: string): number => seen.push(`${what} ${storage.getStore()}`);
    await run(async () => {
      const loop = getRunningLoop();
      const tasks = ['a', 'b'].flatMap((store) =>
        storage.run(store, () => {
          loop.callSoon(() => note('callback'));
          loop.callLater(1, () => note('timer'));
          return [
            loop.createTask(function* () {
              note('coroutine');
              yield* sleep(3);
              note('coroutine');
            }),
            loop.createTask(async () => {
              await pause(1);
              note('function');
              await sleep(1);
              return storage.getStore();
            }),
          ];
        }),
      );
      assert.deepEqual((await gather(...tasks)).filter(Boolean), ['a', 'b']);
      note('outside');
    });
    const texts = 'callback a, callback b, coroutine a, coroutine a, coroutine b, coroutine b, ';
    const more = 'function a, function b, outside undefined, timer a, timer b';
    assert.equal(seen.toSorted().join(', '), texts + more);
  });

  test('follows what code outside of any loop schedules', async () => {
    const loop = new NodeEventLoop();
    const made = storage.run('request', () =>
      loop.createTask(function* () {
        yield* sleep(0);
        return storage.getStore();
      }),
    );
    assert.equal(await loop.runUntilComplete(made), 'request');
    loop.close();
  });
});
