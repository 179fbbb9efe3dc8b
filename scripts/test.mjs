// Runs the tests, compiled, over the built package.
//
//   npm test                      all
//   npm test -- conformance       those whose path holds one of the words
//
// node:test gives every file a process of its own. Its own time limit is left alone: a process that is
// parked cannot keep it, and newer Nodes leave it to that process. Here, when nothing has happened for
// long, what still runs is killed and fails; SIGTERM ends it also while its main thread is parked.

import { setMaxListeners } from 'node:events';
import { readFileSync } from 'node:fs';
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

// Users get the package as a bundle (parts/bundle.mjs), and that is what is tested. A test that looks
// at internals must not have two copies of them: for it, 'skein' means the separate modules.
const INTERNALS = /\/dist\/|modules-only/;

await script(async () => {
  await setUp();
  const files = testFiles(process.argv.slice(2));
  const looksInside = files.filter((file) => INTERNALS.test(readFileSync(file, 'utf8')));
  await runTests(files.filter((file) => !looksInside.includes(file)));
  // Workers and child processes inherit it.
  process.env.NODE_OPTIONS = `${process.env.NODE_OPTIONS ?? ''} --conditions=skein-modules`;
  await runTests(looksInside);
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
  if (files.length === 0) return;
  const concurrency = Math.min(MOST_AT_ONCE, availableParallelism());
  const hung = new AbortController();
  setMaxListeners(0, hung.signal); // each file listens to it
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
