/**
 * How many workers leave a pool that has too many, under every interleaving: three that find out at the same
 * time that there shall be one. One of them may die meanwhile.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Model, Status } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { OTHER, OWNER, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

async function retireModel(deaths: number, changes: readonly Change[] = []): Promise<Model> {
  const { layout, pool, retiring, nameOf, ...small } = await smallMemory(changes);
  const { HEADER, POOL, poolAt } = layout;
  const workers = [OWNER, WORKER, OTHER];
  const constant = new Set([HEADER.entries, HEADER.keeper, poolAt(0) + POOL.workers]);
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[poolAt(0) + POOL.workers] = workers.length;
    },
    isConstant: (at) => constant.has(at),
    threads: workers.map((entry) => ({
      name: `worker ${entry}`,
      mayDie: true,
      calls: [{ name: 'look', run: () => retiring.retireIfTooMany(words, pool, entry, () => 1) }],
    })),
    deaths,
    atEnd: ({ memory, threads }) => {
      let retired = 0;
      for (let bits = memory[poolAt(0) + POOL.retired] as number; bits !== 0; bits &= bits - 1)
        retired++;
      if (retired === workers.length) return 'all have left, and one shall stay';
      if (threads.some(({ status }) => status === Status.dead)) return undefined; // it looks after a death
      if (retired < workers.length - 1 && memory[poolAt(0) + POOL.wanted] === 0)
        return 'one too many has stayed, and the keeper does not hear of it';
      return undefined;
    },
    nameOf,
  };
}

describe('of those who are one too many', () => {
  for (const deaths of [0, 1]) {
    test(`as many leave as shall, or the keeper has them look again: deaths ${deaths}`, async (t) =>
      explores(t, await retireModel(deaths), deaths === 0 ? Infinity : 3));
  }
});

const faults: readonly (readonly [string, Change, RegExp])[] = [
  [
    'two find out at a time',
    {
      file: 'shared/retire.js',
      from: 'compareExchange(words, leaving, 0, entry + 1) !== 0',
      to: 'false',
    },
    /one shall stay/,
  ],
  [
    'who has the word does not count again',
    {
      file: 'shared/retire.js',
      from: 'const isOneTooMany = pool.active > most();',
      to: 'const isOneTooMany = true;',
    },
    /one shall stay/,
  ],
  [
    'the keeper is not asked',
    {
      file: 'shared/retire.js',
      from: 'store(words, leaving, 0);\n    askKeeper(words, pool);',
      to: 'store(words, leaving, 0);',
    },
    /does not hear of it/,
  ],
];

describe('a broken copy of retiring is found out when', () => {
  for (const [title, change, complaint] of faults) {
    test(title, async (t) => findsFault(t, await retireModel(0, [change]), complaint));
  }
});
