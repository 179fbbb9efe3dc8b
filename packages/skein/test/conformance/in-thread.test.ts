import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NodeEventLoop, Thread } from '../../dist/index.js';
import { allCases } from './all-cases.ts';
import { notedOutcomes, runCases } from './in-thread-cases.ts';

describe('SelectorEventLoop inside a Thread', async () => {
  const loop = new NodeEventLoop();
  const thread = new Thread({ target: runCases, args: [loop.remote()], name: 'cases' });
  thread.start();
  await loop.runUntilComplete(async () => {
    await thread.joined();
  });
  loop.close();
  const outcomes = new Map(notedOutcomes());
  for (const { title } of allCases) {
    test(title, () => {
      assert.ok(outcomes.has(title), 'the thread has not reported this case');
      assert.equal(outcomes.get(title), null);
    });
  }
});
