/**
 * How a job ends, under every interleaving, with the real mailbox and the real sweep: the worker
 * writes the outcome and delivers it, or dies before any of its steps; the keeper marks what the dead
 * left; the owner, who parks meanwhile, is told exactly once. As soon as it knows, it uses the slot
 * for a second job, which the same worker or another one does.
 */
import { describe, test } from 'node:test';
import type { Change } from './copy.ts';
import { type Call, type Model, Status, type ThreadModel, type View, repeat } from './explorer.ts';
import { explores, findsFault } from './report.ts';
import { compareExchange, store } from './scheduled-atomics.ts';
import { OTHER, OWNER, type SmallMemory, smallMemory, WORKER } from './small-memory.ts';

const words = new Int32Array(0);

interface Scenario {
  /** Who may die; the keeper sweeps up after them in this order. */
  readonly dying: readonly (typeof OWNER | typeof WORKER)[];
  /** Whether the owner has a second job, for which it uses the slot of the first. */
  readonly again: boolean;
  /** Whether there is another worker, which does not die. */
  readonly other: boolean;
  /** The bound on preemptions, where the whole is too large. */
  readonly bound?: number;
}

async function completionModel(
  scenario: Scenario,
  changes: readonly Change[] = [],
): Promise<Model> {
  const small = await smallMemory(changes);
  const { SLOT } = small.layout;
  const varying = varyingWords(small, scenario.dying);
  const { entry, ident } = small.addressOf(OWNER);
  const jobs = scenario.again ? 2 : 1;
  const threads: (ThreadModel & { entry: number })[] = [
    {
      entry: OWNER,
      name: 'owner',
      calls: [waitForJobs(small, jobs)],
      mayDie: scenario.dying.includes(OWNER),
    },
    {
      entry: WORKER,
      name: 'worker',
      calls: repeat(claimAndFinish(small, WORKER), jobs),
      mayDie: scenario.dying.includes(WORKER),
    },
  ];
  if (scenario.other) {
    const calls = repeat(claimAndFinish(small, OTHER), jobs);
    threads.push({ entry: OTHER, name: 'other worker', calls });
  }
  const indexOf = (who: number): number => threads.findIndex((each) => each.entry === who);
  const sweeps = scenario.dying.map((who): Call => ({
    name: `sweep up after the ${who === OWNER ? 'owner' : 'worker'}`,
    when: (view) => view.threads[indexOf(who)]?.status === Status.dead,
    run: () => (small.sweep(who), true),
  }));
  const models = [...threads, { name: 'keeper', calls: sweeps }];
  return {
    words: small.words,
    begin: (memory) => {
      small.begin(memory);
      memory[small.slotWord(0, SLOT.owner)] = entry;
      memory[small.slotWord(0, SLOT.ownerIdent)] = ident;
    },
    isConstant: (at) => !varying.has(at),
    threads: models,
    deaths: scenario.dying.length,
    longestCall: 250,
    mayTimeOut: (view) => hasDied(view) && isStill(view, models),
    atEnd: (view) => judge(view, small, models, jobs),
    nameOf: small.nameOf,
  };
}

/** All words that some thread of the model may write. */
function varyingWords({ layout, slotWord }: SmallMemory, dying: readonly number[]): Set<number> {
  const { HEADER, SLOT, THREAD, THREAD_WORDS, chunkAt, linkAt, threadAt } = layout;
  const varying = new Set<number>([HEADER.deaths, HEADER.roomWanted, linkAt(0)]);
  for (const field of [SLOT.state, SLOT.detail, SLOT.detail2]) varying.add(slotWord(0, field));
  varying.add(threadAt(OWNER) + THREAD.inbox);
  varying.add(threadAt(OWNER) + THREAD.parker);
  for (const entry of dying) {
    for (let field = 0; field < THREAD_WORDS; field++) varying.add(threadAt(entry) + field);
    if (entry === OWNER) varying.add(chunkAt(0)).add(slotWord(1, SLOT.state));
  }
  return varying;
}

