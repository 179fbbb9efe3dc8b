/**
 * The map of process memory: what all threads of one program share.
 *
 * One SharedArrayBuffer of fixed size holds everything small; the operating system gives it real
 * pages only where it is touched. A second, growable one is the arena for large payloads.
 * Because everything has a place in these two, a pool or a loop crosses to another thread as two
 * small numbers, and no thread ever has to be told about a new buffer.
 *
 * ```
 *  words   ┌ header        deaths, next ident, keeper …
 *          ├ threads       1 024 × 16 words   who lives, where to wake it, its inbox
 *          ├ chunk owners  2 048 words        which thread owns which 32 message slots
 *          ├ loops         1 024 × 2 words    loops that other threads hold a handle on
 *          ├ functions     4 096 × 4 words    interned function references
 *          ├ pages         262 144 words      who owns which 4 KiB page of the arena
 *          ├ pools         256 × (256 words header + ring of 8 192 entries + 6 of 1 024 + 1 of 64)
 *          ├ slots         65 536 × 64 words  12 words of header, 192 bytes of payload, 4 more words
 *          ├ links         65 536 words       what lies below a slot in its inbox
 *          ├ controls      65 536 × 8 words   how a job is asked to end, and when it is made to
 *          ├ statistics    2 × 1 280 × 544 words  what each worker has done, and the dead of each pool
 *          └ left running  1 024 × 32 words   what goes on in each worker while it has nothing to do
 * ```
 *
 * All offsets are in 32-bit words unless a name says `BYTES`.
 *
 * To bring a line of 64 bytes from one core to another takes as long as everything else that is done
 * with a small task. So what is written together stands in one line: the header of a slot and the
 * first 16 bytes of its payload, which is all that a number needs, are one, and so is the entry of a
 * thread. Links have lines of their own, so that the receiver finds its way from slot to slot without
 * waiting for each. That is so where the engine's memory begins 16 bytes behind a page, as glibc gives
 * it; elsewhere an entry takes two lines, and all works the same.
 */

/** First word of the memory: says that it is ours, and which layout. */
export const MAGIC = 0x5ce1_0006;

export const HEADER = {
  magic: 0,
  /** Counts up; the next thread's ident. Idents start at 1 and are never used twice. */
  nextIdent: 1,
  /** Goes up by one after each dead thread has been swept: time to look after one's own. */
  deaths: 2,
  /** Index of the keeper's entry in the thread table, plus one; 0 = there is none yet. */
  keeper: 3,
  /** 1 while the root thread waits for work and threads to end before the process may. */
  leaving: 4,
  /** 1 while some thread waits for a slot, for room in a queue, or for threads to come up. */
  roomWanted: 5,
  /** Counts up: serial numbers of jobs, the keys of what the keeper carries. */
  nextSerial: 6,
  /** One more than the highest entry of the thread table that was ever used. */
  entries: 7,
  /** 1 = the keeper has sent a request to the root thread's port. */
  rootWanted: 8,
  /** 1 = the root thread has exited: whoever is still there shall end. */
  ending: 9,
  /** A `Moment`: when the keeper looks for jobs that are overdue; 0 = not before it is woken. */
  looksAt: 10,
} as const;

/** 64 and, since the memory begins 4 words into a line, the 12 that lead to the next line. */
const HEADER_WORDS = 76;

