import type { Coroutine } from '../core/coroutine.ts';
import { currentTask } from '../core/current-task.ts';
import { CancelledError } from '../core/exceptions.ts';
import { getRunningLoop } from '../core/running-loop.ts';
import { askedOf } from '../shared/deadlines.ts';
import { Ask } from '../shared/layout.ts';
import type { CurrentJob } from './current-job.ts';
import type { TraceHeaders } from './trace-context.ts';

/** What a job is given up by: a task of a loop. */
interface Cancellable {
  cancel(message?: string): boolean;
}

/** How often a coroutine that blocks its child process looks whether it shall end, in milliseconds. */
const LOOK_MS = 10;
let lookOutside: (() => void) | null = null;

/**
 * In a child process nobody else can write into its memory that a job shall end: before a job looks
 * there, it has `look` see whether such a message has come.
 */
export function setLookOutside(look: () => void): void {
  lookOutside = look;
}

/** How long a job may run. */
export interface JobLimits {
  /** When its time is over, in milliseconds of this thread's clock. */
  readonly endsAt: number;
  /** How long it may go on when it was asked to end by its time or its signal, in milliseconds. */
  readonly graceMs: number;
  /** Called when it goes on after that, if Node's timers come to it. */
  readonly onGraceOver: ((job: RunningJob) => void) | null;
}

/** How it comes into the statistics. */
interface JobTiming {
  /** When it began, in milliseconds of the clock that all threads have in common. */
  readonly begunAt: number;
  /** How many jobs it stands for. */
  readonly weight: number;
}

/** Who is told when it shall end. */
interface Listeners {
  task: Cancellable | null;
  controller: AbortController | null;
  timer: NodeJS.Timeout | null;
}

/**
 * A job in the hands of a worker: what its function sees of it, and what the worker does. There is one for
 * each task, however small, so what most of them never need is made when it is needed.
 */
export class RunningJob implements CurrentJob {
  readonly slot: number;
  /** Whether its outcome is on its way home. */
  isOver: boolean = false;
  /** Whether it has submitted something to the pool that does it. */
  isParent: boolean = false;
  /** The name that it was submitted under; null = that of its function. */
  givenName: string | null = null;
  limits: JobLimits | null = null;
  /** The trace that it belongs to. */
  trace: TraceHeaders | null = null;
  /** Null = it is not timed. */
  timing: JobTiming | null = null;
  /** Of those on the stack: the one that waits for this one. */
  below: RunningJob | null = null;
  /** What it calls; a name without more while that is looked for. */
  fn: Function;
  readonly #words: Int32Array;
  #isCancelled: boolean = false;
  /** Whether its grace has begun. */
  #hasGrace: boolean = false;
  #listeners: Listeners | null = null;

  constructor(words: Int32Array, slot: number, fn: Function) {
    this.#words = words;
    this.slot = slot;
    this.fn = fn;
  }

  get name(): string {
    return this.givenName ?? this.fn.name;
  }

  get cancelled(): boolean {
    this.tell();
    return this.#isCancelled;
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw this.#reason();
  }

  get signal(): AbortSignal {
    const listeners = this.#listen();
    if (listeners.controller === null) {
      listeners.controller = new AbortController();
      if (this.cancelled) listeners.controller.abort(this.#reason());
      this.watchTime();
    }
    return listeners.controller.signal;
  }

  get timeLeft(): number {
    return this.limits === null ? Infinity : Math.max(0, this.limits.endsAt - performance.now());
  }

  /** Whether somebody has asked it to end. */
  get isAsked(): boolean {
    lookOutside?.();
    return askedOf(this.#words, this.slot) !== Ask.none;
  }

  /** Whether it has run longer than it may. */
  get isOverrun(): boolean {
    return this.timeLeft === 0;
  }

  /** Has the task that drives its function cancelled when it shall end. */
  follow(task: Cancellable): void {
    this.#listen().task = task;
    if (this.cancelled) task.cancel(this.#why());
    this.watchTime();
  }

  /** It goes on asynchronously: Node's timers come to it, and it hears when its time is over. */
  watchTime(): void {
    if (this.timeLeft !== Infinity) this.#setTimer();
  }

  /** Runs its coroutine in a loop that blocks this thread, whose timers Node's do not reach. */
  *driving<T>(coroutine: Coroutine<T>): Coroutine<T> {
    this.#listen().task = currentTask();
    const most = lookOutside === null ? Infinity : LOOK_MS;
    if (Math.min(this.timeLeft, most) !== Infinity) {
      const loop = getRunningLoop();
      const lookLater = (): void => void loop.callLater(Math.min(this.timeLeft, most), look);
      const look = (): void => {
        this.tell();
        if (!this.#isCancelled) lookLater();
      };
      lookLater();
    }
    return yield* coroutine;
  }

  /** Looks whether it shall end, and if so tells those who wait to be told, once; says whether it did. */
  tell(): boolean {
    if (this.isOver || !(this.isAsked || this.isOverrun)) return false;
    const isNews = !this.#isCancelled;
    if (isNews) {
      this.#isCancelled = true;
      this.#listeners?.controller?.abort(this.#reason());
      this.#listeners?.task?.cancel(this.#why());
    }
    this.#beginGrace(); // one that was only cancelled may have longer
    return isNews;
  }

  /** It is done: from now on nothing changes. */
  end(): void {
    this.isOver = true;
    if (this.#listeners === null) return;
    this.#listeners.task = null;
    clearTimeout(this.#listeners.timer ?? undefined);
  }

  #listen(): Listeners {
    return (this.#listeners ??= { task: null, controller: null, timer: null });
  }

  #setTimer(): void {
    const listeners = this.#listen();
    if (listeners.timer !== null) return;
    const look = (): void => {
      listeners.timer = null;
      const isLate = this.isOverrun; // looked at once: a moment later it may be so, and nobody was told
      this.tell();
      if (!this.isOver && !isLate) this.#setTimer(); // Node's timers may be early
    };
    listeners.timer = setTimeout(look, Math.ceil(this.timeLeft)).unref();
  }

  #beginGrace(): void {
    const { limits } = this;
    if (limits === null || limits.onGraceOver === null || this.#hasGrace) return;
    if (!this.isOverrun && askedOf(this.#words, this.slot) !== Ask.abort) return;
    this.#hasGrace = true;
    const listeners = this.#listen();
    clearTimeout(listeners.timer ?? undefined);
    listeners.timer = setTimeout(() => limits.onGraceOver?.(this), limits.graceMs);
  }

  #why(): string {
    const why = this.isAsked ? 'its future was cancelled' : 'its time is over';
    return `the task '${this.name}' shall end: ${why}`;
  }

  #reason(): CancelledError {
    return new CancelledError(this.#why());
  }
}
