import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { explore, type Model, ModelFailure } from './explorer.ts';

/** Faults are looked for with as few preemptions as will show them, so that they can be read. */
const MOST_PREEMPTIONS = 4;

/** Explores a model and prints how much that was. */
export function explores(t: TestContext, model: Model, preemptions: number = Infinity): void {
  const { states, interleavings } = explore(model, preemptions);
  const bound = preemptions === Infinity ? 'all' : `at most ${preemptions} preemptions`;
  t.diagnostic(`${bound}: ${states} states, ${count(interleavings)} interleavings`);
}

/** Explores a model with a fault and prints the schedule that shows it. */
export function findsFault(t: TestContext, model: Model, complaint: RegExp): void {
  for (let bound = 0; bound <= MOST_PREEMPTIONS; bound++) {
    try {
      explore(model, bound);
    } catch (failure) {
      if (!(failure instanceof ModelFailure)) throw failure;
      assert.match(failure.complaint, complaint, failure.message);
      t.diagnostic(`found with ${bound} preemptions: ${failure.complaint}`);
      for (const line of failure.schedule.split('\n')) t.diagnostic(line);
      return;
    }
  }
  assert.fail(`The fault was not found with ${MOST_PREEMPTIONS} preemptions.`);
}

const count = (n: number): string =>
  Number.isSafeInteger(n) ? n.toLocaleString('en').replaceAll(',', ' ') : n.toExponential(2);