export const THREADS = 1024;
export const THREAD_WORDS = 16;
export const THREAD = {
  /** A `ThreadStatus`. */
  status: 0,
  ident: 1,
  /** A `Parker` state. */
  parker: 2,
  /** Newest slot of the inbox, plus one; 0 = empty. */
  inbox: 3,
  /** Bits of `ThreadFlag`. */
  flags: 4,
  /** Pool that this thread works for, plus one; 0 = none. */
  pool: 5,
  /** Ident of the thread that started this one. */
  starter: 6,
  /** Index of the starter's entry. */
  starterEntry: 7,
  /** Why it died: an `EndReason`. */
  endReason: 8,
  /** Its exit code, when the reason has one. */
  exitCode: 9,
  /** Number of the thread at the operating system, 0 = not known. Workers only. */
  tid: 10,
  /** 1 = its own code runs: it hears a request to end and can be terminated. */
  begun: 11,
  /** A `Moment`: the earliest deadline of the jobs that it runs; 0 = there is none (`deadlines.ts`). */
  deadline: 12,
  /** Index, plus one, of the loop in which a worker runs async functions; 0 = there is none yet. */
  loop: 13,
  /** Number of its child process at the operating system; 0 = it has none that lives. */
  child: 14,
  /** 1 = it was rung: something has changed that it waits for (`waiting-threads.ts`). */
  rung: 15,
} as const;

export const ThreadStatus = { free: 0, starting: 1, running: 2, ended: 3 } as const;
export const ThreadFlag = { daemon: 1, worker: 2, keeper: 4, hooked: 8 } as const;

/**
 * Why a thread is gone. `exited` is noted by the thread itself, in its exit hook, and `terminated`
 * by who terminates it. Where nothing was noted no hook has run: the thread did not get far enough
 * to set one (`failed`), or it ran out of memory. A job that was condemned is lost by `overrun`,
 * one that all workers of its pool would have waited for by `deadlock`.
 */
export const EndReason = {
  none: 0,
  terminated: 1,
  outOfMemory: 2,
  exited: 3,
  failed: 4,
  overrun: 5,
  deadlock: 6,
} as const;

/**
 * A moment in milliseconds of a clock that all threads have in common, as an odd number modulo 2³²:
 * never 0, and good to compare with moments that are less than 12 days away.
 */
export type Moment = number;
export const momentOf = (ms: number): Moment => ms | 1;
/** Whether `moment` has come. */
export const hasCome = (moment: Moment, now: number): boolean => ((now | 1) - moment) << 0 >= 0;
/** Milliseconds from `now` until `moment`. */
export const until = (moment: Moment, now: number): number => (moment - (now | 1)) << 0;
/** Whether `a` comes before `b`. */
export const isBefore = (a: Moment, b: Moment): boolean => (a - b) << 0 < 0;

export const CHUNKS = 2048;
export const SLOTS_PER_CHUNK = 32;
/** Chunk owner: 0 = free, an ident, or this: its owner is dead, its slots may still be in use. */
export const ORPHAN = -1;

export const LOOPS = 1024;
export const LOOP_WORDS = 2;
export const LOOP = {
  /** Ident of the loop while it is open; 0 = the place is free. */
  ident: 0,
  /** Ident of the thread that it belongs to. */
  thread: 1,
} as const;

export const FUNCTIONS = 4096;
export const FUNCTION_WORDS = 4;

export const PAGE_BYTES = 4096;
export const PAGES = 262_144;
/** The rest has room for a reference to every function, however many payloads there are. */
export const PAGES_FOR_PAYLOADS: number = PAGES - FUNCTIONS;

