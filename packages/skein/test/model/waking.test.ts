/**
 * Who wakes a worker, under every interleaving, with the real flags, ring and parking. A pool of two:
 * one worker is in a long task, the other looks into the ring and sleeps. A blocking loop submits and
 * never rests. The keeper looks when it is asked; here nothing has moved at any of its looks.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, type Result, type View, repeat } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { pushWith } from './ring-pusher.ts';
import { load, store } from './scheduled-atomics.ts';
import { OTHER as BUSY, type SmallMemory, smallMemory, WORKER as SLEEPER } from './small-memory.ts';

const words = new Int32Array(0);

/** How often the keeper looks at the most. */
const LOOKS = 3;

async function wakingModel(
  jobs: number,
  changes: readonly Change[] = [],
  priority = 0,
): Promise<Model> {
  const small = await smallMemory(changes);
  const { layout, pool } = small;
  const { HEADER, POOL, SLOT, THREAD, poolAt, threadAt } = layout;
  const wanted = poolAt(0) + POOL.wanted;
  const isAsked = ({ memory }: View): boolean => memory[wanted] === 1;
  const constant = new Set([HEADER.entries, HEADER.keeper, poolAt(0) + POOL.workers]);
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[poolAt(0) + POOL.workers] = 2;
      memory[poolAt(0) + POOL.maxWorkers] = 2;
    },
    isConstant: (at) => constant.has(at) || at === threadAt(BUSY) + THREAD.parker,
    threads: [
      {
        name: 'submitter',
        calls: Array.from({ length: jobs }, (_, job) => submit(small, job, priority)),
      },
      { name: 'sleeper', calls: repeat(work(small), jobs) },
      { name: 'keeper', calls: repeat({ ...look(small), when: isAsked }, LOOKS) },
    ],
    longestCall: 200,
    atEnd: ({ memory }) => {
      if (memory[wanted] === 1) return undefined; // the keeper looks again
      const left = Array.from({ length: jobs }, (_, job) => small.slotWord(job, SLOT.state)).filter(
        (at) => memory[at] === pool.queued,
      );
      return left.length === 0 ? undefined : 'a job waits, and a worker sleeps';
    },
    nameOf: small.nameOf,
  };
}

/** What `Submitter` does in a blocking loop, with one of two cores for the workers. */
function submit(
  { layout, memory, pool, slotWord, waking }: SmallMemory,
  job: number,
  priority: number,
): Call {
  return {
    name: `submit job ${job}`,
    run: (results: readonly Result[]) =>
      pushWith(pool.queue.main, results, () => {
        store(words, slotWord(job, layout.SLOT.state), pool.queued);
        pool.queue.push(job, priority);
        waking.wakeOrPutOff(memory, pool, 1);
        return true;
      }),
  };
}

/** What `PoolWorker` does to get a job. */
function work({ layout, memory, pool, parking, waking }: SmallMemory): Call {
  const { POOL, Phase, THREAD, slotState, threadAt } = layout;
  const parker = threadAt(SLEEPER) + THREAD.parker;
  const idle = POOL.idle;
  return {
    name: 'work',
    run: () => {
      for (;;) {
        const slot = pool.queue.claim(slotState(Phase.running, SLEEPER), () => 0);
        if (slot >= 0) {
          waking.unmark(words, pool, idle, SLEEPER);
          if (pool.queue.hasWork && !waking.isPutOff(memory, pool)) waking.wakeWorker(memory, pool);
          return slot;
        }
        waking.mark(words, pool, idle, SLEEPER);
        waking.mark(words, pool, POOL.asleep, SLEEPER);
        parking.announce(words, parker);
        if (pool.queue.hasWork) parking.stayAwake(words, parker);
        else parking.sleep(words, parker, Infinity);
        waking.unmark(words, pool, POOL.asleep, SLEEPER);
      }
    },
  };
}

/** What `WorkerSupply` does with a pool that has all its workers. */
function look({ layout, memory, pool, waking }: SmallMemory): Call {
  const { POOL } = layout;
  return {
    name: 'look',
    run: () => {
      store(words, pool.at + POOL.wanted, 0);
      store(words, pool.at + POOL.putOff, 0);
      if (pool.queue.size === 0 || load(words, pool.at + POOL.idle) === 0) return false;
      waking.wakeWorker(memory, pool);
      store(words, pool.at + POOL.wanted, 1);
      return true;
    },
  };
}

describe('a worker that sleeps is woken', () => {
  test('for the first job with a priority', async (t) =>
    explores(t, await wakingModel(1, [], 1), 4));

  for (const jobs of [1, 2]) {
    test(`in the end, by whom ever: jobs ${jobs}`, async (t) =>
      explores(t, await wakingModel(jobs), jobs === 1 ? Infinity : 3));
  }
});

const faults: readonly (readonly [string, Change, number?])[] = [
  [
    'nobody says that a level of priority is used',
    {
      file: 'shared/pool-queue.js',
      from: 'or(this.#words, this.#at + POOL.levels, 1 << level);',
      to: '',
    },
    1,
  ],
  [
    'a job is put off and the keeper is not asked',
    {
      file: 'shared/wake-worker.js',
      from: 'askKeeper(words, pool);\n            return false;',
      to: 'return false;',
    },
  ],
  [
    'the keeper is asked before it is put off',
    {
      file: 'shared/wake-worker.js',
      from: 'store(words, pool.at + POOL.putOff, 1);\n            askKeeper(words, pool);',
      to: 'askKeeper(words, pool);\n            store(words, pool.at + POOL.putOff, 1);',
    },
  ],
];

describe('a broken copy of waking is found out when', () => {
  for (const [title, change, priority = 0] of faults) {
    test(title, async (t) =>
      findsFault(t, await wakingModel(2 - priority, [change], priority), /a worker sleeps/),
    );
  }
});
