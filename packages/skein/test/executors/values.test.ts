/** What crosses as an argument and as a result: all that the structured clone algorithm carries. */
import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { DataCloneError, ThreadPoolExecutor } from 'skein';
import { executors } from '../fixtures/executors.ts';
import { echo } from '../fixtures/functions.ts';
import { mainStyles } from '../fixtures/styles.ts';
import { give, type OddResult, sumOf, textOfBlob, writeInto } from '../fixtures/values.ts';

const circle: { self?: unknown; list: unknown[] } = { list: [1] };
circle.self = circle;
circle.list.push(circle.list);
const twice = { a: 1 };

const there: readonly (readonly [string, unknown])[] = [
  ['numbers', [0, -0, 1, -1, 2 ** 31, -(2 ** 31), 2 ** 53, 1.5, NaN, Infinity, -Infinity]],
  ['bigints', [0n, -1n, 2n ** 63n, 2n ** 64n, -(2n ** 200n)]],
  ['strings', ['', 'a', 'äöü', '線程', '\u{1f9f6}', '\ud800', '\0', 'x'.repeat(100_000)]],
  ['booleans, null and undefined', [true, false, null, undefined]],
  ['dates', [new Date(0), new Date(1e12)]],
  ['regular expressions', /a(?<name>b)/giu],
  [
    'maps',
    new Map<unknown, unknown>([
      ['a', new Map([[1, 2]])],
      [{ k: 1 }, new Set([1])],
    ]),
  ],
  ['sets', new Set<unknown>([1, 'a', null])],
  ['holes in arrays', [1, , 3]], // oxlint-disable-line no-sparse-arrays
  ['boxed primitives', [Object(1), Object('a'), Object(true), Object(1n)]],
  ['array buffers', new Uint8Array([1, 2, 3]).buffer],
  ['typed arrays', [new Float64Array([1.5, NaN]), new BigInt64Array([1n]), new Uint8Array(0)]],
  ['views into a part', new Uint16Array(new Uint16Array([1, 2, 3, 4]).buffer, 2, 2)],
  ['data views', new DataView(new Uint8Array([1, 2, 3]).buffer, 1)],
  ['large buffers', new Uint8Array(3_000_000).fill(7)],
  ['errors', new RangeError('as a value', { cause: 1 })],
  ['objects without a prototype', { __proto__: null, a: 1 }],
  ['deep objects', { a: { b: { c: { d: { e: { f: { g: { h: { i: { j: [[[[1]]]] } } } } } } } } } }],
  ['wide objects', Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`key ${i}`, i]))],
  ['keys that look like others', { '': 1, __proto: 2, constructor: 3, '1': 4, 'a b': 5 }],
  ['one object at two places', [twice, twice, { twice }]],
];

