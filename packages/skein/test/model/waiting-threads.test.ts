/**
 * Waiting for something in shared memory under every interleaving, with the real mailboxes: threads that
 * each want one permit, of which there is none at first, and threads that give some. There are two places,
 * so that a third one finds none.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, Status, type View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { add, compareExchange, load } from './scheduled-atomics.ts';
import { KEEPER, OTHER, OWNER, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

interface Scenario {
  readonly waiters: readonly number[];
  /** How many permits each of the others gives, one after the other. */
  readonly gives: readonly number[];
  /** The first waiter gives up after its first look. */
  readonly isFickle?: boolean;
  /** The first waiter has a place and seems to sleep, and never looks: Node turns it, or its loop was stopped. */
  readonly isStill?: boolean;
  /** They give all at once, and ring everybody. */
  readonly isForAll?: boolean;
  /** Who may die: the first waiter, or the giver. */
  readonly dies?: 'waiter' | 'giver';
}

async function waitingModel(scenario: Scenario, changes: readonly Change[] = []): Promise<Model> {
  const { waiters, gives, isFickle = false, isStill = false, isForAll = false, dies } = scenario;
  const small = await smallMemory(changes);
  const { layout, addressOf } = small;
  const { HEADER, THREAD, threadAt } = layout;
  const permits = small.words;
  const line = new small.waiting.WaitingThreads(words, words, permits + 1);
  const constant = new Set<number>([HEADER.entries, HEADER.keeper]);
  for (const entry of [KEEPER, OWNER, WORKER, OTHER]) {
    constant.add(threadAt(entry) + THREAD.status);
    if (dies !== undefined) continue;
    constant.add(HEADER.deaths);
    constant.add(threadAt(entry) + THREAD.ident);
  }
  const take = (): boolean => {
    for (;;) {
      const seen = load(words, permits);
      if (seen === 0) return false;
      if (compareExchange(words, permits, seen, seen - 1) === seen) return true;
    }
  };
  const wait = (entry: number, isLast: boolean): Call => ({
    name: 'wait for a permit',
    run: () => {
      const { ident } = addressOf(entry);
      const mailbox = small.mailboxOf(entry);
      let place = line.enter(ident);
      if (isStill && !isLast) {
        small.parking.announce(words, threadAt(entry) + THREAD.parker);
        return false;
      }
      let isWoken = true;
      let looks = 0;
      let hasOne = false;
      mailbox.onRing = (hasDied) => {
        if (!line.wasRung(place) && !hasDied) return;
        if (place < 0) place = line.enter(ident);
        isWoken = true;
      };
      const look = (): boolean => {
        if (isWoken) {
          isWoken = false;
          looks++;
          hasOne ||= take();
        }
        return hasOne || (isFickle && !isLast && looks > 1);
      };
      mailbox.waitFor(look, Infinity, () => false, {
        sleeps: () => line.setSure(place, true),
        wakes: () => line.setSure(place, false),
      });
      line.leave(place);
      if (!hasOne && load(words, permits) > 0) line.ringNext();
      return hasOne;
    },
  });
  const give: Call = {
    name: 'give a permit',
    run: () => {
      add(words, permits, isForAll ? waiters.length : 1);
      if (isForAll) line.ringAll();
      else line.ringNext();
      return true;
    },
  };
  const threads = waiters.map((entry, nth) => ({
    name: `waiter ${entry}`,
    mayDie: dies === 'waiter' && nth === 0,
    calls: [wait(entry, nth === waiters.length - 1)],
  }));
  gives.forEach((times, nth) =>
    threads.push({
      name: `giver ${nth}`,
      mayDie: dies === 'giver',
      calls: Array.from({ length: times }, () => give),
    }),
  );
  if (dies !== undefined) {
    const entry = dies === 'giver' ? OTHER : (waiters[0] as number);
    const bury = { name: 'bury', when: hasDied, run: () => (small.bury(entry), true) };
    threads.push({ name: 'keeper', mayDie: false, calls: [bury] });
  }
  return {
    words: small.words + 1 + small.waiting.WAITING_WORDS,
    begin: small.begin,
    isConstant: (at) => constant.has(at),
    threads,
    deaths: dies === undefined ? 0 : 1,
    // A giver that dies just before it notifies: the sleeper loses a slice.
    mayTimeOut: (view) => hasDied(view) && view.threads.at(-1)?.status === Status.done,
    longestCall: 200,
    atEnd: ({ memory, threads: ends }) => {
      const sleepers = waiters.filter((_, nth) => ends[nth]?.status === Status.asleep);
      if (sleepers.length === 0 || memory[permits] === 0) return undefined;
      return 'there is a permit, and somebody who wants it sleeps';
    },
    nameOf: (at) => (at >= permits ? `${at - permits} of the line` : small.nameOf(at)),
  };
}

