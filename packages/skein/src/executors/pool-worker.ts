/**
 * A worker of a pool: claims jobs from the ring, runs them, sends the outcomes home, and sleeps
 * when there is nothing to do.
 *
 * It works through plain functions without going back to Node's loop in between. It goes back when
 * a job is asynchronous, and once after a run of jobs, so that promises and callbacks they left
 * behind get their turn. Then, if Node has nothing to wait for in this thread, it blocks in
 * `Atomics.wait` until it is woken, which is several times faster than any event; if something was
 * left behind (a timer, a socket), it waits without blocking, and that goes on.
 *
 * Whatever ends the thread from within (`process.exit()`, an uncaught error) first fails the job in
 * hand with the reason. What ends it from outside leaves the job's slot `running`, and the keeper
 * marks it lost.
 */
import { carriedContext } from '../core/context.ts';
import { isAsyncFunction, isCoroutine, isThenable } from '../core/coroutine.ts';
import { RuntimeError } from '../core/exceptions.ts';
import { encodeError } from '../crossing/encode-error.ts';
import { referenceById } from '../crossing/function-table.ts';
import { Part, readPayload, writePayload } from '../crossing/payload.ts';
import { resolveFunction } from '../crossing/resolve-function.ts';
import type { ThisThread } from '../crossing/this-thread.ts';
import { NodeEventLoop } from '../loops/node-event-loop.ts';
import { run } from '../loops/run.ts';
import { compareExchange, load, store } from '../shared/atomics.ts';
import {
  HEADER,
  Outcome,
  Payload,
  Phase,
  POOL,
  PoolStatus,
  RING_ENTRIES,
  SLOT,
  slotAt,
  slotState,
  THREAD,
  threadAt,
} from '../shared/layout.ts';
import { announce, sleep, stayAwake } from '../shared/parking.ts';
import { PoolMemory } from '../shared/pool-table.ts';
import { noteExit, wakeThread } from '../shared/thread-table.ts';
import { isPutOff, mark, unmark, wakeWorker } from '../shared/wake-worker.ts';
import { ownTid } from '../threading/on-cpu.ts';
import { type Initializer, initialize } from './initializer.ts';

/** What a worker finds in `workerData.data`. */
export interface WorkerData {
  readonly pool: number;
  readonly ident: number;
  readonly initializer: Initializer | undefined;
}

type AnyFunction = (...args: unknown[]) => unknown;

function callHere(fn: AnyFunction, args: readonly unknown[]): unknown {
  const result = fn(...args);
  return isCoroutine(result) ? run(result) : result;
}

/** @param payload - the names of context variables, their values, and then the arguments */
function callInContext(fn: AnyFunction, payload: readonly unknown[]): unknown {
  const [names, ...rest] = payload as [readonly string[], ...unknown[]];
  const values = new Map(names.map((name, index) => [name, rest[index]]));
  return carriedContext(values).run(callHere, fn, rest.slice(names.length));
}

/**
 * How often a worker looks for work before it goes to sleep: some 20 µs, for that is what waking it
 * costs. Less, and it sleeps while a submitter reads the results of its last batch.
 */
const SPINS = 1500;
const NO_JOB = -1;

export class PoolWorker {
  readonly #thread: ThisThread;
  readonly #words: Int32Array;
  readonly #pool: PoolMemory;
  readonly #data: WorkerData;
  readonly #running: number;
  readonly #done: number;
  readonly #entry: number;
  readonly #parker: number;
  readonly #functions: (AnyFunction | undefined)[] = [];
  /** Holds the thread while it starts, while a job goes on asynchronously, and while it waits so. */
  readonly #hold = setInterval(() => {}, 0x7fff_ffff);
  #loop: NodeEventLoop | undefined;
  #job: number = NO_JOB;
  #isIdle = false;
  #isRunning = false;
  #isInitializing = false;
  /** Whether jobs were run since Node's loop had its turn. */
  #ranJobs = false;