for (const { name: className, newPool } of executors) {
  describe(className, () => {
    const pool = newPool({ maxWorkers: 2 });
    after(() => pool[Symbol.asyncDispose]());

    for (const style of mainStyles) {
      describe(style.name, () => {
        for (const [name, value] of there) {
          test(`${name} come back equal`, async () => {
            assert.deepEqual(await style.call(pool, echo<unknown>, value), structuredClone(value));
          });
        }

        test('what refers to itself comes back referring to itself', async () => {
          const back = (await style.call(pool, echo<unknown>, circle)) as typeof circle;
          assert.equal(back.self, back);
          assert.equal(back.list[1], back.list);
        });

        test('one object at two places comes back as one', async () => {
          const [a, b] = (await style.call(pool, echo<unknown>, [twice, twice])) as unknown[];
          assert.equal(a, b);
        });

        test('a Buffer comes back as a Buffer', async () => {
          assert.deepEqual(
            await style.call(pool, echo<Buffer>, Buffer.from('wool')),
            Buffer.from('wool'),
          );
        });
      });
    }

    test('arguments are copied before submit() returns', () => {
      const value = { list: [1, 2, 3], bytes: new Uint8Array([1]) };
      const future = pool.submit(echo, value);
      value.list.push(4);
      value.bytes[0] = 9;
      assert.deepEqual(future.result(), { list: [1, 2, 3], bytes: new Uint8Array([1]) });
    });

    test('hundreds of arguments', () => {
      const numbers = Array.from({ length: 700 }, (_, i) => i);
      assert.equal(pool.submit(sumOf, ...numbers).result(), (699 * 700) / 2);
    });

    describe('what cannot cross is refused at submit, by its name and place', () => {
      class Socket {
        readonly handle = (): number => 1;
      }
      const bad: readonly (readonly [string, readonly unknown[], RegExp])[] = [
        [
          'a function',
          [1, () => 1],
          /^argument 2: a function cannot be sent to another (thread|process)/,
        ],
        ['a named function', [echo], /^argument 1: a function \(echo\) cannot be sent/],
        ['in a property', [1, { socket: () => 1 }], /^argument 2, property 'socket': a function/],
        [
          'deep down',
          [{ a: [{ b: Symbol('s') }] }],
          /^argument 1, property 'a\[0\]\.b': a symbol \(Symbol\(s\)\)/,
        ],
        ['in an array', [[1, 2, () => 3]], /^argument 1, element 2: a function/],
        ['in a map', [new Map([['k', () => 1]])], /^argument 1, property 'get\('k'\)': a function/],
        [
          'a promise',
          [1, 2, Promise.resolve(1)],
          /^argument 3: a Promise cannot be sent.*await it first/,
        ],
        ['a WeakMap', [new WeakMap()], /^argument 1: a WeakMap cannot be sent/],
        ['a generator', [(function* () {})()], /^argument 1: a generator cannot be sent/],
        [
          'an object of a class with a function',
          [new Socket()],
          /^argument 1, property 'handle': a function|^argument 1: a Socket cannot be sent/,
        ],
        ['a Proxy', [new Proxy({}, {})], /^argument 1: a Proxy cannot be sent/],
        [
          'a message port',
          [new MessageChannel().port1],
          /^argument 1: a MessagePort cannot be sent/,
        ],
      ];
      for (const [name, args, message] of bad) {
        test(name, () => {
          assert.throws(
            () => pool.submit(echo as (...args: unknown[]) => unknown, ...args),
            (error) => {
              assert(error instanceof DataCloneError);
              assert.equal(error.code, 'ERR_DATA_CLONE');
              assert.match(error.message, message);
              return true;
            },
          );
          assert.equal(pool.submit(echo, 1).result(), 1); // nothing was broken by it
        });
      }

      test('a getter that throws throws at submit', () => {
        const value = {
          get trap(): never {
            throw new EvalError('sprung');
          },
        };
        assert.throws(() => pool.submit(echo, value), EvalError);
        assert.equal(pool.submit(echo, 1).result(), 1);
      });

      test('refused again and again, nothing leaks', () => {
        for (let i = 0; i < 20_000; i++) {
          assert.throws(() => pool.submit(echo<unknown>, { i, f: echo }), DataCloneError);
        }
        assert.equal(pool.submit(echo, 1).result(), 1);
      });
    });

    describe('results that cannot be cloned fail the task with a clear error', () => {
      const odd: readonly (readonly [OddResult, RegExp])[] = [
        ['function', /^the result: a function/],
        ['deep', /^the result, property 'a\.b': a function/],
        ['symbol', /^the result: a symbol/],
        ['promise inside', /^the result, property 'later': a Promise/],
        ['weak', /^the result: a WeakRef|^the result: a WeakSet/],
        ['proxy', /^the result: a Proxy/],
        ['getter', /sprung/],
      ];
      for (const style of mainStyles) {
        for (const [what, message] of odd) {
          test(`${style.name}: ${what}`, async () => {
            await assert.rejects(style.call(pool, give, what), (error) => {
              if (what !== 'getter') assert(error instanceof DataCloneError);
              assert.match((error as Error).message, message);
              return true;
            });
            assert.equal(await style.call(pool, echo<number>, 1), 1);
          });
        }
      }
    });
  });
}

describe('what only threads can have in common', () => {
  const pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  after(() => pool[Symbol.asyncDispose]());

  for (const style of mainStyles) {
    test(`${style.name}: a SharedArrayBuffer is the same memory there`, async () => {
      const shared = new SharedArrayBuffer(8);
      await style.call(pool, writeInto, { deep: [shared] }, 42);
      assert.equal(new Int32Array(shared)[0], 42);
    });

    test(`${style.name}: a Blob arrives`, async () => {
      assert.equal(await style.call(pool, textOfBlob, new Blob(['a', 'b'])), 'ab');
    });

    test(`${style.name}: a KeyObject comes back`, async () => {
      const key = createSecretKey(Buffer.from('secret'));
      const back = await style.call(pool, echo<typeof key>, key);
      assert.equal(back.export().toString(), 'secret');
    });
  }

  test('a carried value comes back in as many jobs as wanted, interleaved', async () => {
    const shared = new SharedArrayBuffer(400);
    const all = Array.from({ length: 100 }, (_, i) =>
      pool.submit(writeInto, { deep: [shared] }, i, i),
    );
    await Promise.all(all);
    assert.deepEqual(
      [...new Int32Array(shared)],
      Array.from({ length: 100 }, (_, i) => i),
    );
  });
});
