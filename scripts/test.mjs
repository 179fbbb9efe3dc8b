// Runs the tests, compiled, over the built package.
//
//   npm test                      all
//   npm test -- conformance       those whose path holds one of the words
//
// node:test gives every file a process of its own. A file that hangs is killed and counts as failed:
// SIGTERM ends it also while its main thread is parked.

import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';
import { Failure, script } from './parts/failure.mjs';
import { filesBelow } from './parts/files.mjs';
import { packageFolder } from './parts/places.mjs';
import { setUp } from './setup.mjs';

const FILE_TIMEOUT_MS = 5 * 60_000;
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

function runTests(files) {
  const concurrency = Math.min(MOST_AT_ONCE, availableParallelism());
  const events = run({ files, concurrency, timeout: FILE_TIMEOUT_MS });
  events.on('test:fail', ({ todo }) => {
    if (todo === undefined || todo === false) process.exitCode = 1;
  });
  return new Promise((resolve) => {
    events.compose(new spec()).on('end', resolve).pipe(process.stdout);
  });
}
