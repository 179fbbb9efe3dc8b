/** What threads print is seen: at once, whole lines, in order. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { runProgram } from '../fixtures/run-program.ts';

const run = (name: string) => runProgram('threads.js', [name]);

describe('what a thread prints', () => {
  test('appears while the main thread blocks in join()', async () => {
    const { stdout } = await run('prints-while-blocked');
    assert.equal(stdout, 'thread line 0\nthread line 1\nthread line 2\nmain after join\n');
  });

  test('appears while the main thread blocks in result()', async () => {
    const { stdout } = await run('task-prints-while-blocked');
    assert.equal(stdout, 'task line 0\ntask line 1\ntask line 2\nmain after result\n');
  });

  test('keeps its order within the thread, and no line is lost or torn', async () => {
    const { lines } = await run('many-print');
    assert.equal(lines.length, 1000);
    for (let n = 0; n < 5; n++) {
      assert.deepEqual(
        lines.filter((line) => line.startsWith(`thread ${n} `)),
        Array.from({ length: 200 }, (_, i) => `thread ${n} line ${i}`),
      );
    }
  });

  test('comes a whole line at a time, also when written in pieces', async () => {
    const { lines } = await run('prints-pieces');
    assert.equal(lines.length, 150);
    for (const line of lines) assert.match(line, /^p[012] piece by piece \d+$/);
  });

  test('may be a line of a megabyte', async () => {
    const { lines } = await run('prints-long-line');
    assert.deepEqual(
      lines.map((line) => line.length),
      [1_000_000, 3],
    );
  });

  test('is seen when the thread calls process.exit() right after, and the program goes on', async () => {
    const { stdout, code } = await run('exits-after-printing');
    assert.equal(stdout, 'before exit\nwithout newlinemain goes on\n');
    assert.equal(code, 0);
  });

  test('is seen when the thread is terminated right after', async () => {
    const { stdout } = await run('killed-after-printing');
    assert.equal(stdout, 'before the end\nBrokenThreadPool\n');
  });

  test('goes to stderr where it was meant to', async () => {
    const { stdout, stderr } = await run('prints-to-stderr');
    assert.deepEqual([stdout, stderr], ['a message\n', 'an error message\n']);
  });
});
