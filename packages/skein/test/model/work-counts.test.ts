/**
 * What workers count, under every interleaving, with the real sweep: a worker counts two jobs and dies, at
 * any moment between, the keeper moves its counts to those of the pool, and somebody sums up all the while. He
 * finds each job once, and never fewer than before.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, repeat, Status } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { load, store } from './scheduled-atomics.ts';
import { smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

async function countingModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  const { COUNTS, HEADER, POOL, THREAD, THREAD_WORDS } = small.layout;
  const { countsOfPool, countsOfThread, poolAt, threadAt } = small.layout;
  const own = countsOfThread(WORKER) + COUNTS.completed;
  const moved = countsOfPool(0) + COUNTS.completed;
  const varying = new Set<number>([HEADER.deaths, poolAt(0) + POOL.moves, own, moved]);
  for (const at of small.marksOf(WORKER)) varying.add(at);
  for (let field = 0; field < THREAD_WORDS; field++) varying.add(threadAt(WORKER) + field);
  varying.add(countsOfPool(0) + COUNTS.failed);
  const count: Call = {
    name: 'count',
    run: () => (store(words, own, load(words, own) + 1), true),
  };
  const sumUp: Call = {
    name: 'sum up',
    run: () => {
      const [dead, workers] = small.counting.readCounts(words, 0, () =>
        small.table.entriesOfPool(words, 0).map(({ entry }) => entry),
      );
      const others = [...workers.values()].map((counts) => counts[COUNTS.completed] as number);
      return others.reduce((sum, each) => sum + each, dead[COUNTS.completed] as number);
    },
  };
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[threadAt(WORKER) + THREAD.pool] = 1;
    },
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'worker', calls: repeat(count, 2), mayDie: true },
      {
        name: 'keeper',
        calls: [
          {
            name: 'sweep',
            when: ({ threads }) => threads[0]?.status === Status.dead,
            run: () => (small.sweep(WORKER), true),
          },
        ],
      },
      { name: 'reader', calls: repeat(sumUp, 2) },
    ],
    deaths: 1,
    longestCall: 100,
    atEnd: ({ threads, memory }) => {
      const [ended, , sums] = threads.map(({ results }) => results) as unknown as [
        readonly boolean[],
        unknown,
        readonly [number, number],
      ];
      const [first, second] = sums;
      const total = (memory[own] as number) + (memory[moved] as number);
      const extra = total - ended.length; // it may die when it has counted, and before it says so
      if (extra !== 0 && extra !== 1) return `${total} are counted, ${ended.length} have ended`;
      if (first > second || second > total) return `sums of ${first} and ${second}, of ${total}`;
      return undefined;
    },
    nameOf: small.nameOf,
  };
}

const FILE = 'shared/work-counts.js';

describe('what workers count', () => {
  test('is summed up once, while a worker dies', async (t) => explores(t, await countingModel()));

  test('a reader that does not look whether counts were moved meanwhile is found out', async (t) => {
    const change = { file: FILE, from: 'if (load(words, moves) === before)', to: '' };
    findsFault(t, await countingModel([change]), /sums of/);
  });

  test('a reader that leaves out the dead is found out', async (t) => {
    const from = 'if (ident !== 0)';
    const to = 'if (ident !== 0 && isAlive(words, { entry, ident }))';
    const change = { file: 'shared/thread-table.js', from, to };
    findsFault(t, await countingModel([change]), /sums of/);
  });

  test('a keeper that does not say that it moves counts is found out', async (t) => {
    const from =
      '    const moves = poolAt(pool) + POOL.moves;\n    store(words, moves, load(words, moves) + 1);\n    for';
    const to = '    const moves = poolAt(pool) + POOL.moves;\n    for';
    findsFault(t, await countingModel([{ file: FILE, from, to }]), /sums of|longest/);
  });
});
