/**
 * Deadlines under every interleaving, with the real mailbox and the real sweep.
 *
 * A job is overdue while its worker finishes it; its owner uses the slot for a second job, without a
 * deadline, which the same worker claims. The keeper may condemn the first and never the second, and
 * ends the thread exactly when it has condemned it.
 *
 * And threads set deadlines while the keeper looks and goes to sleep: it never sleeps longer than until
 * the earliest of them.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, repeat, Status, type View } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { compareExchange, store } from './scheduled-atomics.ts';
import { KEEPER, OTHER, OWNER, type SmallMemory, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

/** Moments. */
const OVERDUE = 1;
const NOW = 101;

async function judgementModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  const { CONTROL, HEADER, SLOT, THREAD, THREAD_WORDS } = small.layout;
  const { chunkAt, controlAt, countsOfPool, COUNTS, linkAt, POOL, poolAt, threadAt } = small.layout;
  const { entry, ident } = small.addressOf(OWNER);
  const varying = new Set<number>([HEADER.deaths, HEADER.looksAt, HEADER.roomWanted]);
  for (const at of [linkAt(0), chunkAt(0), threadAt(KEEPER) + THREAD.parker]) varying.add(at);
  for (const at of [countsOfPool(0) + COUNTS.failed, poolAt(0) + POOL.moves]) varying.add(at);
  for (const at of small.marksOf(WORKER)) varying.add(at);
  for (const field of [SLOT.state, SLOT.detail, SLOT.detail2])
    varying.add(small.slotWord(0, field));
  for (const field of Object.values(CONTROL)) varying.add(controlAt(0) + field);
  for (let field = 0; field < THREAD_WORDS; field++) {
    varying.add(threadAt(WORKER) + field);
    varying.add(threadAt(OWNER) + field);
  }
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[small.slotWord(0, SLOT.owner)] = entry;
      memory[small.slotWord(0, SLOT.ownerIdent)] = ident;
      memory[threadAt(WORKER) + THREAD.pool] = 1;
    },
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'owner', calls: [waitForTwo(small)] },
      { name: 'worker', calls: [claimAndFinish(small, OVERDUE), claimAndFinish(small, 0)] },
      { name: 'keeper', calls: [look(small), bury(small)] },
    ],
    longestCall: 150,
    atEnd: (view) => judge(view, small),
    nameOf: small.nameOf,
  };
}

/** What the owner is told of its jobs: 1 = done, 2 = condemned, 3 = lost. */
function waitForTwo({ layout, mailboxOf, slotWord }: SmallMemory): Call {
  const { Phase, SLOT, phaseOf, slotState } = layout;
  return {
    name: 'wait',
    run: () => {
      const told: number[] = [];
      const mailbox = mailboxOf(OWNER);
      const settle = (slot: number): void => {
        const phase = phaseOf(load(slotWord(slot, SLOT.state)));
        if (phase === Phase.condemned) return void told.push(2);
        told.push(phase === Phase.done ? 1 : 3);
        mailbox.release(slot);
        if (told.length === 1 && phase === Phase.done) submitAgain();
      };
      const submitAgain = (): void => {
        const slot = mailbox.slots.take();
        mailbox.expect(slot, { settle });
        store(words, slotWord(slot, SLOT.state), slotState(Phase.queued, 0));
      };
      mailbox.expect(0, { settle });
      store(words, slotWord(0, SLOT.state), slotState(Phase.queued, 0));
      mailbox.waitFor(() => told.length >= (told[0] === 1 ? 2 : 1), Infinity);
      mailbox.waitFor(() => mailbox.outstanding === 0, Infinity);
      return told;
    },
  };
}

/** Reads a word as the code under test does. */
const load = (at: number): number => compareExchange(words, at, -1, -1);

/** What a worker does when a job is done (`Outcomes`, `PoolWorker`). False: its thread is ended. */
function finishIn(small: SmallMemory): boolean {
  const { Phase, slotState } = small.layout;
  const [running, done] = [slotState(Phase.running, WORKER), slotState(Phase.done, WORKER)];
  if (!small.deadlines.finishRunning(words, 0, running, done)) return false;
  small.mailboxOf(WORKER).deliver(0);
  small.deadlines.endDeadline(words, WORKER, []);
  return true;
}

/** Takes a job if it is there; a deadline of 0 is none. */
function claimAndFinish(small: SmallMemory, deadline: number): Call {
  const { Phase, SLOT, slotState } = small.layout;
  const at = small.slotWord(0, SLOT.state);
  const queued = slotState(Phase.queued, 0);
  return {
    name: 'claim and finish',
    when: ({ memory, threads }) => memory[at] === queued || threads[1]?.results[0] === false,
    run: ([wentOn]) => {
      if (wentOn === false) return false;
      compareExchange(words, at, queued, slotState(Phase.running, WORKER));
      if (deadline !== 0) small.deadlines.setDeadline(words, 0, WORKER, deadline);
      return finishIn(small);
    },
  };
}