export const POOLS = 256;
export const RING_ENTRIES = 8192;
export const POOL_HEADER_WORDS = 256;
export const POOL = {
  /** A `PoolStatus`. */
  status: 0,
  /** Ident of this pool, never used twice. */
  ident: 1,
  maxWorkers: 2,
  /** Workers that are starting or alive. Written by the keeper only. */
  workers: 3,
  /** 1 = somebody asks the keeper to look whether this pool needs another worker. */
  wanted: 4,
  /** 1 = a worker that should be woken will be when somebody rests. */
  putOff: 5,
  /** How many jobs a worker has under way at once, at the most. Never changes. */
  concurrency: 6,
  /** So many workers are kept, work or not. */
  minWorkers: 7,
  /** Entry, plus one, of a worker that finds out whether it is one too many; one at a time. */
  leaving: 8,
  /** How many jobs may wait in the queue; 0 = as many as like. */
  maxQueue: 9,
  /** So many workers shall be started, though there is no work; 0 = as many as there is work for. */
  warmUp: 10,
  /** A bit for each level of priority that jobs were ever submitted with, and `URGED`. */
  levels: 11,
  /** A job counts one level higher for each so many milliseconds that it has waited. */
  ageing: 12,
  /** Odd while the keeper adds what a dead worker has done to what the others have (`work-counts.ts`). */
  moves: 13,
  /** How many jobs were cancelled before a worker began them. */
  cancelled: 14,
  /**
   * Next claim and next push. Two cache lines apart from each other and from what is read all the
   * time: nobody can say where in a line the engine lets the memory begin.
   */
  head: 32,
  tail: 64,
  /** 32 words, a bit per entry of the thread table: workers that have nothing to do. */
  idle: 96,
  /** 32 words likewise: those of them that sleep or are about to. */
  asleep: 128,
  /** 32 words likewise: those who let Node turn meanwhile, which may take as long as it likes. */
  turning: 160,
  /** 32 words likewise: those who wait, in a task, for work that is queued. */
  blocked: 192,
  /** 32 words likewise: those who take no job any more, though some may still be under way there. */
  retired: 224,
} as const;
/**
 * So many workers more than `maxWorkers` a pool may have for those that wait for its own queue, and as many
 * for those that are retired.
 */
export const MOST_EXTRA = 32;
export const PoolStatus = { free: 0, open: 1, shutdown: 2, broken: 3 } as const;
/** Levels of priority; the one in the middle has the ring of `RING_ENTRIES`. */
export const LEVELS = 7;
export const LEVEL_ENTRIES = 1024;
/** The ring of another level: head and tail, in lines of their own, and the entries. */
export const LEVEL = { head: 0, tail: 16, entries: 32 } as const;
const LEVEL_WORDS = LEVEL.entries + LEVEL_ENTRIES;
/** In `POOL.levels`: jobs were put in front. Their ring is one like those of the levels, and smaller. */
export const URGED: number = 1 << LEVELS;
export const URGED_ENTRIES = 64;
const URGED_WORDS = LEVEL.entries + URGED_ENTRIES;
const POOL_WORDS = POOL_HEADER_WORDS + RING_ENTRIES + (LEVELS - 1) * LEVEL_WORDS + URGED_WORDS;

export const SLOTS: number = CHUNKS * SLOTS_PER_CHUNK;
export const SLOT_WORDS = 64;
const SLOT_HEADER_WORDS = 12;
const SLOT_TRAILER_WORDS = 4;
export const INLINE_BYTES: number = (SLOT_WORDS - SLOT_HEADER_WORDS - SLOT_TRAILER_WORDS) * 4;
export const SLOT = {
  /** `phase | who << 4`: a `Phase`, and the pool or thread that it speaks of. */
  state: 0,
  /** Entry of the thread to which the outcome goes. */
  owner: 1,
  ownerIdent: 2,
  /** A `Kind`. */
  kind: 3,
  /** Index in the function table. */
  fn: 4,
  /** Bytes of the payload, in the slot itself or in a block of the arena. */
  length: 5,
  /** An `Outcome`. */
  outcome: 6,
  /** Bits of `Payload`. */
  payload: 7,
  /** Block with the arguments: first page plus one (0 = inline); how many pages is `argsPages`. */
  argsPage: 8,
  /** Block with the result, likewise. */
  resultPage: 9,
  /** Detail: target ident of a message, loop of a call, `EndReason` of a lost job. */
  detail: 10,
  /** Means nothing: the owner writes it when the outcome has come (`Mailbox.drain`). */
  touched: 11,
  /** 192 bytes of payload. */
  inline: 12,
  argsPages: 60,
  resultPages: 61,
  /** Serial number of the job; the key under which the keeper carries its payload. */
  serial: 62,
  /** Second detail: exit code of a lost job. */
  detail2: 63,
} as const;