  constructor(thread: ThisThread, data: WorkerData) {
    const { entry } = thread.address;
    this.#thread = thread;
    this.#entry = entry;
    this.#words = thread.memory.words;
    this.#data = data;
    this.#pool = new PoolMemory(thread.memory, data.pool);
    this.#running = slotState(Phase.running, entry);
    this.#done = slotState(Phase.done, entry);
    this.#parker = threadAt(entry) + THREAD.parker;
    store(this.#words, threadAt(entry) + THREAD.tid, ownTid());
    process.on('uncaughtException', (error) => this.#crash(error));
    process.on('exit', (code) => this.#leave(code));
  }

  /** Calls the initializer, then works until the pool is shut down. */
  async start(): Promise<void> {
    const { initializer } = this.#data;
    if (initializer !== undefined) {
      this.#isInitializing = true;
      try {
        await initialize(this.#thread, initializer);
      } catch (error) {
        this.#break(error);
        process.exit(1);
      }
      this.#isInitializing = false;
    }
    this.#work();
  }

  /** Works until there is nothing to do, or the job in hand has to be waited for. */
  #work(): void {
    this.#hold.unref();
    for (;;) {
      const slot = this.#pool.ring.claim(this.#pool.queued, this.#running);
      if (slot !== NO_JOB) {
        this.#beBusy();
        this.#ranJobs = true;
        if (!this.#begin(slot)) {
          this.#hold.ref(); // also when the job waits for what does not keep a thread alive
          return; // comes back when the job is done
        }
      } else if (!this.#rest()) {
        return; // comes back when Node's loop has turned
      }
    }
  }

  /** Runs a job; false when it goes on asynchronously. */
  #begin(slot: number): boolean {
    this.#job = slot;
    const id = this.#words[slotAt(slot) + SLOT.fn] as number;
    const fn = this.#functions[id];
    if (fn === undefined) {
      void this.#findAndCall(slot, id);
      return false;
    }
    return this.#call(slot, fn);
  }

  #call(slot: number, fn: AnyFunction): boolean {
    let result: unknown;
    try {
      const hasContext = (this.#words[slotAt(slot) + SLOT.payload] as number) & Payload.context;
      const args = readPayload(this.#thread, slot, Part.args);
      result = hasContext === 0 ? callHere(fn, args) : callInContext(fn, args);
    } catch (error) {
      this.#finish(slot, Outcome.error, error);
      return true;
    }
    if (typeof result !== 'object' || !isThenable(result)) {
      this.#finish(slot, Outcome.value, result);
      return true;
    }
    // A promise settles once; what else has a `then` may do as it likes.
    Promise.resolve(result).then(
      (value) => this.#finishLater(slot, Outcome.value, value),
      (error: unknown) => this.#finishLater(slot, Outcome.error, error),
    );
    return false;
  }

  async #findAndCall(slot: number, id: number): Promise<void> {
    try {
      const fn = (await resolveFunction(referenceById(this.#thread, id))) as AnyFunction;
      const call: AnyFunction = isAsyncFunction(fn) ? (...args) => this.#asTask(fn, args) : fn;
      this.#functions[id] = call;
      if (this.#call(slot, call)) this.#work();
    } catch (error) {
      this.#finishLater(slot, Outcome.error, error);
    }
  }

  /** An async function runs as a task of a loop that Node turns, so that Skein's waits work in it. */
  #asTask(fn: AnyFunction, args: unknown[]): PromiseLike<unknown> {
    this.#loop ??= new NodeEventLoop();
    return this.#loop.runUntilComplete(async () => fn(...args));
  }

  #finishLater(slot: number, outcome: number, value: unknown): void {
    this.#finish(slot, outcome, value);
    this.#work();
  }

  /** Writes the outcome into the slot and sends it home. */
  #finish(slot: number, outcome: number, value: unknown): void {
    if (this.#job !== slot) return; // failed already: the thread is on its way out
    this.#job = NO_JOB;
    const { mailbox } = this.#thread;
    const at = slotAt(slot);
    try {
      const payload = outcome === Outcome.error ? encodeError(value) : value;
      this.#words[at + SLOT.outcome] = outcome;
      writePayload(this.#thread, slot, Part.result, [payload], () => 'the result');
    } catch (error) {
      this.#words[at + SLOT.outcome] = Outcome.error;
      writePayload(this.#thread, slot, Part.result, [encodeError(error)], () => 'the error');
    }
    this.#deliver(slot, at);
    // Submitters hold work back: they try again when the ring is half empty.
    if (mailbox.isRoomWanted && this.#pool.ring.size <= RING_ENTRIES / 2) mailbox.tellOfRoom();
    mailbox.drain();
  }

  #deliver(slot: number, at: number): void {
    store(this.#words, at + SLOT.state, this.#done);
    if (this.#thread.mailbox.deliver(slot)) return;
    // The thread that asked is gone: the outcome is nobody's.
    if (compareExchange(this.#words, at + SLOT.state, this.#done, this.#running) !== this.#done) {
      return;
    }
    this.#thread.mailbox.discard(slot);
  }

  /** Waits for work; false when Node's loop has to turn first, which then comes back to `#work`. */
  #rest(): boolean {
    this.#beIdle();
    if (this.#pool.status !== PoolStatus.open && !this.#pool.ring.hasWork) process.exit(0);
    if (this.#ranJobs) {
      this.#ranJobs = false;
      this.#letNodeTurn();
      return false;
    }
    for (let spin = 0; spin < SPINS; spin++) if (this.#pool.ring.hasWork) return true;
    if (process.getActiveResourcesInfo().length > 0) {
      this.#restAlongside();
      return false;
    }
    this.#thread.mailbox.rest();
    mark(this.#words, this.#pool, POOL.asleep, this.#entry);
    announce(this.#words, this.#parker);
    const isWanted = this.#pool.ring.hasWork || this.#pool.status !== PoolStatus.open;
    if (isWanted || this.#thread.mailbox.hasMail) stayAwake(this.#words, this.#parker);
    else sleep(this.#words, this.#parker, Infinity);
    this.#thread.mailbox.duty?.();
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    this.#thread.mailbox.drain();
    return true;
  }

  #letNodeTurn(): void {
    mark(this.#words, this.#pool, POOL.turning, this.#entry);
    setImmediate(() => {
      unmark(this.#words, this.#pool, POOL.turning, this.#entry);
      this.#work();
    });
  }

  /** Something was left behind here: wait for work while that goes on. */
  #restAlongside(): void {
    const { mailbox } = this.#thread;
    this.#hold.ref();
    mark(this.#words, this.#pool, POOL.turning, this.#entry);
    mark(this.#words, this.#pool, POOL.asleep, this.#entry);
    mailbox.lookAround = () => {
      if (!this.#pool.ring.hasWork && this.#pool.status === PoolStatus.open) return;
      mailbox.lookAround = undefined;
      unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
      this.#letNodeTurn();
    };
    mailbox.listen();
  }

  #beIdle(): void {
    if (this.#isIdle) return;
    this.#isIdle = true;
    mark(this.#words, this.#pool, POOL.idle, this.#entry);
    this.#hasStarted();
    const root = this.#thread.root.address.entry;
    if (load(this.#words, HEADER.leaving) === 1) wakeThread(this.#words, root);
  }

  #beBusy(): void {
    this.#hasStarted();
    if (!this.#isIdle) return;
    this.#isIdle = false;
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    const { memory } = this.#thread;
    if (this.#pool.ring.hasWork && !isPutOff(memory, this.#pool)) wakeWorker(memory, this.#pool);
  }

  /** Until it has claimed or looked in vain, a worker is on its way to the work that is queued. */
  #hasStarted(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#thread.hasStarted();
  }

  /** The initializer has failed: no task of this pool can be done (CPython's rule 74). */
  #break(cause: unknown): void {
    this.#isInitializing = false;
    console.error('Exception in initializer:', cause);
    compareExchange(this.#words, this.#pool.at + POOL.status, PoolStatus.open, PoolStatus.broken);
    for (;;) {
      const slot = this.#pool.ring.claim(this.#pool.queued, this.#running);
      if (slot === NO_JOB) break;
      this.#job = slot;
      this.#finishBroken(
        'A thread initializer failed, the thread pool is not usable anymore',
        cause,
      );
    }
  }

  #crash(error: unknown): void {
    if (this.#isInitializing) this.#break(error);
    else if (this.#job === NO_JOB)
      console.error(`Exception in thread ${this.#thread.name}:`, error);
    else this.#finishBroken('An error was thrown in the thread outside of the task itself', error);
    process.exit(1);
  }

  #leave(code: number): void {
    noteExit(this.#words, this.#thread.address, code);
    if (this.#isInitializing)
      this.#break(new RuntimeError(`It ended its thread by process.exit(${code})`));
    if (this.#job !== NO_JOB) {
      this.#finishBroken(`The task ended its thread by process.exit(${code})`, undefined);
    }
    unmark(this.#words, this.#pool, POOL.idle, this.#entry);
    unmark(this.#words, this.#pool, POOL.asleep, this.#entry);
    unmark(this.#words, this.#pool, POOL.turning, this.#entry);
  }

  #finishBroken(message: string, cause: unknown): void {
    const slot = this.#job;
    this.#job = NO_JOB;
    const at = slotAt(slot);
    const payload = [message, cause === undefined ? undefined : encodeError(cause)];
    this.#words[at + SLOT.outcome] = Outcome.broken;
    writePayload(this.#thread, slot, Part.result, [payload], () => 'the error');
    this.#deliver(slot, at);
  }
}