const look = ({ deadlines, layout }: SmallMemory): Call => ({
  name: 'look',
  when: ({ memory }) => memory[layout.threadAt(WORKER) + layout.THREAD.deadline] !== 0,
  run: () => {
    const ended: number[] = [];
    deadlines.judgeOverdue(words, NOW, (entry) => ended.push(entry));
    return ended;
  },
});

/** The worker's thread has been ended: it takes no step any more. */
const bury = ({ sweep }: SmallMemory): Call => ({
  name: 'bury',
  when: ({ threads }) => threads[1]?.status === Status.done,
  run: (results) => {
    const wasEnded = (results[0] as readonly number[]).length > 0;
    if (wasEnded) sweep(WORKER);
    return wasEnded;
  },
});

function judge({ threads, memory }: View, { layout, slotWord }: SmallMemory): string | undefined {
  const { CONTROL, COUNTS, Phase, SLOT, THREAD, controlAt, countsOfPool, threadAt } = layout;
  const [owner, worker, keeper] = threads as [
    View['threads'][number],
    View['threads'][number],
    View['threads'][number],
  ];
  if (owner.status !== Status.done) return 'the owner is never told';
  const told = (owner.results[0] as readonly number[]).join();
  const wasEnded = keeper.results[1] === true;
  if (told !== '1,1' && told !== '2' && told !== '3') return `the owner was told ${told}`;
  if ((told === '1,1') === wasEnded) return `the owner was told ${told}, thread ended: ${wasEnded}`;
  if ((worker.results.at(-1) === false) !== wasEnded) return 'the worker goes on and is ended';
  const failed = memory[countsOfPool(0) + COUNTS.failed];
  if (failed !== (wasEnded ? 1 : 0)) return `${failed} failures are counted`;
  if (memory[slotWord(0, SLOT.state)] !== Phase.free) return 'the slot is not free in the end';
  if (memory[controlAt(0) + CONTROL.deadline] !== 0) return 'a free slot has a deadline';
  if (!wasEnded && memory[threadAt(WORKER) + THREAD.deadline] !== 0)
    return 'the thread has the deadline of a job that is over';
  return undefined;
}

/** What the keeper does with deadlines before it sleeps. */
const lookAndSleep = ({ deadlines, parking }: SmallMemory, parker: number): Call => ({
  name: 'look and sleep',
  run: () => {
    parking.announce(words, parker);
    const next = deadlines.judgeOverdue(words, NOW, () => {});
    parking.sleep(words, parker, 1);
    return next;
  },
});

/** Two threads set a deadline each, the later one first or last; the keeper looks and sleeps. */
async function lookingModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  const { CONTROL, HEADER, Phase, SLOT, THREAD, controlAt, slotState, threadAt } = small.layout;
  const parker = threadAt(KEEPER) + THREAD.parker;
  const varying = new Set<number>([HEADER.looksAt, parker]);
  for (const slot of [0, 1]) varying.add(controlAt(slot) + CONTROL.deadline);
  for (const entry of [WORKER, OTHER]) varying.add(threadAt(entry) + THREAD.deadline);
  const set = (entry: number, slot: number, moment: number): Call => ({
    name: `set ${moment}`,
    run: () => (small.deadlines.setDeadline(words, slot, entry, moment), true),
  });
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[small.slotWord(0, SLOT.state)] = slotState(Phase.running, WORKER);
      memory[small.slotWord(1, SLOT.state)] = slotState(Phase.running, OTHER);
      memory[HEADER.looksAt] = 201; // for a job that is over
    },
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'worker', calls: [set(WORKER, 0, 205)] },
      { name: 'other worker', calls: [set(OTHER, 1, 203)] },
      { name: 'keeper', calls: repeat(lookAndSleep(small, parker), 4) },
    ],
    longestCall: 100,
    atEnd: ({ threads, memory }) => {
      if (threads[2]?.status !== Status.asleep) return undefined; // woken more often than it looks here
      const looksAt = memory[HEADER.looksAt];
      return looksAt === 203 ? undefined : `the keeper sleeps until ${looksAt}`;
    },
    nameOf: small.nameOf,
  };
}

