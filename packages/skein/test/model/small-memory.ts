/**
 * Process memory small enough to be explored, for models of whole protocols: mailbox, worker, keeper.
 *
 * The layout is that of the package with smaller numbers: four threads, one chunk of two slots, one
 * pool with a ring of two, no pages and no loops. What is left out of the code: spinning (a wait that
 * spins is the same program with more steps) and the search for a dead thread's pages.
 */
import { type Change, importCopy } from './copy.ts';
import { add, store } from './scheduled-atomics.ts';

const LAYOUT = 'shared/layout.js';
const number = (name: string, from: string, to: number): Change => ({
  file: LAYOUT,
  from: `export const ${name} = ${from};`,
  to: `export const ${name} = ${to};`,
});

const SMALLER: readonly Change[] = [
  number('THREADS', '1024', 4),
  number('CHUNKS', '2048', 1),
  number('SLOTS_PER_CHUNK', '32', 2),
  number('LOOPS', '1024', 0),
  number('FUNCTIONS', '4096', 0),
  number('PAGES', '262_144', 0),
  number('POOLS', '256', 1),
  number('RING_ENTRIES', '8192', 2),
  number('LEVEL_ENTRIES', '1024', 2),
  number('COUNTS_WORDS', '544', 3),
  number('URGED_ENTRIES', '64', 2),
  number('LEFT_WORDS', '32', 1),
  { file: 'shared/waiting-threads.js', from: 'const PLACES = 64;', to: 'const PLACES = 2;' },
  { file: 'shared/mutex.js', from: 'const SPINS = 100;', to: 'const SPINS = 1;' },
  { file: 'shared/mailbox.js', from: 'const SPINS = 1500;', to: 'const SPINS = 0;' },
  { file: 'shared/mailbox.js', from: 'new Array(1024)', to: 'new Array(4)' },
  { file: 'threading/sweep.js', from: '    sweepPages(memory, dead.ident);\n', to: '' },
];

/** Entries of the thread table, by role. Idents are ten more. */
export const KEEPER = 0;
export const OWNER = 1;
export const WORKER = 2;
export const OTHER = 3;

export type Layout = typeof import('../../dist/shared/layout.js');
type Mailboxes = typeof import('../../dist/shared/mailbox.js');
export type Mailbox = InstanceType<Mailboxes['Mailbox']>;
type Pools = typeof import('../../dist/shared/pool-table.js');
type Memory = ConstructorParameters<Mailboxes['Mailbox']>[0];

export interface SmallMemory {
  readonly layout: Layout;
  /** How many words it has, and how they are in the beginning: all four threads run. */
  readonly words: number;
  readonly begin: (memory: Int32Array) => void;
  readonly addressOf: (entry: number) => { entry: number; ident: number };
  /** A mailbox of the thread with this entry, new: for the beginning of a call. */
  readonly mailboxOf: (entry: number) => Mailbox;
  /** What the keeper does when the thread with this entry is dead. */
  readonly sweep: (entry: number) => void;
  readonly memory: Memory;
  readonly pool: InstanceType<Pools['PoolMemory']>;
  readonly table: typeof import('../../dist/shared/thread-table.js');
  readonly parking: typeof import('../../dist/shared/parking.js');
  readonly waking: typeof import('../../dist/shared/wake-worker.js');
  readonly deadlines: typeof import('../../dist/shared/deadlines.js');
  readonly counting: typeof import('../../dist/shared/work-counts.js');
  readonly retiring: typeof import('../../dist/shared/retire.js');
  readonly waiting: typeof import('../../dist/shared/waiting-threads.js');
  readonly locking: typeof import('../../dist/shared/lock-word.js');
  readonly mutex: typeof import('../../dist/shared/mutex.js');
  readonly twins: typeof import('../../dist/shared/twin-state.js');
  /** The least that the keeper does when the thread with this entry is dead: it has no entry any more, and all wake. */
  readonly bury: (entry: number) => void;
  /** Wakes the thread with this entry. */
  readonly wake: (entry: number) => void;
  /** Words in which the pool notes something of a worker. */
  readonly marksOf: (entry: number) => readonly number[];
  /** Word of a slot's field. */
  readonly slotWord: (slot: number, field: number) => number;
  readonly nameOf: (at: number) => string;
}

