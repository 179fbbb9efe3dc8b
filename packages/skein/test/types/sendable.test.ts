/**
 * Arguments that never cross are refused by the compiler, and nothing else is. Checked when the tests are
 * compiled; what is run shows that `submit` says the same.
 */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import type { MessagePort } from 'node:worker_threads';
import {
  type ConcurrentFuture,
  DataCloneError,
  type EventLoop,
  type RemoteLoop,
  runCoroutineThreadsafe,
  type Sendable,
  Thread,
  ThreadPoolExecutor,
  toThread,
  transfer,
} from 'skein';
import { add, noArguments } from '../fixtures/adders.ts';
import { echo } from '../fixtures/functions.ts';
import { Counter, Money } from '../fixtures/sharing/counter.ts';
import {
  addMaybe,
  type Callbacks,
  callBoth,
  callLater,
  callOptional,
  type Interface,
  pair,
  Plain,
  take,
} from '../fixtures/sendable.ts';

const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
after(() => pool[Symbol.asyncDispose]());

/** Is compiled, and not called. */
const compiled = (_calls: (loop: EventLoop, remote: RemoteLoop) => unknown): void =>
  assert.ok(true);
const f = (): number => 1;

test('functions, symbols, promises and what is weak are refused', () => {
  // @ts-expect-error -- a function
  assert.throws(() => pool.submit(echo, () => 1), DataCloneError);
  // @ts-expect-error -- a function of several arguments
  assert.throws(() => pool.submit(callLater, 1, f), DataCloneError);
  // @ts-expect-error -- a class
  assert.throws(() => pool.submit(echo, Plain), DataCloneError);
  // @ts-expect-error -- a symbol
  assert.throws(() => pool.submit(echo, Symbol('a')), DataCloneError);
  // @ts-expect-error -- a unique symbol
  assert.throws(() => pool.submit(echo, Symbol.iterator), DataCloneError);
  // @ts-expect-error -- a promise
  assert.throws(() => pool.submit(echo, Promise.resolve(1)), DataCloneError);
  // @ts-expect-error -- weak
  assert.throws(() => pool.submit(echo, new WeakMap<object, number>()), DataCloneError);
  // @ts-expect-error -- weak
  assert.throws(() => pool.submit(echo, new WeakSet()), DataCloneError);
  // @ts-expect-error -- weak
  assert.throws(() => pool.submit(echo, new WeakRef({})), DataCloneError);
  // @ts-expect-error -- given, though it might be left out
  assert.throws(() => pool.submit(callOptional, 1, f), DataCloneError);
  // @ts-expect-error -- all of a union
  const all = (x: symbol | (() => void)): unknown => pool.submit(echo, x);
  void all;
});

test('so they are in plain objects and arrays, some levels down', () => {
  // @ts-expect-error -- a property
  assert.throws(() => pool.submit(echo, { f }), DataCloneError);
  // @ts-expect-error -- deeper
  assert.throws(() => pool.submit(echo, { a: [{ b: Symbol.iterator }] }), DataCloneError);
  // @ts-expect-error -- an element
  assert.throws(() => pool.submit(echo, [f]), DataCloneError);
  // @ts-expect-error -- one of a tuple
  assert.throws(() => pool.submit(pair, [1, f]), DataCloneError);
  // @ts-expect-error -- of a type that is an alias
  const alias = (callbacks: Callbacks): unknown => pool.submit(callBoth, callbacks);
  void alias;
});

test('wherever arguments cross', () => {
  const options = { target: echo<unknown>, args: [f] } as const;
  void options;
  compiled((loop, remote) => [
    // @ts-expect-error -- with options
    pool.with({ name: 'a' }).submit(callLater, 1, f),
    // @ts-expect-error -- by a loop
    loop.runInExecutor(null, callLater, 1, f),
    // @ts-expect-error -- to the default pool
    toThread(callLater, 1, f),
    // @ts-expect-error -- to another loop
    remote.callSoonThreadsafe(callLater, 1, f),
    // @ts-expect-error -- as a coroutine
    runCoroutineThreadsafe(callLater, [1, f], remote),
    // @ts-expect-error -- to a thread
    new Thread({ target: callLater, args: [1, f] }),
  ]);
});

test('the other errors are what they were', () => {
  compiled(() => [
    // @ts-expect-error -- two numbers are wanted
    pool.submit(add, 1, '2'),
    // @ts-expect-error -- one is missing
    pool.submit(add, 1),
    // @ts-expect-error -- one too many
    pool.submit(noArguments, 1),
  ]);
});

