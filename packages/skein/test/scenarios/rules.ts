import { AssertionError } from 'node:assert';
import type { Cell } from './cell.ts';
import { type Canceller, type Cleanup, N } from './dimensions.ts';

/*
 * What must come out of a cell, by rule and not by hand.
 *
 * 1. What is not begun never begins (rule 44). Everything else is cleaned up, once; only what is
 *    cancelled again in its cleanup does not get to the end of it.
 * 2. The cleanup decides how the task ends (rules 38, 47): cancelled, unless it throws, swallows or
 *    returns. A swallowed cancellation is not delivered again.
 * 3. A timeout turns its own cancellation into a TimeoutError; when somebody else has cancelled as
 *    well, the cancellation comes out (rules 50, 57).
 * 4. A group throws the failure of the sibling, and beside it what the cleanup threw (rule 58).
 * 5. The cancellation reaches what the task waits for, and nothing else: tasks that are awaited,
 *    gathered, in its group, a job in the queue; not what is shielded, only waited for, or running.
 * 6. Nothing is kept and no turn is lost: whoever comes afterwards gets what it waits for.
 */

export type End = 'cancelled' | 'TimeoutError' | 'error' | 'value';

/** Rules 2 and 3. */
export function endOf(canceller: Canceller, cleanup: Cleanup): End {
  const byCleanup: { readonly [cleanup in Cleanup]: End } = {
    nothing: 'cancelled',
    'waits once': 'cancelled',
    'waits for a lock': 'cancelled',
    throws: 'error',
    'swallows, goes on': 'value',
    'returns a value': 'value',
    'is cancelled again': 'cancelled',
  };
  const end = byCleanup[cleanup];
  const onlyByTheTimeout = canceller === 'a timeout' && cleanup !== 'is cancelled again';
  return end === 'cancelled' && onlyByTheTimeout ? 'TimeoutError' : end;
}

const LAST_LINE: { readonly [end in End]: string } = {
  cancelled: '1 ends with cancelled()',
  TimeoutError: '1 ends with timeout',
  error: `1 ends with Failure ${N.failure}`,
  value: '1 returns',
};

/** @throws {AssertionError} when the trace breaks a rule */
export function check(cell: Cell, trace: readonly string[]): void {
  const { place, canceller, cleanup } = cell;
  const lines = trace.map((line) => line.slice(line.indexOf(' ') + 1));
  const must = (line: string, isThere: boolean, why: string): void => {
    if (lines.includes(line) === isThere) return;
    throw new AssertionError({
      message: `${why}: '${line}' is ${isThere ? 'missing' : 'there'}\n\n  ${trace.join('\n  ')}\n`,
    });
  };
  if (place.atOnce === 'not started') {
    must('1 begins', false, 'rule 1');
    must('done 1 cancelled', true, 'rule 1');
  } else {
    const isCleanedUp = cleanup !== 'is cancelled again';
    must(`1.${N.cleanedUp} mark`, isCleanedUp, 'rule 1');
    const end = endOf(canceller, cleanup);
    must(LAST_LINE[end], true, 'rule 2');
    must(end === 'cancelled' ? 'done 1 cancelled' : 'done 1 ', true, 'rule 2');
    must(`1.${N.wentOn} mark`, cleanup === 'swallows, goes on', 'rule 2');
    must(`1.${N.place} = `, false, 'rule 2');
  }
  if (canceller === 'the failure of a sibling') {
    const errors = [N.siblingFailure, ...(cleanup === 'throws' ? [N.failure] : [])];
    must(`6 ends with group[${errors.map((n) => `Failure ${n}`).join()}]`, true, 'rule 4');
  }
  if (place.job !== undefined) must(`job of ${N.place} ${place.job}`, true, 'rule 5');
  for (const id of place.cancels) must(`done ${id} cancelled`, true, 'rule 5');
  if (canceller === 'the end of run()') return;
  for (const id of place.spares) must(`${id} returns`, true, 'rule 5');
  must(`0.${N.probed} mark`, true, 'rule 6');
  must('main returned', true, 'rule 6');
  must('left ', true, 'rule 6');
}