/** From the word that names the block of a payload to the word that says how many pages it has. */
export const TO_PAGES: number = SLOT.argsPages - SLOT.argsPage;

/**
 * The life of a slot. Who may move it on:
 *
 * ```
 *  free ──owner──▶ writing ──owner──▶ queued(pool) ──worker──▶ running(worker) ──worker──▶ done(worker)
 *   ▲                │                   │  │                      │      ▲                   │
 *   │                └─owner──▶ posted(thread)                     │      └─┐                 │
 *   │                                                              ├─keeper─▶ judged(worker)  │
 *   │                                                              │            ▼ keeper      │
 *   │                                                              │        condemned(worker) │
 *   │                                                              ▼            ▼             │
 *   │                                                            lost ◀──keeper─┘             │
 *   └─────────────────── owner, receiver (posted), or keeper when the owner is dead ──────────┘
 * ```
 *
 * The keeper judges a job that is overdue while nobody else can move it (`deadlines.ts`).
 */
export const Phase = {
  free: 0,
  writing: 1,
  queued: 2,
  running: 3,
  done: 4,
  lost: 5,
  posted: 6,
  judged: 7,
  condemned: 8,
} as const;
export const PHASE_BITS = 4;
export const PHASE_MASK: number = (1 << PHASE_BITS) - 1;

/**
 * What a slot is for: a job, a call into a loop, the target of a new thread, an uncaught error, what
 * came of a coroutine that another thread's loop ran, a value of a stream, how many of those were taken, a
 * job for a child process.
 */
export const Kind = {
  job: 0,
  call: 1,
  target: 2,
  threadError: 3,
  reply: 4,
  streamed: 5,
  taken: 6,
  processJob: 7,
} as const;
/**
 * What came of a job: `value` and `error` with that; `broken` with a message and a cause; `overrun`, when
 * it ended after its timeout, with the error that it threw, if it did; `killed`, when its process was ended
 * for that.
 */
export const Outcome = {
  value: 0,
  error: 1,
  cancelled: 2,
  broken: 3,
  overrun: 4,
  killed: 5,
} as const;
export const Payload = {
  /** The keeper carries it. */
  carried: 1,
  /** Before the arguments come the names, and then the values, of context variables. */
  context: 2,
  /** Before all that comes the name of the job. */
  named: 4,
  /** The job has a timeout, or a signal: its control words say more. */
  limited: 8,
  /** Its control words say when it was submitted. */
  timed: 16,
  /** After the name comes what the task is traced by. */
  traced: 32,
  /** The arguments are elements, for each of which the function is called (`map`). */
  chunk: 64,
} as const;

/** Some words for each slot, apart from it: most jobs never touch them. */
const CONTROL_WORDS = 8;
export const CONTROL = {
  /** An `Ask`. */
  asked: 0,
  /** A `Moment`: from then on the keeper ends the thread that runs the job; 0 = never. */
  deadline: 1,
  /** How long it may run, in milliseconds; 0 = as long as it likes. */
  timeout: 2,
  /** How long it may go on after it was asked to end, in milliseconds. */
  grace: 3,
  /** A `Moment`: when it was put into the queue; 0 = not noted. Where jobs have priorities. */
  queuedAt: 4,
  /** When it was submitted: milliseconds modulo 2³², and the microseconds beyond. Where `Payload.timed` says so. */
  submittedMs: 5,
  submittedUs: 6,
  /** How many jobs this one stands for in the statistics, since they are not timed. */
  weight: 7,
} as const;

/** What of a worker, or of all dead workers of a pool, is counted (`work-counts.ts`). */
export const COUNTS_WORDS = 544;
export const COUNTS: Readonly<
  Record<'completed' | 'failed' | 'cancelled' | 'wait' | 'run', number>