test('what may cross is accepted', () => {
  compiled((loop, remote) => [
    pool.submit(noArguments),
    pool.submit(addMaybe, 1),
    pool.submit(addMaybe, 1, undefined),
    pool.submit(callOptional, 1),
    pool.submit(callOptional, 1, undefined),
    pool.submit(Math.max),
    pool.submit(Math.max, 1, 2, 3),
    pool.submit(echo, null),
    pool.submit(echo, {}),
    pool.submit(echo, []),
    pool.submit(echo, new Plain()),
    pool.submit(echo, [new Plain(), { deep: new Plain() }]),
    pool.submit(echo, new Map([[1, new Set([{ a: 1 }])]])),
    pool.submit(echo, new Map<object, number>()),
    pool.submit(echo, new Set<object>()),
    pool.submit(echo, [new Date(), /a/, new Error('e'), 1n]),
    pool.submit(echo, new SharedArrayBuffer(4)),
    pool.submit(echo, { bytes: new Uint8Array(4), buffer: Buffer.from('a') }),
    pool.submit(echo, new Blob([])),
    pool.submit(echo, pool),
    pool.submit(echo, { pool, loop: remote, loops: [loop.remote()] }),
    pool.submit(echo, new Counter()),
    pool.submit(echo, { price: new Money(1), prices: [new Money(2)] }),
    pool.submit(echo<unknown>, f),
    pool.submit(echo<any>, f), // oxlint-disable-line typescript/no-explicit-any -- that is what is tried
    pool.submit(take, { maybe: 1 }),
    loop.runInExecutor(pool, add, 1, 2),
    new Thread({ target: noArguments }),
    new Thread({ target: echo<Counter>, args: [new Counter()] }),
  ]);
  compiled(() => {
    const port = (x: MessagePort): unknown => pool.submit(echo, transfer(x, [x]));
    const some = (x: number | (() => void)): unknown => pool.submit(echo, x);
    const faced = (x: Interface): unknown => pool.submit(echo, { x });
    const optional = (x: { f?: () => void; n: number }): unknown => pool.submit(echo, x);
    const unknowns = (...x: unknown[]): unknown => pool.submit(take, ...x);
    const many = (...x: number[]): unknown => pool.submit(Math.max, ...x);
    return [port, some, faced, optional, unknowns, many];
  });
});

test('inference is what it was', () => {
  compiled(() => {
    const text: ConcurrentFuture<string> = pool.submit(echo<string>, 'a');
    const plain: ConcurrentFuture<Plain> = pool.submit(echo, new Plain());
    const literal: ConcurrentFuture<{ a: number }> = pool.submit(echo, { a: 1 });
    const sum: ConcurrentFuture<number> = pool.submit(
      (a, b) => a + b,
      ...([1, 2] as [number, number]),
    );
    return [text, plain, literal, sum];
  });
});

/** Generic wrappers compile. What they are given is looked at by `submit` when it runs. */
function later<A extends unknown[], R>(fn: (...args: A) => R, ...args: A): unknown {
  return pool.submit(fn, ...args);
}

function withOneMore<A extends unknown[], R>(
  fn: (...args: [...A, number]) => R,
  ...args: A
): unknown {
  return pool.submit(fn, ...args, 1);
}

function behindOne<A extends unknown[], R>(
  fn: (...args: [number, ...A]) => R,
  ...args: A
): unknown {
  return pool.submit(fn, 1, ...args);
}

function ofOne<T>(x: T): unknown {
  return [pool.submit(echo<T>, x), pool.submit(echo, { x })];
}

function inThread<A extends unknown[]>(
  target: (...args: A) => unknown,
  ...args: Sendable<A>
): unknown {
  return new Thread({ target, args } as never);
}

/** Its callers are looked at by the compiler, too. */
function checked<A extends unknown[], R>(fn: (...args: A) => R, ...args: Sendable<A>): unknown {
  return pool.submit(fn, ...args);
}

test('generic wrappers compile, and may hand the question on', () => {
  assert.throws(() => later(callLater, 1, f), DataCloneError);
  // @ts-expect-error -- a function
  assert.throws(() => checked(callLater, 1, f), DataCloneError);
  compiled(() => [later(add, 1, 2), checked(add, 1, 2), withOneMore, behindOne, ofOne, inThread]);
});
