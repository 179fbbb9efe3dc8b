/** Failures at which nobody looked: told once, before the thread or the process is gone. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from '../fixtures/run-program.ts';

const count = (text: string, part: string): number => text.split(part).length - 1;

/** What the program prints about lost failures. */
async function failuresOf(name: string): Promise<{ stdout: string; stderr: string }> {
  const { code, stdout, stderr } = await runProgram('debugged.js', [name]);
  assert.equal(code, 0, stderr);
  return { stdout, stderr };
}

describe('an error that nobody looks at is told once:', () => {
  for (const [name, message] of [
    ['open blocking loop', 'Task exception was never retrieved'],
    ['loop of the main thread', 'Task exception was never retrieved'],
    ['run of coroutines', 'Task exception was never retrieved'],
    ['run of async functions', 'Task exception was never retrieved'],
    ['open loop in a thread', 'Task exception was never retrieved'],
    ['open NodeEventLoop in a thread', 'Task exception was never retrieved'],
    ['job of a pool', 'ConcurrentFuture exception was never retrieved'],
    ['far coroutine', 'ConcurrentFuture exception was never retrieved'],
  ] as const) {
    test(name, async () => {
      const { stderr } = await failuresOf(name);
      assert.equal(count(stderr, message), 1, stderr);
      assert.equal(count(stderr, 'RangeError: '), 1, stderr);
    });
  }

  test('with the name of the task and of its coroutine function', async () => {
    const { stderr } = await failuresOf('open blocking loop');
    assert.match(
      stderr,
      /future: <Task failed name="Task-\d+">\ncoroutine: failingCoroutine\(\)\n/,
    );
  });

  test('with the name of the job', async () => {
    assert.match((await failuresOf('job of a pool')).stderr, /never retrieved\njob: fail\(\)\n/);
  });

  test('at the end of a thread before that is joined', async () => {
    for (const name of ['open loop in a thread', 'open NodeEventLoop in a thread']) {
      const { stderr } = await failuresOf(name);
      assert.ok(stderr.indexOf('RangeError: ') < stderr.indexOf('joined'), stderr);
    }
  });
});

test('jobs that fail alike are one report, which says how many', async () => {
  const { stderr } = await failuresOf('jobs of a pool that fail alike');
  assert.equal(count(stderr, 'never retrieved'), 2, stderr);
  assert.match(stderr, /job: fail\(\), and of 48 more like it\n RangeError: lost/);
  assert.match(stderr, /job: fail\(\)\n RangeError: another/);
});

test('an error of a job is not told when somebody, or a loop, has looked at it', async () => {
  const { stdout, stderr } = await failuresOf('jobs of a pool that somebody looks at');
  assert.equal(stderr, '');
  assert.equal(stdout, 'seen by a loop\nseen 2\nseen 3\n');
});