/** The owner waits until its jobs are done. Result: which were settled, in this order. */
function waitForJobs(small: SmallMemory, jobs: number): Call {
  const { SLOT, Phase, slotState } = small.layout;
  return {
    name: 'wait',
    run: () => {
      const settled: number[] = [];
      const mailbox = small.mailboxOf(OWNER);
      const expectJob = (job: number, slot: number): void =>
        mailbox.expect(slot, {
          settle: (at) => {
            settled.push(job);
            mailbox.release(at);
            if (job + 1 < jobs) submitNext(job + 1);
          },
        });
      const submitNext = (job: number): void => {
        const slot = job === 0 ? 0 : mailbox.slots.take();
        expectJob(job, slot);
        store(words, small.slotWord(slot, SLOT.state), slotState(Phase.queued, 0));
      };
      submitNext(0);
      while (settled.length < jobs) mailbox.select(Infinity);
      return settled;
    },
  };
}

/** What a worker of a pool does when a job is done (`PoolWorker`). */
function finish(small: SmallMemory, worker: number): Call {
  const { SLOT, Phase, slotState } = small.layout;
  const at = small.slotWord(0, SLOT.state);
  const [running, done] = [slotState(Phase.running, worker), slotState(Phase.done, worker)];
  return {
    name: 'finish',
    run: () => {
      const mailbox = small.mailboxOf(worker);
      store(words, at, done);
      if (mailbox.deliver(0)) return true;
      if (compareExchange(words, at, done, running) === done) mailbox.discard(0);
      return false;
    },
  };
}

/** Takes the second job if it is there. The ring, which has its own models, is left out. */
function claimAndFinish(small: SmallMemory, worker: number): Call {
  const { SLOT, Phase, slotState } = small.layout;
  const at = small.slotWord(0, SLOT.state);
  const queued = slotState(Phase.queued, 0);
  return {
    name: 'claim and finish',
    when: ({ memory }) => memory[at] === queued,
    run: () => {
      if (compareExchange(words, at, queued, slotState(Phase.running, worker)) !== queued)
        return false;
      return finish(small, worker).run([]);
    },
  };
}

const hasDied = ({ threads }: View): boolean =>
  threads.some(({ status }) => status === Status.dead);

/** Whether nobody who is awake has anything to do: then the sleeper's slice runs out. */
const isStill = (view: View, models: readonly ThreadModel[]): boolean =>
  models.every(({ calls }, index) => {
    const { status, call, log } = view.threads[index] as View['threads'][number];
    return status !== Status.ready || (log.length === 0 && calls[call]?.when?.(view) === false);
  });

function judge(
  { threads, memory }: View,
  { layout, slotWord }: SmallMemory,
  models: readonly ThreadModel[],
  jobs: number,
): string | undefined {
  const owner = threads[0] as View['threads'][number];
  const isSwept = (name: string): boolean => {
    const index = models.findIndex((each) => each.name === name);
    if (threads[index]?.status !== Status.dead) return true;
    const keeper = threads.at(-1) as View['threads'][number];
    const order = models.at(-1)?.calls.findIndex((call) => call.name.endsWith(name)) ?? -1;
    return order < keeper.call;
  };
  if (!isSwept('owner') || !isSwept('worker')) return undefined; // the keeper is busy elsewhere
  if (owner.status !== Status.dead) {
    if (owner.status !== Status.done) return 'the owner is never told';
    const settled = owner.results[0] as number[];
    const expected = Array.from({ length: jobs }, (_, job) => job);
    if (settled.join() !== expected.join()) return `the owner was told of jobs ${settled.join()}`;
  }
  const { SLOT, Phase, THREAD, threadAt, phaseOf } = layout;
  const phase = phaseOf(memory[slotWord(0, SLOT.state)] as number);
  if (phase !== Phase.free) {
    const name = Object.entries(Phase).find(([, value]) => value === phase)?.[0];
    return `all is over, and the slot is left ${name}`;
  }
  const mail = (memory[threadAt(OWNER) + THREAD.inbox] as number) & 0x1_ffff;
  return mail === 0 ? undefined : `all is over, and slot ${mail - 1} is in the inbox`;
}