/** Loads the code over a small memory, with faults planted in it or none. */
export async function smallMemory(changes: readonly Change[] = []): Promise<SmallMemory> {
  const files = [
    LAYOUT,
    'shared/mailbox.js',
    'threading/sweep.js',
    'shared/thread-table.js',
    'shared/pool-table.js',
    'shared/parking.js',
    'shared/wake-worker.js',
    'shared/deadlines.js',
    'shared/work-counts.js',
    'shared/retire.js',
    'shared/waiting-threads.js',
    'shared/lock-word.js',
    'shared/mutex.js',
    'shared/twin-state.js',
  ];
  const modules = await importCopy(files, [...SMALLER, ...changes]);
  const [
    layout,
    mailboxes,
    sweeping,
    table,
    pools,
    parking,
    waking,
    deadlines,
    counting,
    retiring,
    waiting,
    locking,
    mutex,
    twins,
  ] = modules as [
    Layout,
    Mailboxes,
    typeof import('../../dist/threading/sweep.js'),
    typeof import('../../dist/shared/thread-table.js'),
    Pools,
    typeof import('../../dist/shared/parking.js'),
    typeof import('../../dist/shared/wake-worker.js'),
    typeof import('../../dist/shared/deadlines.js'),
    typeof import('../../dist/shared/work-counts.js'),
    typeof import('../../dist/shared/retire.js'),
    typeof import('../../dist/shared/waiting-threads.js'),
    typeof import('../../dist/shared/lock-word.js'),
    typeof import('../../dist/shared/mutex.js'),
    typeof import('../../dist/shared/twin-state.js'),
  ];
  const { HEADER, POOL, THREAD, ThreadStatus, chunkAt, poolAt, slotAt, threadAt } = layout;
  const buffers = { memory: new SharedArrayBuffer(0), arena: new SharedArrayBuffer(0) };
  const memory = { words: new Int32Array(0), buffers } as unknown as Memory;
  const addressOf = (entry: number): { entry: number; ident: number } => ({
    entry,
    ident: entry + 10,
  });
  const begin = (words: Int32Array): void => {
    words[HEADER.keeper] = KEEPER + 1;
    words[HEADER.entries] = 4;
    for (let entry = 0; entry < 4; entry++) {
      const { ident } = addressOf(entry);
      words[threadAt(entry) + THREAD.status] = ThreadStatus.running;
      words[threadAt(entry) + THREAD.ident] = ident;
      words[threadAt(entry) + THREAD.inbox] = ((ident % 0x7fff) + 1) << 17; // as openInbox leaves it
    }
    words[chunkAt(0)] = addressOf(OWNER).ident;
  };
  const host = { now: () => 0, commonNow: () => 0, inNextTurn: () => {} };
  const mailboxOf = (entry: number): Mailbox =>
    new mailboxes.Mailbox(memory, addressOf(entry), host);
  return {
    layout,
    words: layout.MEMORY_BYTES / 4,
    begin,
    addressOf,
    mailboxOf,
    sweep: (entry) => {
      const leavings = { arena: mailboxOf(KEEPER).arena, dropCarried: () => {} };
      sweeping.sweep(memory, leavings, addressOf(entry));
    },
    memory,
    pool: new pools.PoolMemory(memory, 0),
    table,
    parking,
    waking,
    deadlines,
    counting,
    marksOf: (entry) =>
      [POOL.idle, POOL.asleep, POOL.turning, POOL.blocked, POOL.retired].map(
        (mark) => poolAt(0) + mark + (entry >>> 5),
      ),
    retiring,
    waiting,
    locking,
    mutex,
    twins,
    bury: (entry) => {
      store(memory.words, threadAt(entry) + THREAD.ident, 0);
      add(memory.words, HEADER.deaths, 1);
      table.wakeAll(memory.words);
    },
    wake: (entry) => table.wakeThread(memory.words, entry),
    slotWord: (slot, field) => slotAt(slot) + field,
    nameOf: (at) => nameOf(layout, at),
  };
}

function nameOf(layout: Layout, at: number): string {
  const { CONTROL, HEADER, SLOT, THREAD, SLOT_WORDS, THREAD_WORDS } = layout;
  const { chunkAt, controlAt, linkAt, slotAt, threadAt } = layout;
  const named = (fields: Record<string, number>, offset: number): string =>
    Object.entries(fields).find(([, field]) => field === offset)?.[0] ?? `${offset}`;
  if (at >= controlAt(0)) {
    const slot = Math.floor((at - controlAt(0)) / 8);
    return `slot ${slot}'s ${named(CONTROL, (at - controlAt(0)) % 8)}`;
  }
  if (at >= linkAt(0)) return `link of slot ${at - linkAt(0)}`;
  const slot = Math.floor((at - slotAt(0)) / SLOT_WORDS);
  if (slot >= 0) return `slot ${slot}'s ${named(SLOT, (at - slotAt(0)) % SLOT_WORDS)}`;
  if (at < threadAt(0)) return named(HEADER, at);
  if (at === chunkAt(0)) return 'owner of the chunk';
  const entry = Math.floor((at - threadAt(0)) / THREAD_WORDS);
  const name = ['keeper', 'owner', 'worker', 'other'][entry];
  return name === undefined
    ? `word ${at}`
    : `${name}'s ${named(THREAD, (at - threadAt(0)) % THREAD_WORDS)}`;
}
