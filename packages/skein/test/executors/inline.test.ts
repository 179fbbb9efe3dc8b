/** Functions that are written in place cross by their text, and those that capture something are refused. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import {
  type Coroutine,
  FunctionReferenceError,
  getRunningLoop,
  inline,
  newEventLoop,
  sleep,
  Thread,
  ThreadPoolExecutor,
} from 'skein';
import { addOne } from '../fixtures/functions.ts';
import { captures, makeDouble, makeRoot, noFunctions } from '../fixtures/inline.ts';
import { mainStyles } from '../fixtures/styles.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

type Unary = (x: number) => unknown;

const functions: readonly (readonly [string, Unary, unknown])[] = [
  ['an arrow function', inline((x: number) => x * 2), 4],
  [
    'a function that calls itself',
    inline(function factorial(n: number): number {
      return n < 2 ? 1 : n * factorial(n - 1);
    }),
    2,
  ],
  ['an async function', inline(async (x: number) => (await Promise.resolve(x)) + 1), 3],
  [
    'a generator function',
    inline(function* (x: number): Coroutine<number> {
      yield;
      return x * 3;
    }),
    6,
  ],
  ['globals', inline((x: number) => Buffer.from([x]).toString('hex')), '02'],
  [
    'functions and classes inside of it',
    inline((x: number) => {
      class Box {
        held = x;
      }
      const open = ({ held }: Box): number => held;
      return open(new Box());
    }),
    2,
  ],
  [
    'an import of a module of Node',
    inline(async (x: number) => {
      const { basename } = await import('node:path');
      return basename(`/a/${x}`);
    }),
    '2',
  ],
  [
    'an import beside the module that it stands in',
    inline(async (x: number) => {
      const module = await import('../fixtures/modules/plain.js');
      return module.double(x);
    }),
    4,
  ],
  [
    'an import of a package',
    inline(async (x: number) => {
      const { isCoroutine } = await import('skein');
      return isCoroutine(x);
    }),
    false,
  ],
];

describe('inline functions run', () => {
  for (const style of mainStyles) {
    for (const [name, fn, expected] of functions) {
      test(`${style.name}: ${name}`, async () => {
        assert.equal(await style.call(pool, fn, 2), expected);
      });
    }
  }

  test('written into the call, with the types that they have', async () => {
    const sum: number = await pool.submit(
      inline((a: number, b: number) => a + b),
      1,
      2,
    );
    assert.equal(sum, 3);
  });

  test('in their own thread too: they are the same functions', () => {
    const fn = (x: number): number => x + 1;
    assert.equal(inline(fn), fn);
    assert.equal(inline(inline(fn))(1), 2);
  });

  test('as the target of a Thread, and as an initializer', async () => {
    const cell = new Int32Array(new SharedArrayBuffer(4));
    const store = inline((into: Int32Array) => void Atomics.store(into, 0, 7));
    const thread = new Thread({ target: store, args: [cell] });
    thread.start();
    thread.join();
    assert.equal(cell[0], 7);
    const prepared = new ThreadPoolExecutor({
      maxWorkers: 1,
      initializer: inline(() => Reflect.set(globalThis, 'prepared', 5)),
    });
    assert.equal(await prepared.submit(inline(() => Reflect.get(globalThis, 'prepared'))), 5);
    await prepared[Symbol.asyncDispose]();
  });

  test('as callbacks of a blocking loop, which cannot wait for imports', () => {
    const loop = newEventLoop();
    const cell = new Int32Array(new SharedArrayBuffer(4));
    loop.remote().callSoonThreadsafe(
      inline((into: Int32Array) => void Atomics.store(into, 0, 8)),
      cell,
    );
    loop.runUntilComplete(sleep(0));
    assert.equal(cell[0], 8);
    loop.close();
  });

  test('inside inline functions', async () => {
    const outer = inline(async (x: number) => {
      const skein = await import('skein');
      const inner = new skein.ThreadPoolExecutor({ maxWorkers: 1 });
      const result = await inner.submit(
        skein.inline((y: number) => y + 1),
        x,
      );
      await inner[Symbol.asyncDispose]();
      return result;
    });
    assert.equal(await pool.submit(outer, 4), 5);
  });

  test('with runInExecutor', () => {
    const loop = newEventLoop();
    const result = loop.runUntilComplete(function* () {
      return yield* getRunningLoop().runInExecutor(
        pool,
        inline((text: string) => text.length),
        'abc',
      );
    });
    assert.equal(result, 3);
    loop.close();
  });

  test('an error names the place where the function was written', () => {
    const fails = inline(function fails() {
      throw new RangeError('out');
    });
    const placeOf = (error: unknown) =>
      /at fails \(.*(inline\.test\.js:\d+:\d+)\)/.exec(String((error as Error).stack))?.[1];
    const there = placeOf(pool.submit(fails).exception());
    assert.throws(fails, (here) => placeOf(here) === there && there !== undefined);
  });

  test('ten thousand of the same text take one place in the function table', async () => {
    let sum = 0;
    for (let i = 0; i < 10_000; i++) sum += await pool.submit(makeDouble(), 1);
    assert.equal(sum, 20_000);
  });

  test('so do those that use globals', () => {
    for (let i = 0; i < 4_200; i++) assert.equal(pool.submit(makeRoot(), 9).result(), 3);
  });

  test('one that was sent by its name keeps it', () => {
    assert.equal(pool.submit(addOne, 1).result(), 2);
    assert.equal(pool.submit(inline(addOne), 1).result(), 2);
  });
});

describe('inline refuses', () => {
  const refused = (fn: () => unknown, message: RegExp): void => {
    assert.throws(
      () => inline(fn),
      (error) => {
        assert(error instanceof FunctionReferenceError);
        assert.equal(error.code, 'ERR_FUNCTION_REFERENCE');
        assert.match(error.message, /cannot be inlined: /);
        assert.match(error.message, message);
        assert.match(error.message, /as arguments/);
        return true;
      },
    );
  };

  for (const [what, [fn, message]] of Object.entries({ ...captures, ...noFunctions })) {
    test(what, () => refused(fn, message));
  }

  test('and says where the function stands', () => {
    const [fn] = captures['an import'] as readonly [() => unknown, RegExp];
    refused(fn, /fixtures\/inline\.js:\d+:\d+\)/);
  });

  test('each function with the same text by its own variables', () => {
    const here = (() => {
      const structuredClone = 1;
      return () => structuredClone;
    })();
    const text = inline(
      (
        () => () =>
          structuredClone
      )(),
    );
    assert.equal(String(text), String(here));
    refused(here, /captures `structuredClone`/);
  });

  test('what is no function', () => {
    for (const bad of [null, 1, '() => 1', {}]) {
      assert.throws(
        () => inline(bad as never),
        /TypeError: inline\(fn\): a function was expected, got/,
      );
    }
  });
});
