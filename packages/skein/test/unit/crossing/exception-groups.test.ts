import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ExceptionGroup } from '../../../dist/core/exception-group.js';
import { ValueError } from '../../../dist/core/exceptions.js';
import { decodeError } from '../../../dist/crossing/decode-error.js';
import { encodeError } from '../../../dist/crossing/encode-error.js';
import { roundTrip } from './round-trip.js';

test('an ExceptionGroup crosses with its class, its errors and their nesting', () => {
  const inner = new ExceptionGroup('inner', [new ValueError('b')]);
  const sent = new ExceptionGroup('outer', [new TypeError('a'), inner]);
  const got = decodeError(roundTrip([encodeError(sent)])[0]);
  assert.ok(got instanceof ExceptionGroup);
  assert.deepEqual(
    [got.name, got.code, got.message],
    ['ExceptionGroup', 'ERR_EXCEPTION_GROUP', 'outer'],
  );
  const [type, group] = got.errors;
  assert.ok(type instanceof TypeError);
  assert.ok(group instanceof ExceptionGroup);
  assert.ok(group.errors[0] instanceof ValueError);
  const [values, rest] = got.split(ValueError);
  assert.deepEqual([values?.errors.length, rest?.errors], [1, [type]]);
});
