/** Runs the cases inside a Thread and tells the loop that asked what came out. */
import assert from 'node:assert/strict';
import type { RemoteLoop } from '../../dist/index.js';
import { allCases } from './all-cases.ts';
import { drivers } from './driver.ts';

const outcomes: (readonly [title: string, failure: string | null])[] = [];

/** In the thread. Not an async function: that would run in a loop, and the cases run their own. */
export function runCases(report: RemoteLoop): Promise<void> {
  return runOneByOne(report);
}

async function runOneByOne(report: RemoteLoop): Promise<void> {
  const blocking = drivers.find((driver) => driver.name === 'SelectorEventLoop');
  assert.ok(blocking);
  for (const each of allCases) {
    let failure: string | null = null;
    try {
      assert.deepEqual(await each.body(blocking), each.expected);
    } catch (error) {
      failure = error instanceof Error ? error.message : String(error);
    }
    report.callSoonThreadsafe(noteOutcome, each.title, failure);
  }
}

/** In the thread that asked. */
export function noteOutcome(title: string, failure: string | null): void {
  outcomes.push([title, failure]);
}

/** What has come so far. */
export function notedOutcomes(): readonly (readonly [title: string, failure: string | null])[] {
  return outcomes;
}