> = {
  /** Jobs by how they ended. */
  completed: 0,
  failed: 1,
  cancelled: 2,
  /** Two histograms. */
  wait: 16,
  run: 16 + 264,
};
/** A histogram of times. */
export const HISTOGRAM = {
  /** Their sum: milliseconds, and the microseconds beyond. */
  sumMs: 0,
  sumUs: 1,
  /** The longest, in microseconds; up to 71 minutes. */
  maxUs: 2,
  /** How many there were in each bucket. */
  buckets: 8,
} as const;
export const BUCKETS = 256;

/** What goes on in a worker that has nothing to do (`left-running.ts`): a word for each kind. */
export const LEFT_WORDS = 32;

/** What a running job is asked for: to give up, since nobody wants the result (`cancel`, `abort`). */
export const Ask = { none: 0, cancel: 1, abort: 2 } as const;

const threads = HEADER_WORDS;
const chunks = threads + THREADS * THREAD_WORDS;
const loops = chunks + CHUNKS;
const functions = loops + LOOPS * LOOP_WORDS;
const pages = functions + FUNCTIONS * FUNCTION_WORDS;
const pools = pages + PAGES;
const slots = pools + POOLS * POOL_WORDS;
const links = slots + SLOTS * SLOT_WORDS;
const controls = links + SLOTS;
const counts = controls + SLOTS * CONTROL_WORDS;
/** From the word of a number that is counted to the one with its upper 32 bits. */
export const TO_UPPER: number = (THREADS + POOLS) * COUNTS_WORDS;
const left = counts + 2 * TO_UPPER;

/** Bytes of process memory: about 38 MiB of address space, of which little is ever touched. */
export const MEMORY_BYTES: number = (left + THREADS * LEFT_WORDS) * 4;
/** Bytes up to which the arena may grow. */
export const ARENA_BYTES: number = PAGES * PAGE_BYTES;

/** Word at which the entry of a thread begins. */
export const threadAt = (entry: number): number => threads + entry * THREAD_WORDS;
/** Word that names the owner of a chunk of slots. */
export const chunkAt = (chunk: number): number => chunks + chunk;
/** Word at which the entry of a loop begins. */
export const loopAt = (index: number): number => loops + index * LOOP_WORDS;
/** Word at which the entry of a function begins. */
export const functionAt = (index: number): number => functions + index * FUNCTION_WORDS;
/** Word that names the owner of a page of the arena. */
export const pageAt = (page: number): number => pages + page;
/** Word at which the header of a pool begins; its ring follows. */
export const poolAt = (pool: number): number => pools + pool * POOL_WORDS;
/** Word at which the ring of another level than the middle one begins, counted without that. */
export const levelAt = (pool: number, nth: number): number =>
  poolAt(pool) + POOL_HEADER_WORDS + RING_ENTRIES + nth * LEVEL_WORDS;
/** Word at which the ring of the jobs begins that were put in front. */
export const urgedAt = (pool: number): number => levelAt(pool, LEVELS - 1);
/** Word at which a slot begins. */
export const slotAt = (slot: number): number => slots + slot * SLOT_WORDS;

/** Word of a slot's link to the next older one in the same inbox, plus one; 0 = the last. */
export const linkAt = (slot: number): number => links + slot;

/** Word at which the control words of a slot begin. */
export const controlAt = (slot: number): number => controls + slot * CONTROL_WORDS;

/** Word at which that begins which a worker has counted. */
export const countsOfThread = (entry: number): number => counts + entry * COUNTS_WORDS;
/** Word at which that begins which the dead workers of a pool have counted. */
export const countsOfPool = (pool: number): number => counts + (THREADS + pool) * COUNTS_WORDS;

/** Word at which that begins which goes on in a worker. */
export const leftOfThread = (entry: number): number => left + entry * LEFT_WORDS;

/** The state word of a slot. */
export const slotState = (phase: number, who: number): number => phase | (who << PHASE_BITS);
/** The phase in a state word. */
export const phaseOf = (state: number): number => state & PHASE_MASK;
/** The pool or thread in a state word. */
export const whoOf = (state: number): number => state >>> PHASE_BITS;
