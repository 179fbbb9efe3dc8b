/**
 * A lock in shared memory under every interleaving, with the real mailboxes: threads that take it, once or
 * twice, and release it. Who was woken in vain says at once that it is the next. One may die, with the lock
 * in its hands or anywhere else.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, Status, type View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { load, store } from './scheduled-atomics.ts';
import { KEEPER, OTHER, OWNER, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

interface Scenario {
  /** How often each takes it. */
  readonly takers: readonly number[];
  /** The first gives up when it was woken once. */
  readonly isFickle?: boolean;
  /** Who gives up tells nobody, though it may be the next: a task whose loop was stopped. */
  readonly isRude?: boolean;
  readonly deaths?: number;
}

const ENTRIES = [OWNER, WORKER, OTHER];

async function lockModel(scenario: Scenario, changes: readonly Change[] = []): Promise<Model> {
  const { takers, isFickle = false, isRude = false, deaths = 0 } = scenario;
  const small = await smallMemory(changes);
  const { layout, addressOf } = small;
  const { HEADER, THREAD, threadAt } = layout;
  const { LOCK_WORDS, LockWord, Taken } = small.locking;
  const guarded = small.words;
  const constant = new Set<number>([HEADER.entries, HEADER.keeper]);
  for (const entry of [KEEPER, ...ENTRIES]) {
    constant.add(threadAt(entry) + THREAD.status);
    if (deaths > 0) continue;
    constant.add(HEADER.deaths);
    constant.add(threadAt(entry) + THREAD.ident);
  }
  const lockAt = (now: () => number) => new LockWord(words, words, guarded + 1, now);
  const lock = lockAt(() => 0);
  /** As `ThreadLock` does it; `no` when it has given up, `abandoned` when the one before has died with it. */
  const acquire = (entry: number, mayGiveUp: boolean): number => {
    const { ident } = addressOf(entry);
    let time = 0;
    const word = lockAt(() => time);
    let taken = word.take(ident);
    if (isTaken(taken)) return taken;
    const mailbox = small.mailboxOf(entry);
    let place = word.waiting.enter(ident);
    let isWoken = true;
    let looks = 0;
    mailbox.onRing = (isDeath) => {
      if (!word.waiting.wasRung(place) && !isDeath) return;
      if (place < 0) place = word.waiting.enter(ident);
      isWoken = true;
    };
    const look = (): boolean => {
      // A sleeper that has found it free and kept for another wakes by itself, when that is over.
      if (taken === Taken.soon) time = 1000;
      else if (!isWoken) return isTaken(taken);
      isWoken = false;
      taken = word.take(ident);
      if (taken === Taken.no && looks++ > 0) {
        word.claimNext(ident);
        taken = word.take(ident);
      }
      return isTaken(taken) || (mayGiveUp && looks > 1);
    };
    mailbox.waitFor(look, Infinity, () => false, {
      sleeps: () => word.waiting.setSure(place, true),
      wakes: () => word.waiting.setSure(place, false),
    });
    word.waiting.leave(place);
    if (!isTaken(taken) && !isRude) word.passOn(ident);
    return taken;
  };
  const isTaken = (taken: number): boolean => taken === Taken.yes || taken === Taken.abandoned;
  const use = (entry: number): Call => ({
    name: 'use',
    run: () => {
      const taken = acquire(entry, isFickle && entry === OWNER);
      if (!isTaken(taken)) return 0;
      const before = load(words, guarded);
      store(words, guarded, entry); // who holds it, and nobody else
      const after = load(words, guarded);
      store(words, guarded, 0);
      lock.release();
      return before === 0 && after === entry ? 1 : taken === Taken.abandoned ? 2 : 3;
    },
  });
  const threads = takers.map((times, nth) => ({
    name: `thread ${ENTRIES[nth]}`,
    mayDie: nth === 0,
    calls: Array.from({ length: times }, () => use(ENTRIES[nth] as number)),
  }));
  if (deaths > 0) {
    const bury = { name: 'bury', when: hasDied, run: () => (small.bury(OWNER), true) };
    threads.push({ name: 'keeper', mayDie: false, calls: [bury] });
  }
  return {
    words: small.words + 1 + LOCK_WORDS,
    begin: small.begin,
    isConstant: (at) => constant.has(at),
    threads,
    deaths,
    mayTimeOut: (view) =>
      (deaths === 0 || (hasDied(view) && view.threads.at(-1)?.status === Status.done)) &&
      view.threads.every(({ status }) => status !== Status.ready),
    longestCall: 250,
    observe: (event) => (event.type === 'end' && event.result === 3 ? 'two hold it' : undefined),
    atEnd: ({ threads: ends }) =>
      ends.some(({ status }) => status === Status.asleep)
        ? 'somebody sleeps, and nobody holds the lock'
        : undefined,
    nameOf: (at) => (at >= guarded ? `${at - guarded} of the lock` : small.nameOf(at)),
  };
}

const hasDied = ({ threads }: View): boolean =>
  threads.some(({ status }) => status === Status.dead);

const scenarios: readonly [string, Scenario, number][] = [
  ['two threads, once each', { takers: [1, 1] }, 4],
  ['two threads, one twice', { takers: [1, 2] }, 3],
  ['three threads', { takers: [1, 1, 1] }, 2],
  ['one gives up', { takers: [1, 2], isFickle: true }, 3],
  ['the next never comes', { takers: [1, 3], isFickle: true, isRude: true }, 2],
  ['one of two dies', { takers: [1, 1], deaths: 1 }, 2],
  ['one of three dies', { takers: [1, 1, 1], deaths: 1 }, 0],
];

describe('one thread at a time holds the lock, and nobody sleeps while it is free', () => {
  for (const [title, scenario, preemptions] of scenarios) {
    test(title, async (t) => explores(t, await lockModel(scenario), preemptions));
  }
});

const FILE = 'shared/lock-word.js';

const faults: readonly (readonly [string, Scenario, Change, RegExp])[] = [
  [
    'it is taken without looking whether another was faster',
    { takers: [1, 1] },
    {
      file: FILE,
      from: 'if (compareExchange(this.#words, this.#at + FIELD.holder, holder, ident) !== holder)\n            return Taken.no;',
      to: 'compareExchange(this.#words, this.#at + FIELD.holder, holder, ident);',
    },
    /two hold it/,
  ],
  [
    'nobody is rung',
    { takers: [1, 1] },
    {
      file: FILE,
      from: 'FIELD.holder, 0);\n        this.#ringNext();',
      to: 'FIELD.holder, 0);',
    },
    /sleeps/,
  ],
  [
    'who is the next and never comes has it for ever',
    { takers: [1, 3], isFickle: true, isRude: true },
    { file: FILE, from: ' && this.#isKept()', to: '' },
    /sleeps/,
  ],
  [
    'a dead thread holds it',
    { takers: [1, 1], deaths: 1 },
    {
      file: FILE,
      from: 'if (!this.#isNobody(holder))',
      to: 'if (holder !== 0)',
    },
    /sleeps/,
  ],
];

describe('a broken lock is found out when', () => {
  for (const [title, scenario, change, complaint] of faults) {
    test(title, async (t) => findsFault(t, await lockModel(scenario, [change]), complaint));
  }
});
