/** Objects of the program's own classes that cross by description: Symbol.for('skein.share'). */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { after, beforeEach, describe, test } from 'node:test';
import { MessageChannel } from 'node:worker_threads';
import {
  DataCloneError,
  FunctionReferenceError,
  Lock,
  registerEncoding,
  shareKey,
  Thread,
  ThreadPoolExecutor,
  transfer,
} from 'skein';
import { echo } from '../fixtures/functions.ts';
import {
  Counter,
  failToMake,
  Line,
  makeLater,
  Money,
  money,
  Wrong,
} from '../fixtures/sharing/counter.ts';
import { toUrl } from '../fixtures/sharing/encodings.ts';
import { Late, nameOfLate } from '../fixtures/sharing/late.ts';
import {
  makeCounter,
  makeMoney,
  makeSlowly,
  makeUrl,
  makeWrong,
} from '../fixtures/sharing/makers.ts';
import {
  addTo,
  centsInside,
  centsOf,
  hostOf,
  inMaps,
  nameOfClass,
  say,
} from '../fixtures/sharing/users.ts';

/** A new one for each test: its thread has loaded nothing. */
let pool = new ThreadPoolExecutor({ maxWorkers: 1 });
beforeEach(async () => {
  await pool[Symbol.asyncDispose]();
  pool = new ThreadPoolExecutor({ maxWorkers: 1 });
});
after(() => pool[Symbol.asyncDispose]());

describe('a class that describes itself', () => {
  test('is found by a thread that has not loaded it', () => {
    assert.equal(pool.submit(nameOfClass, new Money(1)).result(), 'Money');
  });

  test('is the same thing in all threads, over shared memory', () => {
    const counter = new Counter();
    assert.equal(counter.add(), 1);
    assert.equal(pool.submit(addTo, counter).result(), 2);
    const thread = new Thread({ target: addTo, args: [counter] });
    thread.start();
    thread.join();
    assert.equal(counter.add(), 4);
  });

  test('crosses at any depth, in objects and arrays, maps and sets, beside whatever it is', () => {
    const list = [new Money(1), new Money(20)];
    for (const beside of [1, new Map(), new SharedArrayBuffer(8), Buffer.from('bytes')]) {
      assert.equal(pool.submit(centsOf, { list, beside } as { list: Money[] }).result(), 21);
    }
    const map = new Map([
      [new Money(3), new Set([new Money(4), new Money(5)])],
      [new Money(1), new Set<Money>()],
    ]);
    assert.deepEqual(pool.submit(inMaps, map).result(), [
      [3, [4, 5]],
      [1, []],
    ]);
  });

  test('holds others of its kind, and executors', () => {
    assert.equal(pool.submit(centsInside, new Money(1, [new Money(2, pool)])).result(), 2);
    const beside = new Money(2, new SharedArrayBuffer(1));
    assert.equal(pool.submit(centsInside, new Money(1, [beside, new Map()])).result(), 2);
  });

  test('is asked once for each message, and arrives once', () => {
    const one = new Money(1);
    for (const beside of [2, new Map(), new SharedArrayBuffer(1)]) {
      Money.described = 0;
      const [a, b] = pool.submit(echo<unknown[]>, [one, one, beside]).result();
      assert.equal(Money.described, 1);
      assert.equal(a, b);
    }
  });

  test('comes back as a result, whatever kind of function gives it', async () => {
    const { price, twice } = pool.submit(makeMoney).result();
    assert(price instanceof Money);
    assert.deepEqual([price.cents, price === twice[0], twice[0] === twice[1]], [250, true, true]);
    assert.equal((await pool.submit(makeCounter)).add(), 2);
    assert.equal((await pool.submit(makeSlowly)).get('price')?.cents, 5);
  });

  test('moves what it holds', async () => {
    const { port1, port2 } = new MessageChannel();
    const line = new Line(port2);
    pool.submit(say, transfer(line, [port2]), 'by line');
    assert.deepEqual(await once(port1, 'message'), ['by line']);
  });

  test('of a module that has to be waited for: its functions find it, those of others do not', () => {
    assert.throws(
      () => pool.submit(nameOfClass, new Late()).result(),
      (error) => {
        assert(error instanceof FunctionReferenceError);
        assert.match(
          error.message,
          /'makeLate' cannot be called here: .*late\.js is not loaded .*; import it/,
        );
        return true;
      },
    );
    assert.equal(pool.submit(nameOfLate, new Late()).result(), 'Late');
    assert.equal(pool.submit(nameOfClass, new Late()).result(), 'Late');
  });
});

