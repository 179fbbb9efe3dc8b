import assert from 'node:assert/strict';
import { createSecretKey } from 'node:crypto';
import { BlockList, Socket } from 'node:net';
import { describe, test } from 'node:test';
import { DataCloneError } from '../../../dist/core/exceptions.js';
import { registerShared, shareKey } from '../../../dist/crossing/share.js';
import { inlineBytes, roundTrip } from './round-trip.js';

function withHole(): unknown[] {
  const array: unknown[] = [1];
  array[2] = 3;
  return array;
}

describe('values arrive as structuredClone would give them', () => {
  const circle: Record<string, unknown> = { a: 1 };
  circle['self'] = circle;
  class Point {
    x = 1;
    get y(): number {
      return 2;
    }
  }
  const cases: Record<string, unknown[]> = {
    nothing: [],
    'whole numbers': [0, 1, -1, 2 ** 31 - 1, -(2 ** 31), 2 ** 31, 2 ** 53],
    'other numbers': [-0, NaN, Infinity, 1.5, Number.MIN_VALUE],
    'true, false, null, undefined': [true, false, null, undefined],
    'big integers': [0n, -1n, 2n ** 63n - 1n, -(2n ** 63n), 2n ** 63n, -(2n ** 200n)],
    'short text': ['', 'a', 'é', '€', '😀', '\ud800', 'x\0y'],
    'long text': [
      'a'.repeat(31),
      'b'.repeat(33),
      'é'.repeat(300),
      '€'.repeat(300),
      'z'.repeat(100_000),
    ],
    'plain objects': [
      {},
      { a: 1, b: 'two', c: { d: [null] } },
      { 5: 1, a: 2, 1: 3 },
      { ['k'.repeat(300)]: 1, '€': 2 },
    ],
    'an object without prototype': [Object.assign(Object.create(null) as object, { q: 1 })],
    'a property called __proto__': [JSON.parse('{"__proto__": {"x": 1}, "a": 1}')],
    'class instances': [new Point()],
    'symbol keys': [{ [Symbol('x')]: 1, a: 2 }],
    arrays: [[], [1, 'a', [2, [3]]], Array.from({ length: 1000 }, (_, i) => i)],
    'arrays with holes': [
      withHole(),
      new Array(4),
      Object.assign(withHole(), { name: 'as many as holes' }),
    ],
    'arrays with other properties': [Object.assign([1, 2], { extra: true })],
    dates: [new Date(0), new Date(-1.5e12)],
    'maps and sets': [
      new Map<unknown, unknown>([
        [1, { a: 2 }],
        ['k', new Set([1])],
      ]),
    ],
    'regular expressions': [/x+/giu],
    'boxed primitives': [Object(1), Object('s'), Object(true), Object(10n)],
    errors: [new TypeError('t')],
    'deep nesting': [Array.from({ length: 30 }).reduce<object>((inner) => ({ inner }), {})],
    'many objects': [Array.from({ length: 60 }, (_, i) => ({ i }))],
    'many properties': [Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`k${i}`, i]))],
    'many arguments': Array.from({ length: 300 }, (_, i) => i),
    'typed arrays': [
      new Float64Array([1.5]),
      new BigInt64Array([3n]),
      new Uint8ClampedArray([300]),
      new DataView(new ArrayBuffer(9), 2, 3),
    ],
    'small bytes': [Uint8Array.of(1, 2, 3), new Uint8Array(), Uint8Array.of(4, 5).buffer],
    'large bytes': [new Uint8Array(5000).fill(7), 'between', new Uint8Array(6000).fill(8)],
    'part of a larger memory': [new Uint8Array(new ArrayBuffer(16), 4, 2)],
    circles: [circle],
  };
  for (const [title, values] of Object.entries(cases)) {
    test(title, () => assert.deepStrictEqual(roundTrip(values), structuredClone(values)));
  }

  test('an invalid date', () =>
    assert.ok(Number.isNaN((roundTrip([new Date(NaN)])[0] as Date).getTime())));

  test('an object that is met twice is one object', () => {
    const twice = { z: 1 };
    const [[a, b], c] = roundTrip([[twice, twice], twice]) as [object[], object];
    assert.ok(a === b && b === c);
  });

  test('views of one memory are views of one memory', () => {
    const memory = new ArrayBuffer(16);
    const [bytes, words, whole] = roundTrip([
      new Uint8Array(memory),
      new Uint16Array(memory, 2, 3),
      memory,
    ]) as [Uint8Array, Uint16Array, ArrayBuffer];
    assert.ok(bytes.buffer === words.buffer && words.buffer === whole);
    assert.equal(words.byteOffset, 2);
  });

  test('bytes arrive in memory of their own', () => {
    for (const length of [3, 100, 5000]) {
      const [bytes, map] = roundTrip([
        new Uint8Array(length),
        new Map([[1, new Float64Array(length)]]),
      ]);
      assert.equal((bytes as Uint8Array).buffer.byteLength, length);
      assert.equal((map as Map<number, Float64Array>).get(1)!.buffer.byteLength, length * 8);
    }
  });

  test('a Buffer arrives as a Buffer, with its own bytes only', () => {
    for (const length of [0, 5, 100, 2000, 100_000]) {
      const bytes = Buffer.alloc(length, 'ab');
      const [direct, { inside }] = roundTrip([bytes, { inside: bytes, or: new Map() }]) as [
        Buffer,
        { inside: Buffer },
      ];
      assert.ok(Buffer.isBuffer(direct) && Buffer.isBuffer(inside));
      assert.deepEqual(direct, bytes);
      assert.deepEqual(inside, bytes);
    }
    const [a, b] = roundTrip([Buffer.from('one'), Buffer.from('two')]) as [Buffer, Buffer];
    assert.equal(`${a}${b}`, 'onetwo');
  });

  test('a getter is read once, whatever way the message goes', () => {
    for (const beside of [1, new Map(), { deep: new Set() }]) {
      let reads = 0;
      const value = {
        get n(): number {
          return ++reads;
        },
        beside,
      };
      assert.deepEqual(roundTrip([value]), [{ n: 1, beside }]);
      assert.equal(reads, 1);
    }
  });

  test('what a getter throws is thrown', () => {
    const value = {
      get bad(): never {
        throw new RangeError('mine');
      },
    };
    assert.throws(() => roundTrip([value]), /RangeError: mine/);
    assert.throws(() => roundTrip([new Map([[1, value]])]), /RangeError: mine/);
    assert.deepEqual(roundTrip([1]), [1]);
  });

  test('small messages stay small', () => {
    assert.equal(inlineBytes([1]), 6);
    assert.equal(inlineBytes([undefined]), 2);
    assert.ok(inlineBytes([{ id: 1, name: 'twenty characters ...' }]) < 50);
  });
});

