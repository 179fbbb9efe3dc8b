// Runs the tests, compiled, over the built package.
//
//   npm test                      all
//   npm test -- conformance       those whose path holds one of the words
//
// node:test gives every file a process of its own. Its own time limit is left alone: a process that is
// parked cannot keep it, and newer Nodes leave it to that process. Here, when nothing has happened for
// long, what still runs is killed and fails; SIGTERM ends it also while its main thread is parked.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { Failure, script } from './parts/failure.mjs';
import { filesBelow } from './parts/files.mjs';
import { packageFolder } from './parts/places.mjs';
import { setUp } from './setup.mjs';

const SILENCE_MS = 5 * 60_000;
const MOST_AT_ONCE = 2; // the tests start threads of their own

await script(() => {
  setUp();
  const words = process.argv.slice(2);
  return runTests(testFiles(words));
});

function testFiles(words) {
  const tests = filesBelow(join(packageFolder, 'test')).filter((file) => file.endsWith('.test.ts'));
  const chosen = tests.filter(
    (file) => words.length === 0 || words.some((word) => file.includes(word)),
  );
  if (chosen.length === 0) {
    throw new Failure(
      `No test file matches ${words.join(', ')}. There are:\n\n  ${tests.join('\n  ')}`,
    );
  }
  return chosen.map((file) => join(packageFolder, 'build', file.replace(/\.ts$/, '.js')));
}

async function runTests(files) {
  const concurrency = Math.min(MOST_AT_ONCE, availableParallelism());
  const hung = new AbortController();
  const events = watched(run({ files, concurrency, signal: hung.signal }), hung);
  await pipeline(events, new spec(), process.stdout, { end: false });
}

// Notes failures for the exit code, and silence.
async function* watched(events, hung) {
  const sentence = `No test has ended for ${SILENCE_MS / 60_000} minutes: the running files were ended.`;
  const timer = setTimeout(() => hung.abort(new Error(sentence)), SILENCE_MS);
  try {
    for await (const event of events) {
      timer.refresh();
      if (event.type === 'test:fail' && !event.data.todo) process.exitCode = 1;
      yield event;
    }
  } finally {
    clearTimeout(timer);
  }
}
