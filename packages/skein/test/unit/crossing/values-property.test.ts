import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { roundTrip } from './round-trip.js';

const anything = fc.oneof(
  fc.anything({
    withBigInt: true,
    withBoxedValues: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
    withUnicodeString: true,
    maxDepth: 4,
    values: [
      fc.boolean(),
      fc.integer(),
      fc.double(),
      fc.string({ unit: 'binary' }),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.constantFrom(null, undefined, -0, NaN, '__proto__', '\ud800'),
      fc.uint8Array({ maxLength: 2000 }),
    ],
  } as fc.ObjectConstraints),
  fc.object({ maxDepth: 3 }),
);

test('any clonable values arrive as structuredClone gives them', () => {
  fc.assert(
    fc.property(fc.array(anything, { maxLength: 4 }), (values) => {
      assert.deepStrictEqual(roundTrip(values), structuredClone(values));
    }),
    { numRuns: 2000 },
  );
});

test('objects that are met more than once keep their identity', () => {
  fc.assert(
    fc.property(
      fc.object({ maxDepth: 2 }),
      fc.array(anything, { maxLength: 3 }),
      (object, others) => {
        const values = [object, others, { again: object }];
        const received = roundTrip(values);
        assert.deepStrictEqual(received, structuredClone(values));
        assert.equal((received[2] as { again: object }).again, received[0]);
      },
    ),
    { numRuns: 300 },
  );
});
