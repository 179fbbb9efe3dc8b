import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { allCases } from './all-cases.ts';
import { drivers } from './driver.ts';

for (const driver of drivers) {
  describe(driver.name, () => {
    for (const each of allCases) {
      test(each.title, async () => {
        assert.deepEqual(await each.body(driver), each.expected);
      });
    }
  });
}

test('titles are unique', () => {
  assert.equal(new Set(allCases.map((each) => each.title)).size, allCases.length);
});