const scenarios: readonly [string, Scenario][] = [
  ['the worker finishes one job and then another', { dying: [], again: true, other: false }],
  ['the worker dies before any of its steps', { dying: [WORKER], again: false, other: true }],
  [
    'the worker dies before any of its steps, and the slot is used again',
    { dying: [WORKER], again: true, other: true, bound: 2 },
  ],
  ['the owner dies before any of its steps', { dying: [OWNER], again: false, other: false }],
  [
    'the owner dies before any of its steps, with a slot that is used again',
    { dying: [OWNER], again: true, other: false },
  ],
  [
    'both die, the worker is swept first',
    { dying: [WORKER, OWNER], again: false, other: true, bound: 1 },
  ],
  ['both die, the owner is swept first', { dying: [OWNER, WORKER], again: false, other: false }],
];

describe('a job comes to its end exactly once', () => {
  for (const [title, scenario] of scenarios) {
    test(title, async (t) => explores(t, await completionModel(scenario), scenario.bound));
  }
});

const MAILBOX = 'shared/mailbox.js';
const SWEEP = 'threading/sweep.js';
const DEATHS = 'const deaths = load(this.words, HEADER.deaths);';
const MAIL =
  'const taken = takeInbox(this.#place, this.#inbox, this.address.ident);\n' +
  '        this.#fetch(taken);\n' +
  '        this.#taken = hasUnopened ? this.#taken.slice(this.#opened).concat(taken) : taken;\n' +
  '        this.#opened = 0;\n' +
  '        const areAllOpened = this.#openAll(mostMs);';
const dies: Scenario = { dying: [WORKER], again: false, other: true };
const ownerDies: Scenario = { dying: [OWNER], again: false, other: false };

interface Fault {
  readonly title: string;
  readonly scenario: Scenario;
  readonly changes: readonly Change[];
  readonly complaint: RegExp;
}

const faults: readonly Fault[] = [
  {
    // Found by this model: the slot was settled and used again while it was still in the inbox.
    title: 'the owner takes its mail before it looks at the marks of the dead',
    scenario: { dying: [WORKER], again: true, other: true },
    changes: [
      { file: MAILBOX, from: MAIL, to: '' },
      { file: MAILBOX, from: DEATHS, to: `${MAIL}\n${DEATHS}` },
    ],
    complaint: /slot 0 is in the inbox/,
  },
  {
    // Found by this model: nobody freed what an owner had in its hands when it died.
    title: 'the keeper leaves the finished jobs of a dead owner',
    scenario: ownerDies,
    changes: [
      {
        file: SWEEP,
        from: 'phase === Phase.done || phase === Phase.lost',
        to: 'phase === Phase.lost',
      },
    ],
    complaint: /the slot is left done/,
  },
  {
    title: 'the keeper does not mark what a dead worker had not delivered',
    scenario: dies,
    changes: [
      {
        file: SWEEP,
        from: 'compareExchange(words, at + SLOT.state, state, slotState(Phase.done, keeper));',
        to: '',
      },
    ],
    complaint: /the owner is never told/,
  },
  {
    title: 'the keeper does not mark what a dead worker had begun',
    scenario: dies,
    changes: [
      { file: SWEEP, from: 'compareExchange(words, at + SLOT.state, state, Phase.lost);', to: '' },
    ],
    complaint: /the owner is never told/,
  },
  {
    title: 'the keeper tells of a death before it has marked anything',
    scenario: dies,
    changes: [
      { file: SWEEP, from: 'add(words, HEADER.deaths, 1);', to: '' },
      {
        file: SWEEP,
        from: 'store(words, at + THREAD.status, ThreadStatus.ended);',
        to: 'store(words, at + THREAD.status, ThreadStatus.ended); add(words, HEADER.deaths, 1);',
      },
    ],
    complaint: /the owner is never told/,
  },
];

describe('a broken copy of what ends a job is found out when', () => {
  for (const { title, scenario, changes, complaint } of faults) {
    test(title, async (t) => findsFault(t, await completionModel(scenario, changes), complaint));
  }
});
