/** Which job a function finds while others are under way in its thread. */
import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';
import { Context } from '../../dist/core/context.js';
import {
  runningJob,
  setAlone,
  setInContext,
  setOnStack,
} from '../../dist/executors/current-job.js';
import { RunningJob } from '../../dist/executors/running-job.js';
import { MEMORY_BYTES } from '../../dist/shared/layout.js';

const words = new Int32Array(new SharedArrayBuffer(MEMORY_BYTES));
const newJob = (slot: number): RunningJob => new RunningJob(words, slot, () => {});

afterEach(() => {
  setOnStack(null);
  setAlone(null);
});

test('a step that the loop takes while another job begins finds its own', () => {
  const [one, beginning] = [newJob(0), newJob(1)];
  new Context().run(() => {
    setInContext(one);
    setOnStack(beginning);
    assert.equal(runningJob(), one);
    setOnStack(null);
    assert.equal(runningJob(), one);
  });
});

test('what goes on in the context of one that is over belongs to the one on the stack, or to none', () => {
  const [over, next] = [newJob(0), newJob(1)];
  new Context().run(() => {
    setInContext(over);
    over.end();
    setOnStack(next);
    assert.equal(runningJob(), next);
    setOnStack(null);
    assert.equal(runningJob(), null);
  });
});

test('one that has no context is the one on the stack, and then the one that goes on alone', () => {
  const job = newJob(0);
  setOnStack(job);
  assert.equal(runningJob(), job);
  setOnStack(null);
  assert.equal(runningJob(), null);
  setAlone(job);
  assert.equal(runningJob(), job);
  job.end();
  assert.equal(runningJob(), null);
});
