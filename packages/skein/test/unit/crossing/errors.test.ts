import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { types } from 'node:util';
import { RuntimeError } from '../../../dist/core/exceptions.js';
import { decodeError, remoteStackKey } from '../../../dist/crossing/decode-error.js';
import { encodeError } from '../../../dist/crossing/encode-error.js';
import { DiskError, fail, throwThing } from '../../fixtures/crossing/failures.js';
import { ReceiverThread } from './receiver-thread.js';
import { roundTrip } from './round-trip.js';

type Bag = Error & Record<string, unknown>;

describe('errors cross whole', () => {
  const receiver = new ReceiverThread();
  after(() => receiver.end());
  const thrown = async (kind: string): Promise<Bag> => (await receiver.failure(fail, kind)) as Bag;

  test('class, name, message, code, properties, cause, stack', async () => {
    const error = await thrown('own class');
    assert.ok(error instanceof DiskError);
    assert.ok(error instanceof RangeError);
    assert.ok(types.isNativeError(error));
    assert.equal(error.name, 'DiskError');
    assert.equal(error.message, 'unreadable');
    assert.equal(error.code, 'ERR_DISK');
    assert.equal(error.sector, 7);
    assert.ok(error.cause instanceof TypeError);
    assert.equal(error.cause.message, 'inner');
    assert.match(error.stack!, /unreadable\n\s+at fail .*failures\.js/);
    assert.deepEqual(Object.keys(error).sort(), ['code', 'name', 'sector']);
  });

  test('is marked with the thread it comes from', async () => {
    const error = await thrown('own class');
    const mark = Object.getOwnPropertyDescriptor(error, remoteStackKey);
    assert.equal(typeof mark?.value, 'string');
    assert.equal(mark?.enumerable, false);
  });

  test('a class that nobody else has: its nearest base, under its name', async () => {
    const error = await thrown('class in a function');
    assert.ok(error instanceof DiskError);
    assert.equal(error.name, 'LocalError');
  });

  test('what cannot cross becomes text', async () => {
    const error = await thrown('unclonable properties');
    assert.ok(error instanceof TypeError);
    assert.equal(error['fn'], '[Function: fn]');
    assert.deepEqual(error['when'], new Date(5));
  });

  test('circles', async () => {
    const error = await thrown('circle');
    assert.equal(error['self'], error);
    assert.equal(error.cause, error);
    assert.deepEqual((error['list'] as unknown[])[0], error);
  });

  test('AggregateError with its errors', async () => {
    const error = await thrown('aggregate');
    assert.ok(error instanceof AggregateError);
    assert.ok(error.errors[0] instanceof DiskError);
    assert.equal(error.errors[1], 'text');
    assert.deepEqual(Object.keys(error), []);
  });

  test('DOMException', async () => {
    const error = await thrown('abort');
    assert.ok(error instanceof DOMException);
    assert.equal(error.name, 'AbortError');
    assert.equal(error.code, DOMException.ABORT_ERR);
  });

  test("Skein's own", async () => {
    const error = await thrown('skein');
    assert.ok(error instanceof RuntimeError);
    assert.equal(error.code, 'ERR_SPECIAL');
  });

  test("a system error's properties", async () => {
    const error = await thrown('node');
    assert.deepEqual(Object.entries(error), [
      ['code', 'xxx'],
      ['errno', -2],
      ['syscall', 'open'],
    ]);
  });

  test('a getter that throws does not hide the error', async () => {
    assert.equal((await thrown('getter')).message, 'g');
  });

  for (const [kind, expected] of [
    ['text', 'text'],
    ['null', null],
    ['undefined', undefined],
    ['object', { a: [1] }],
    ['symbol', 'Symbol(s)'],
  ] as const) {
    test(`thrown ${kind} arrives as it is`, async () => {
      assert.deepEqual(await receiver.failure(throwThing, kind), expected);
    });
  }

  test('the description goes the way of all values', () => {
    const [data] = roundTrip([encodeError(new DiskError('m', 3))]);
    const error = decodeError(data) as DiskError;
    assert.ok(error instanceof DiskError);
    assert.equal(error.sector, 3);
  });
});
