/**
 * What other pools do wrong, or are asked for again and again. Each title says what, and who: as measured with
 * Piscina 5.3.2, Tinypool 2.2.0, workerpool 10.0.3 and poolifier 5.3.2 on Node 20 and 26; a number is that
 * of an issue there. The cases stand in `fixtures/peers/cases.ts`, and each is tried in four ways.
 */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { groups, programs } from '../fixtures/peers/cases.ts';
import { ways } from '../fixtures/peers/ways.ts';
import { runProgram } from '../fixtures/run-program.ts';

for (const [group, cases] of Object.entries(groups)) {
  describe(group, () => {
    for (const [title, { ways: names = Object.keys(ways) }] of Object.entries(cases)) {
      describe(title, () => {
        for (const name of names) test(name, () => ways[name]?.(title));
      });
    }
  });
}

describe('whole programs', { concurrency: 2 }, () => {
  for (const [title, { prints, stderr: expected = /^$/ }] of Object.entries(programs)) {
    describe(title, () => {
      for (const name of Object.keys(ways)) {
        test(name, async () => {
          const { lines, stderr, code } = await runProgram('peers.js', [title, name]);
          assert.deepEqual([lines, code], [prints, 0], stderr);
          assert.match(stderr, expected);
        });
      }
    });
  }
});
