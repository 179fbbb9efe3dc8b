import { CancelledError } from '../core/exceptions.ts';
import { getRunningLoop } from '../core/running-loop.ts';
import type { Coroutine } from '../core/coroutine.ts';
import { currentTask } from '../core/current-task.ts';
import { askedOf } from '../shared/deadlines.ts';
import { Ask } from '../shared/layout.ts';
import type { CurrentJob } from './current-job.ts';

/** What a job is given up by: a task of a loop. */
interface Cancellable {
  cancel(message?: string): boolean;
}

/** A job in the hands of a worker: what its function sees of it, and what the worker does. */
export class RunningJob implements CurrentJob {
  readonly slot: number;
  readonly #words: Int32Array;
  #name: string;
  /** When its time is over, in milliseconds of this thread's clock. */
  #endsAt: number = Infinity;
  #isCancelled: boolean = false;
  /** Whether it has submitted something to the pool that does it. */
  isParent: boolean = false;
  /** Whether its outcome is on its way home. */
  isOver: boolean = false;
  #task: Cancellable | null = null;
  #controller: AbortController | null = null;
  #timer: NodeJS.Timeout | null = null;
  /** How long it may go on when it was asked to end by its time or its signal, in milliseconds. */
  #graceMs: number = 0;
  readonly #onGraceOver: ((job: RunningJob) => void) | null;

  /**
   * @param onGraceOver - called when it goes on after its grace, if Node's timers come to it
   */
  constructor(
    words: Int32Array,
    slot: number,
    name: string,
    onGraceOver: ((job: RunningJob) => void) | null,
  ) {
    this.#words = words;
    this.slot = slot;
    this.#name = name;
    this.#onGraceOver = onGraceOver;
  }

  /**
   * Its function is called now.
   *
   * @param timeoutMs - 0 = it may run as long as it likes
   * @param graceMs - how long it may go on when it was asked to end by its time or its signal
   */
  begin(name: string, timeoutMs: number, graceMs: number): void {
    this.#name = name;
    if (timeoutMs > 0) this.#endsAt = performance.now() + timeoutMs;
    this.#graceMs = graceMs;
  }

  get name(): string {
    return this.#name;
  }

  get cancelled(): boolean {
    this.tell();
    return this.#isCancelled;
  }

  throwIfCancelled(): void {
    if (this.cancelled) throw this.#reason();
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.cancelled) this.#controller.abort(this.#reason());
      else this.#setTimer();
    }
    return this.#controller.signal;
  }

  get timeLeft(): number {
    return Math.max(0, this.#endsAt - performance.now());
  }

  /** Whether somebody has asked it to end. */
  get isAsked(): boolean {
    return askedOf(this.#words, this.slot) !== Ask.none;
  }

  /** Whether it has run longer than it may. */
  get isOverrun(): boolean {
    return this.#endsAt !== Infinity && performance.now() >= this.#endsAt;
  }

  /** Has the task that drives its function cancelled when it shall end. */
  follow(task: Cancellable): void {
    this.#task = task;
    if (this.cancelled) task.cancel(this.#why());
    else this.#setTimer();
  }

  /** Runs its coroutine in a loop that blocks this thread, whose timers Node's do not reach. */
  *driving<T>(coroutine: Coroutine<T>): Coroutine<T> {
    this.#task = currentTask();
    if (this.#endsAt !== Infinity) {
      const loop = getRunningLoop();
      const look = (): void => {
        this.tell();
        if (!this.#isCancelled) loop.callLater(this.timeLeft, look);
      };
      loop.callLater(this.timeLeft, look);
    }
    return yield* coroutine;
  }

  /** Looks whether it shall end, and if so tells those who wait to be told, once; says whether it did. */
  tell(): boolean {
    if (this.#isCancelled || this.isOver || !(this.isAsked || this.isOverrun)) return false;
    this.#isCancelled = true;
    this.#controller?.abort(this.#reason());
    this.#task?.cancel(this.#why());
    if (this.#onGraceOver !== null && (this.isOverrun || this.#isAborted)) {
      clearTimeout(this.#timer ?? undefined);
      this.#timer = setTimeout(() => this.#onGraceOver?.(this), this.#graceMs);
    }
    return true;
  }

  /** It is done: from now on nothing changes. */
  end(): void {
    this.isOver = true;
    this.#task = null;
    if (this.#timer !== null) clearTimeout(this.#timer);
  }

  get #isAborted(): boolean {
    return askedOf(this.#words, this.slot) === Ask.abort;
  }

  #setTimer(): void {
    if (this.#timer !== null || this.#endsAt === Infinity) return;
    const look = (): void => {
      this.#timer = null;
      this.tell();
      if (!this.#isCancelled && !this.isOver) this.#setTimer(); // Node's timers may be early
    };
    this.#timer = setTimeout(look, Math.ceil(this.timeLeft)).unref();
  }

  #why(): string {
    const why = this.isAsked ? 'its future was cancelled' : 'its time is over';
    return `the task '${this.#name}' shall end: ${why}`;
  }

  #reason(): CancelledError {
    return new CancelledError(this.#why());
  }
}