const hasDied = ({ threads }: View): boolean =>
  threads.some(({ status }) => status === Status.dead);

const scenarios: readonly [string, Scenario, number][] = [
  ['one waits, one gives', { waiters: [OWNER], gives: [1] }, Infinity],
  ['two wait, one gives two', { waiters: [OWNER, WORKER], gives: [2] }, 2],
  ['two wait, two give', { waiters: [OWNER, WORKER], gives: [1, 1] }, 1],
  ['two wait for all at once', { waiters: [OWNER, WORKER], gives: [1], isForAll: true }, 2],
  ['three wait, for two places', { waiters: [OWNER, WORKER, OTHER], gives: [3] }, 1],
  ['one never looks', { waiters: [OWNER, WORKER], gives: [1], isStill: true }, 4],
  ['one gives up', { waiters: [OWNER, WORKER], gives: [1], isFickle: true }, 2],
  ['one of two dies', { waiters: [OWNER, WORKER], gives: [1], dies: 'waiter' }, 0],
  ['the giver dies', { waiters: [OWNER], gives: [1], dies: 'giver' }, 3],
];

describe('nobody sleeps while there is what it waits for', () => {
  for (const [title, scenario, preemptions] of scenarios) {
    test(title, async (t) => explores(t, await waitingModel(scenario), preemptions));
  }
});

const LINE = 'shared/waiting-threads.js';

const faults: readonly (readonly [string, Scenario, Change])[] = [
  [
    'who finds no place says nothing',
    { waiters: [OWNER, WORKER, OTHER], gives: [3] },
    { file: LINE, from: 'store(this.#words, this.#at + FIELD.crowded, 1);', to: '' },
  ],
  [
    'it is not crowded any more when some were rung, but nobody else is',
    { waiters: [OWNER, WORKER, OTHER], gives: [3] },
    { file: LINE, from: 'if (status !== ThreadStatus.free)', to: 'if (entry === 1)' },
  ],
  [
    'a place is said to be used after the look',
    { waiters: [OWNER], gives: [1] },
    { file: LINE, from: 'raise(this.#words, this.#at + FIELD.used, place + 1);', to: '' },
  ],
  [
    'one that is awake is taken for one that looks now',
    { waiters: [OWNER, WORKER], gives: [2] },
    {
      file: LINE,
      from: 'ring(this.#process, entry) && this.#isSure(at, seen >>> 2)',
      to: '(ring(this.#process, entry), true)',
    },
  ],
  [
    'one that may never look is taken for one that looks now',
    { waiters: [OWNER, WORKER], gives: [1], isStill: true },
    { file: LINE, from: '&& this.#isSure(at, seen >>> 2)', to: '' },
  ],
  [
    'one that is awake is not rung',
    { waiters: [OWNER], gives: [1] },
    {
      file: 'shared/thread-table.js',
      from: 'store(words, threadAt(entry) + THREAD.rung, 1);',
      to: '',
    },
  ],
  [
    'it is not looked for before it sleeps',
    { waiters: [OWNER], gives: [1] },
    { file: 'shared/mailbox.js', from: 'load(this.words, this.#rung) === 1 ||', to: '' },
  ],
  [
    'a death is no reason to look',
    { waiters: [OWNER, WORKER], gives: [1], dies: 'waiter' },
    {
      file: 'shared/mailbox.js',
      from: 'this.onRing?.(true);',
      to: ';',
    },
  ],
];

describe('a broken line is found out when', () => {
  for (const [title, scenario, change] of faults) {
    test(title, async (t) => findsFault(t, await waitingModel(scenario, [change]), /sleeps/));
  }
});
