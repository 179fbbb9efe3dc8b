/**
 * Real threads under load, killed at random. Every program runs in a process of its own, which must
 * end by itself, and checks every result; no time is measured.
 *
 * SKEIN_SEED=n repeats the choices of a run (not its timing); SKEIN_STRESS=minutes makes it longer.
 */
import { type TestContext, test } from 'node:test';
import { durationMs, runGuarded, seed } from './run-guarded.ts';

async function runs(t: TestContext, name: string, ...args: readonly number[]): Promise<void> {
  t.diagnostic(`SKEIN_SEED=${seed}`);
  const output = await runGuarded(name, [seed, ...args]);
  for (const line of output.split('\n')) t.diagnostic(line);
}

test('five threads submit to one pool whose workers are killed: every future settles once', (t) =>
  runs(t, 'pool-program', durationMs));

test('short-lived threads submit and end at once: every task is done', (t) =>
  runs(t, 'threads-program', durationMs / 2));

test('calls from four threads into a blocking loop and a NodeEventLoop: all come, in order', (t) =>
  runs(t, 'calls-program', Math.round(durationMs * 0.8)));

test('a storm: ten thousand tasks, and everything at once', (t) =>
  runs(t, 'storm-program', process.env.SKEIN_STRESS === undefined ? 0 : durationMs));