describe('what only a MessagePort carries', () => {
  test('shared memory stays shared', () => {
    const memory = new SharedArrayBuffer(8);
    const [words, { inside }] = roundTrip([new Int32Array(memory), { inside: memory }]) as [
      Int32Array,
      { inside: SharedArrayBuffer },
    ];
    new Int32Array(memory)[0] = 5;
    assert.equal(words[0], 5);
    assert.equal(new Int32Array(inside)[0], 5);
    const [bytes] = roundTrip([new Uint8Array(memory)]) as [Uint8Array];
    assert.equal(bytes[0], 5);
  });

  test("Node's and the platform's objects", () => {
    const key = createSecretKey(Buffer.from('abc'));
    const [received] = roundTrip([{ key }]) as [{ key: typeof key }];
    assert.ok(key.equals(received.key));
    assert.equal((roundTrip([new Blob(['xyz'])])[0] as Blob).size, 3);
    assert.ok(
      (roundTrip([new Map([[1, new BlockList()]])])[0] as Map<number, unknown>).get(1) instanceof
        BlockList,
    );
    const { WebAssembly } = globalThis as unknown as {
      WebAssembly: { Module: new (bytes: Uint8Array) => object };
    };
    const empty = new WebAssembly.Module(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));
    assert.ok(roundTrip([empty])[0] instanceof WebAssembly.Module);
  });
});

describe('what cannot cross is named, with its place', () => {
  const named = (values: unknown[], message: RegExp): void => {
    assert.throws(
      () => roundTrip(values),
      (error) => {
        assert.ok(error instanceof DataCloneError);
        assert.match(error.message, message);
        return true;
      },
    );
  };
  test('a function', () =>
    named(
      [1, () => 1],
      /^argument 2: a function cannot be sent to another thread; submit an exported function/,
    ));
  test('a socket', () =>
    named(
      [1, { socket: new Socket() }],
      /^argument 2, property 'socket': a Socket cannot be sent to another thread; /,
    ));
  test('deep inside', () =>
    named(
      [{ a: { b: [1, function foo() {}] } }],
      /^argument 1, property 'a\.b\[1\]': a function \(foo\)/,
    ));
  test('an element', () =>
    named([[1, Symbol('s')]], /^argument 1, element 1: a symbol \(Symbol\(s\)\)/));
  test('an odd key', () => named([{ 'a-b': () => 1 }], /property '\["a-b"\]'/));
  test('in a map', () => named([new Map([['k', () => 1]])], /property 'get\('k'\)': a function/));
  test('a promise', () => named([Promise.resolve()], /a Promise cannot .*; await it first/));
  test('a weak map', () => named([new WeakMap()], /a WeakMap cannot/));
  test('a proxy', () => named([{ p: new Proxy({}, {}) }], /property 'p': a Proxy/));
  test('a port', () => named([new MessageChannel().port1], /^argument 1: a MessagePort cannot/));
  test('a generator', () => named([(function* () {})()], /a generator cannot/));
  test('in a class instance', () => {
    class Job {
      run = (): number => 1;
    }
    named([{ job: new Job() }], /property 'job': a Job cannot .* its property 'run' is a function/);
  });
});

describe('shared objects', () => {
  class Counter {
    readonly #id: number;
    constructor(id: number) {
      this.#id = id;
    }
    [shareKey](): { kind: string; data: { id: number } } {
      return { kind: 'test counter', data: { id: this.#id } };
    }
    get id(): number {
      return this.#id;
    }
  }
  registerShared('test counter', ({ id }: { id: number }) => new Counter(id));
  const counter = new Counter(4);

  for (const [way, beside] of [
    ['small messages', 1],
    ["the engine's way", new Map()],
    ['a port', new SharedArrayBuffer(1)],
  ] as const) {
    test(`are revived in their places: ${way}`, () => {
      const [first, { list }] = roundTrip([counter, { list: [{ counter }], beside }]) as [
        Counter,
        { list: { counter: Counter }[] },
      ];
      assert.ok(first instanceof Counter);
      assert.equal(first.id, 4);
      assert.equal(list[0]!.counter.id, 4);
      assert.equal(first, list[0]!.counter);
    });
  }

  test('a kind that nobody registered', () => {
    const stranger = { [shareKey]: () => ({ kind: 'stranger', data: 1 }) };
    assert.throws(
      () => roundTrip([stranger]),
      /a description of a kind that nobody knows, 'stranger'/,
    );
    assert.deepEqual(roundTrip([1]), [1]);
  });
});
