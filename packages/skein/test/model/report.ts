import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { explore, type Model, ModelFailure } from './explorer.ts';

/** Faults are looked for with as few preemptions as will show them, so that they can be read. */
const MOST_PREEMPTIONS = 4;

/** Lines of a schedule that are printed. */
const MOST_LINES = 60;

/**
 * Explores a model and prints how much that was.
 *
 * @param preemptions - the bound; with SKEIN_MODEL=all in the environment there is none
 */
export function explores(t: TestContext, model: Model, preemptions: number = Infinity): void {
  const bound = process.env.SKEIN_MODEL === 'all' ? Infinity : preemptions;
  const { states, interleavings } = explore(model, bound);
  const which = bound === Infinity ? 'all' : `at most ${bound} preemptions`;
  t.diagnostic(`${which}: ${count(states)} states, ${count(interleavings)} interleavings`);
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
      const lines = failure.schedule.split('\n');
      for (const line of lines.slice(0, MOST_LINES)) t.diagnostic(line);
      if (lines.length > MOST_LINES)
        t.diagnostic(`    and ${lines.length - MOST_LINES} more steps`);
      return;
    }
  }
  assert.fail(`The fault was not found with ${MOST_PREEMPTIONS} preemptions.`);
}

const count = (n: number): string =>
  Number.isSafeInteger(n) ? n.toLocaleString('en').replaceAll(',', ' ') : n.toExponential(2);
