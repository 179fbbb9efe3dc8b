/** Loops and threads: who gets which loop, and that each thread may run one. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { getEventLoop, type NodeEventLoop, newEventLoop, Thread, ThreadPoolExecutor } from 'skein';
import { outcomeOf } from '../fixtures/outcomes.ts';
import * as loops from '../fixtures/threads/loops.ts';
import { sharedWords } from '../fixtures/words.ts';

const none = (name: string): string => `There is no current event loop in thread '${name}'.`;
const ruleIn = (name: string): string[] => [
  none(name),
  none(name),
  'SelectorEventLoop',
  'true',
  none(name),
];

describe('the default-loop rule', () => {
  test('on the main thread getEventLoop() gives its NodeEventLoop, always the same', () => {
    const loop = getEventLoop();
    assert.equal(loop.constructor.name, 'NodeEventLoop');
    assert.equal(getEventLoop(), loop);
  });

  test('in a thread getEventLoop() throws and names it, until setEventLoop was called there', async () => {
    const start = outcomeOf(
      (reporter) =>
        new Thread({ target: loops.reportLookForLoop, args: [reporter], name: 'walker' }),
    );
    assert.deepEqual(await start, ruleIn('walker'));
  });

  test('the same in a thread of a thread', async () => {
    const seen = await outcomeOf(
      (reporter) => new Thread({ target: loops.reportLookForLoopBelow, args: [reporter, 'below'] }),
    );
    assert.deepEqual(seen, ruleIn('below'));
  });

  test('the same in a worker of a pool', () => {
    using pool = new ThreadPoolExecutor({ maxWorkers: 1, threadNamePrefix: 'pool' });
    assert.deepEqual(pool.submit(loops.lookForLoop).result(), ruleIn('pool_0'));
  });

  for (const target of [loops.lookInAsyncFunction, loops.lookInCoroutine]) {
    test(`${target.name}: getEventLoop() gives the loop that runs`, async () => {
      assert.equal(await outcomeOf((reporter) => new Thread({ target, args: [reporter] })), true);
    });
  }
});

describe('loops run at once', () => {
  for (const target of [loops.reportTurnsInBlockingLoop, loops.reportTurnsInNodeLoop]) {
    test(`two threads run two loops: ${target.name}`, async () => {
      const words = sharedWords();
      const parties = [0, 1].map((place) =>
        outcomeOf((reporter) => new Thread({ target, args: [reporter, words, place, 2, 10] })),
      );
      assert.deepEqual(await Promise.all(parties), ['party 0', 'party 1']);
      assert.equal(words[0], 20);
    });
  }

  test('a blocking loop on the main thread beside one in each of two threads', async () => {
    const words = sharedWords();
    const target = loops.reportTurnsInBlockingLoop;
    const parties = [1, 2].map((place) =>
      outcomeOf((reporter) => new Thread({ target, args: [reporter, words, place, 3, 10] })),
    );
    assert.equal(loops.takeTurnsInBlockingLoop(words, 0, 3, 10), 'party 0');
    assert.deepEqual(await Promise.all(parties), ['party 1', 'party 2']);
  });
});

describe('a stopped loop may be run again', () => {
  const expected = ['first run', 'left for the second run', 'second run', 'third run'];

  test('in a thread, from another place too', async () => {
    const seen = await outcomeOf(
      (reporter) => new Thread({ target: loops.runLoopAgain, args: [reporter] }),
    );
    assert.deepEqual(seen, expected);
  });

  test('after it was stopped by a call from another thread', async () => {
    const remote = (getEventLoop() as NodeEventLoop).remote();
    const seen = await outcomeOf(
      (reporter) => new Thread({ target: loops.runTwiceUntilStopped, args: [reporter, remote] }),
    );
    assert.deepEqual(seen, ['first', 'second']);
  });

  test('on the main thread, with what a thread sent in between', () => {
    const loop = newEventLoop();
    const words = sharedWords();
    loop.callSoon(() => loop.stop());
    loop.runForever();
    const thread = new Thread({ target: loops.stopThatLoop, args: [loop.remote()] });
    thread.start();
    thread.join(); // the call waits in the mailbox until the loop runs, or was taken out here
    loop.callSoon(() => Atomics.add(words, 0, 1));
    loop.runForever();
    assert.equal(words[0], 1);
    loop.close();
  });
});