/** A deadline is set for one job of a thread while another one, which had an earlier deadline, is over. */
async function replacingModel(changes: readonly Change[] = []): Promise<Model> {
  const small = await smallMemory(changes);
  const { CONTROL, HEADER, Phase, SLOT, THREAD, controlAt, slotState, threadAt } = small.layout;
  const noted = threadAt(WORKER) + THREAD.deadline;
  const parker = threadAt(KEEPER) + THREAD.parker;
  const varying = new Set<number>([HEADER.looksAt, parker, noted, controlAt(1) + CONTROL.deadline]);
  const setting: Call = {
    name: 'set 205',
    run: () => (small.deadlines.setDeadline(words, 1, WORKER, 205), true),
  };
  const ending: Call = {
    name: 'end the other',
    run: () => (small.deadlines.endDeadline(words, WORKER, [1]), true),
  };
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[small.slotWord(1, SLOT.state)] = slotState(Phase.running, WORKER);
      memory[noted] = OVERDUE; // of a job that is over
    },
    isConstant: (at) => !varying.has(at),
    threads: [
      { name: 'owner', calls: [setting] },
      { name: 'worker', calls: [ending] },
      { name: 'keeper', calls: repeat(lookAndSleep(small, parker), 4) },
    ],
    longestCall: 150,
    atEnd: ({ threads, memory }) => {
      if (memory[noted] !== 205) return `the thread has noted ${memory[noted]}`;
      if (threads[2]?.status !== Status.asleep) return undefined; // woken more often than it looks here
      const looksAt = memory[HEADER.looksAt];
      return looksAt === 205 ? undefined : `the keeper sleeps until ${looksAt}`;
    },
    nameOf: small.nameOf,
  };
}

describe('deadlines', () => {
  test('a job that is overdue while it ends, and its slot is used again', async (t) =>
    explores(t, await judgementModel(), 4));
  test('are set while the keeper looks and goes to sleep', async (t) =>
    explores(t, await lookingModel()));
  test('one is set while an earlier one of the same thread is over', async (t) =>
    explores(t, await replacingModel()));
});

const FILE = 'shared/deadlines.js';

const faults: readonly (readonly [string, () => Promise<Model>, RegExp])[] = [
  [
    'the keeper does not read the deadline once more',
    () =>
      judgementModel([
        {
          file: FILE,
          from: 'const verdict = isOverdue(words, slot, now);',
          to: 'const verdict = true;',
        },
      ]),
    /the owner was told 1,2/,
  ],
  [
    'the worker does not wait for the verdict',
    () =>
      judgementModel([
        {
          file: FILE,
          from: 'if (phaseOf(found) !== Phase.judged)',
          to: 'if (phaseOf(found) !== -1)',
        },
      ]),
    /never told|goes on|thread ended/,
  ],
  [
    'the worker moves the state on without asking',
    () =>
      judgementModel([
        {
          file: FILE,
          from: 'const found = compareExchange(words, at, running, to);',
          to: 'const found = running; store(words, at, to);',
        },
      ]),
    /told|ended|free/,
  ],
  [
    'whoever gives the slot back leaves the deadline',
    () =>
      judgementModel([
        { file: 'shared/mailbox.js', from: 'clearControl(this.words, slot);', to: '' },
      ]),
    /told|deadline/,
  ],
  [
    'a thread does not look once more whether it has forgotten a deadline',
    () => replacingModel([{ file: FILE, from: 'if (now !== earliest)', to: 'if (earliest < 0)' }]),
    /the thread has noted 0/,
  ],
  [
    'the keeper does not look once more',
    () =>
      replacingModel([
        { file: FILE, from: 'if (now !== 0)\n        lower', to: 'if (now < 0)\n        lower' },
      ]),
    /the thread has noted 0/,
  ],
  [
    'a thread that had forgotten a deadline does not tell the keeper',
    () =>
      replacingModel([
        {
          file: FILE,
          from: 'note(words, entry, now);',
          to: 'lower(words, threadAt(entry) + THREAD.deadline, now);',
        },
      ]),
    /the keeper sleeps until 0/,
  ],
  [
    'the keeper does not say that it looks',
    () => lookingModel([{ file: FILE, from: 'store(words, HEADER.looksAt, 0);', to: '' }]),
    /the keeper sleeps until/,
  ],
  [
    'a thread looks at when the keeper looks before it sets its deadline',
    () =>
      lookingModel([
        { file: FILE, from: 'lower(words, threadAt(entry) + THREAD.deadline, moment);', to: '' },
        {
          file: FILE,
          from: 'if (looksAt !== 0 && !isBefore(moment, looksAt))',
          to: 'lower(words, threadAt(entry) + THREAD.deadline, moment);\n    if (looksAt !== 0 && !isBefore(moment, looksAt))',
        },
      ]),
    /the keeper sleeps until/,
  ],
];

describe('a broken copy of deadlines is found out when', () => {
  for (const [title, model, complaint] of faults) {
    test(title, async (t) => findsFault(t, await model(), complaint));
  }
});
