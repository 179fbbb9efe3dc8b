/** A job that has a limit of time, and timers of Node that come a little early. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { RunningJob } from '../../dist/executors/running-job.js';
import { MEMORY_BYTES } from '../../dist/shared/layout.js';

const ENDS_AT = 20;

/** Runs a job to its end on a clock that gives these moments, and the last one from then on. */
function overrunOn(moments: readonly number[]): string[] {
  const happened: string[] = [];
  const left = [...moments];
  const now = mock.method(performance, 'now', () =>
    left.length > 1 ? left.shift() : (left[0] as number),
  );
  mock.timers.enable({ apis: ['setTimeout'] });
  try {
    const words = new Int32Array(new SharedArrayBuffer(MEMORY_BYTES));
    const job = new RunningJob(words, 0, () => {});
    job.limits = {
      endsAt: ENDS_AT,
      graceMs: 5,
      onGraceOver: () => void happened.push('given up'),
    };
    job.signal.addEventListener('abort', () => happened.push('asked'));
    for (let turn = 0; turn < 50; turn++) mock.timers.tick(1);
    job.end();
  } finally {
    mock.timers.reset();
    now.mock.restore();
  }
  return happened;
}

// Each look at the clock may be the first one that finds the time over.
for (let looks = 1; looks < 12; looks++) {
  test(`the time is over at look ${looks}: it is asked to end, and given up`, () => {
    const moments = [...Array.from({ length: looks }, () => ENDS_AT - 0.001), ENDS_AT + 0.001];
    assert.deepEqual(overrunOn(moments), ['asked', 'given up']);
  });
}