describe('a description that is wrong', () => {
  const submit = (describe: (self: Wrong) => unknown): unknown =>
    pool.submit(echo, new Wrong(describe)).result();
  const cases: readonly (readonly [string, (self: Wrong) => unknown, RegExp])[] = [
    [
      'nothing',
      () => undefined,
      /^DataCloneError.*: Wrong\[Symbol.for\('skein.share'\)\]\(\) returned a description without/,
    ],
    [
      'no function',
      () => ({ revive: 'money' }),
      /without a function 'revive'. Return \{ revive, data \}/,
    ],
    ['an unknown kind', () => ({ kind: 'odd', data: 1 }), /of a kind that nobody knows, 'odd'/],
    [
      'data that cannot cross',
      () => ({ revive: money, data: { on: [echo] } }),
      /argument 1: a Wrong cannot be sent.*; property 'on\[0\]' of the data that it gives for itself .* is a function \(echo\)/,
    ],
    [
      'data that stay',
      () => ({ revive: money, data: new Lock() }),
      /a Wrong cannot be sent.* the data .* a lock/,
    ],
    [
      'itself',
      (self) => ({ revive: money, data: [self] }),
      /gives data in which the object itself stands/,
    ],
    ['a closure', (self) => ({ revive: () => self, data: 1 }), /^FunctionReferenceError/],
    [
      'a promise',
      () => ({ revive: makeLater, data: 1 }),
      /'makeLater' makes a value .* returned a promise/,
    ],
    [
      'one that fails',
      () => ({ revive: failToMake, data: 1 }),
      /^RangeError.*: it could not be made/,
    ],
  ];
  for (const [title, describe, message] of cases) {
    test(title, () => {
      assert.throws(() => submit(describe), message);
      assert.equal(pool.submit(echo, 1).result(), 1);
    });
  }

  test('of a result fails the task', () => {
    assert.throws(() => pool.submit(makeWrong).result(), DataCloneError);
  });

  test('in an object of another class, which would arrive without its own', () => {
    class Account {
      readonly price = new Money(1);
    }
    assert.throws(
      () => pool.submit(echo, new Account()),
      /argument 1: what describes itself .* inside of this object cannot be sent.* plain objects, arrays, maps/,
    );
  });
});

describe('registerEncoding', () => {
  test('makes the objects of a class that is not ours cross, there and back', () => {
    const page = { url: new URL('https://skein.example/a') };
    assert.equal(pool.submit(hostOf, page).result(), 'skein.example');
    const [url] = pool.submit(makeUrl).result();
    assert(url instanceof URL);
    assert.equal(url.href, 'https://made.example/');
  });

  test('holds for classes that extend it, and is not seen', () => {
    class Link extends URL {}
    assert.equal(
      pool.submit(hostOf, { url: new Link('https://link.example') }).result(),
      'link.example',
    );
    assert.deepEqual(Object.keys(new URL('a:b')), []);
  });

  test('may be repeated, the last counts', () => {
    registerEncoding(URL, { encode: () => 'https://second.example', decode: toUrl });
    assert.equal(pool.submit(hostOf, { url: new URL('a:b') }).result(), 'second.example');
    registerEncoding(URL, { encode: ({ href }) => href, decode: toUrl });
  });

  test('refuses what makes no sense', () => {
    const both = { encode: echo, decode: echo } as never;
    assert.throws(() => registerEncoding({} as never, both), /a class was expected, got object/);
    assert.throws(
      () => registerEncoding(URL, {} as never),
      /two functions were expected, got undefined/,
    );
    assert.throws(() => registerEncoding(URL, undefined as never), /two functions were expected/);
    for (const type of [Object, Array, Date, Buffer, Uint8Array, Float64Array, SharedArrayBuffer]) {
      assert.throws(() => registerEncoding(type as never, both), /these cross by themselves/);
    }
    assert.throws(() => registerEncoding(Counter, both), /the class describes itself/);
    assert.throws(() => registerEncoding(ThreadPoolExecutor, both), /the class describes itself/);
  });

  test('the key is the one that other copies know', () => {
    assert.equal(shareKey, Symbol.for('skein.share'));
  });
});
