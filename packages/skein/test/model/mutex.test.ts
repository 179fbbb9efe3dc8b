/**
 * The mutex, and the words that change behind it, under every interleaving: threads that each add one to two
 * numbers. One may die at any step; then the others find both as they were, or both changed.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, Status, type View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { store } from './scheduled-atomics.ts';
import { KEEPER, OTHER, OWNER, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);
const ENTRIES = [OWNER, WORKER, OTHER];

async function mutexModel(
  times: readonly number[],
  deaths = 0,
  changes: readonly Change[] = [],
): Promise<Model> {
  const small = await smallMemory(changes);
  const { layout, addressOf, mutex, twins } = small;
  const { HEADER, THREAD, threadAt } = layout;
  const at = small.words;
  const constant = new Set<number>([HEADER.entries, HEADER.keeper]);
  for (const entry of [KEEPER, ...ENTRIES]) {
    constant.add(threadAt(entry) + THREAD.status);
    if (deaths === 0) constant.add(threadAt(entry) + THREAD.ident);
  }
  const increase = (entry: number): Call => ({
    name: 'increase',
    run: () => {
      mutex.lockMutex(words, words, at, addressOf(entry).ident);
      const state = new twins.TwinState(words, at + 1, 2); // each thread has its own
      const [one, other] = state.read() as unknown as [number, number];
      if (one === other) {
        state.now.fill(one + 1);
        state.write();
      }
      mutex.unlockMutex(words, at);
      return one === other;
    },
  });
  const threads = times.map((each, nth) => ({
    name: `thread ${ENTRIES[nth]}`,
    mayDie: nth === 0,
    calls: Array.from({ length: each }, () => increase(ENTRIES[nth] as number)),
  }));
  if (deaths > 0) {
    const sweep: Call = {
      name: 'sweep',
      when: hasDied,
      run: () => {
        store(words, threadAt(OWNER) + THREAD.ident, 0);
        return true;
      },
    };
    threads.push({ name: 'keeper', mayDie: false, calls: [sweep] });
  }
  return {
    words: small.words + 6,
    begin: small.begin,
    isConstant: (word) => constant.has(word),
    threads,
    deaths,
    mayTimeOut: (view) => hasDied(view) && view.threads.at(-1)?.status === Status.done,
    observe: (event) =>
      event.type === 'end' && event.result === false ? 'half a change counts' : undefined,
    atEnd: ({ memory, threads: ends }) => {
      if (ends.some(({ status }) => status === Status.asleep)) return 'somebody sleeps for ever';
      const changes_ = memory[at + 1] as number;
      const total = times.reduce((sum, each) => sum + each, 0);
      const isAll = ends.every(({ status }) => status !== Status.dead);
      return isAll && changes_ !== total ? 'a change is lost' : undefined;
    },
    nameOf: (word) =>
      word < at ? small.nameOf(word) : (['mutex', 'count'][word - at] ?? `word ${word - at}`),
  };
}

const hasDied = ({ threads }: View): boolean =>
  threads.some(({ status }) => status === Status.dead);

describe('what changes behind a mutex changes as a whole', () => {
  test('two threads', async (t) => explores(t, await mutexModel([1, 1])));
  test('two threads, twice', async (t) => explores(t, await mutexModel([2, 2]), 4));
  test('three threads', async (t) => explores(t, await mutexModel([1, 1, 1]), 3));
  test('one of two dies', async (t) => explores(t, await mutexModel([1, 1], 1)));
  test('one of three dies', async (t) => explores(t, await mutexModel([1, 1, 1], 1), 1));
});

const faults: readonly (readonly [string, number, Change, RegExp])[] = [
  [
    'it is freed without waking',
    0,
    { file: 'shared/mutex.js', from: 'notifyAll(words, at);', to: ';' },
    /sleeps for ever/,
  ],
  [
    'who comes while it is taken does not say that it sleeps',
    0,
    {
      file: 'shared/mutex.js',
      from: 'seen < 0 || compareExchange(words, at, seen, -seen) === seen',
      to: 'true',
    },
    /does not end/,
  ],
  [
    'it is taken from the living',
    0,
    {
      file: 'shared/mutex.js',
      from: 'entryOf(process, Math.abs(seen)) < 0',
      to: 'true',
    },
    /lost|half/,
  ],
  [
    'a dead holder has it for ever',
    1,
    {
      file: 'shared/mutex.js',
      from: 'entryOf(process, Math.abs(seen)) < 0',
      to: 'false',
    },
    /does not end|sleeps for ever/,
  ],
  [
    'the copy that counts is written to',
    1,
    {
      file: 'shared/twin-state.js',
      from: 'const at = this.#copy(changes + 1);',
      to: 'const at = this.#copy(changes);',
    },
    /half a change/,
  ],
];

describe('a broken copy is found out when', () => {
  for (const [title, deaths, change, complaint] of faults) {
    test(title, async (t) =>
      findsFault(t, await mutexModel([1, 1, 1], deaths, [change]), complaint),
    );
  }
});
