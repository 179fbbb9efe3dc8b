/**
 * Runs every interleaving of a small concurrent program.
 *
 * A model is some words of memory and a few threads, each a list of calls. The state of a thread is
 * how many of its calls are over and with what results, and the log of the call that is under way
 * (see scheduled-atomics.ts). From a state, each thread that can go on may take the next step, and
 * each that may die may be gone for ever. Depth first; a state that was met before, by whatever way,
 * is not explored again.
 *
 * Where the whole is too large, the number of preemptions is bounded: how often a thread that could
 * go on has to stand back for another. Most faults need two or three.
 *
 * @see Musuvathi and Qadeer, "Iterative context bounding for systematic testing of multithreaded
 *   programs", PLDI 2007
 */
import { type Operation, runTurn, type Turn } from './scheduled-atomics.ts';

/** What a call gives back: plain data, small. */
export type Result = number | boolean | readonly number[];

export interface Call {
  readonly name: string;
  /** Given the results of the calls before it. Nothing else may be remembered between two calls. */
  readonly run: (results: readonly Result[]) => Result;
  /** The call does not begin before this is true. */
  readonly when?: (view: View) => boolean;
}

export interface ThreadModel {
  readonly name: string;
  readonly calls: readonly Call[];
  readonly mayDie?: boolean;
}

export interface Model {
  readonly words: number;
  readonly begin?: (memory: Int32Array) => void;
  /** Words that no thread ever writes; reading them is no step. Checked. Default: none. */
  readonly isConstant?: (at: number) => boolean;
  readonly threads: readonly ThreadModel[];
  /** A call with more operations than this is taken for one that never ends. Default 60. */
  readonly longestCall?: number;
  /** How many threads may die altogether. Default 0. */
  readonly deaths?: number;
  /** A sleeper may wake by time-out when this is true, a few times. Default: never. */
  readonly mayTimeOut?: (view: View) => boolean;
  /** Follows what happens; may note it in `view.notes`; returns what is wrong with it. */
  readonly observe?: (event: Event, view: View) => string | undefined;
  /** Says what is wrong with a state in which nobody can go on. */
  readonly atEnd: (view: View) => string | undefined;
  /** Names of words, for people. */
  readonly nameOf?: (at: number) => string;
}

export type Event =
  | { readonly type: 'begin'; readonly thread: number; readonly call: number }
  | {
      readonly type: 'operation';
      readonly thread: number;
      readonly call: number;
      readonly operation: Operation;
    }
  | {
      readonly type: 'end';
      readonly thread: number;
      readonly call: number;
      readonly result: Result;
    };

/** A state, to look at. */
export interface View {
  readonly memory: Int32Array;
  readonly threads: readonly ThreadState[];
  /** What `observe` remembers; part of the state. */
  readonly notes: number[];
}

export const Status = { ready: 0, asleep: 1, done: 2, dead: 3 } as const;

export interface ThreadState {
  readonly status: number;
  /** Index of the call that is under way or comes next. */
  readonly call: number;
  readonly results: readonly Result[];
  readonly log: readonly number[];
  readonly asleepAt: number;
  /** Results and log as text. */
  readonly key: string;
}

interface State extends View {
  readonly deaths: number;
  readonly timeOuts: number;
  readonly last: number;
  readonly preemptions: number;
}

/** What was explored. */
export interface Explored {
  readonly states: number;
  readonly interleavings: number;
}

/** A schedule after which something was wrong. */
export class ModelFailure extends Error {
  override readonly name = 'ModelFailure';
  readonly complaint: string;
  readonly schedule: string;

  constructor(complaint: string, schedule: string) {
    super(`${complaint}\n${schedule}`);
    this.complaint = complaint;
    this.schedule = schedule;
  }
}

const LONGEST_CALL = 60;
/** Time-outs in one schedule: enough for a sleeper that is helped by them, not an endless loop. */
const MOST_TIME_OUTS = 3;

/**
 * Explores a model.
 *
 * @param preemptions - the most that a schedule may have; Infinity explores everything
 * @throws {ModelFailure} with the schedule, at the first state in which something is wrong
 */
export function explore(model: Model, preemptions: number = Infinity): Explored {
  return new Explorer(model, preemptions).run();
}

class Explorer {
  readonly #model: Model;
  readonly #bound: number;
  /** Interleavings from here on, by state. */
  readonly #known = new Map<string, number>();
  /** Words that were ever written: the others are as they were in the beginning. */
  readonly #written: number[] = [];
  readonly #isWritten: boolean[] = [];
  /** How the state was reached; lines that tell of operations are written when they are needed. */
  readonly #path: (() => string)[] = [];

  constructor(model: Model, bound: number) {
    this.#model = model;
    this.#bound = bound;
  }

  run(): Explored {
    const memory = new Int32Array(this.#model.words);
    this.#model.begin?.(memory);
    const threads = this.#model.threads.map(({ calls }): ThreadState => ({
      status: calls.length > 0 ? Status.ready : Status.done,
      call: 0,
      results: [],
      log: [],
      asleepAt: -1,
      key: '',
    }));
    const start = { memory, threads, notes: [], deaths: 0, timeOuts: 0, last: -1, preemptions: 0 };
    const interleavings = this.#explore(start);
    return { states: this.#known.size, interleavings };
  }

  #explore(state: State): number {
    const key = this.#keyOf(state);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    let count = 0;
    let isEnd = true;
    const { last, threads } = state;
    const lastGoesOn = last >= 0 && this.#canStep(state, last);
    for (let index = 0; index < threads.length; index++) {
      if (!this.#canStep(state, index)) continue;
      isEnd = false;
      const used = state.preemptions + (lastGoesOn && index !== last ? 1 : 0);
      if (used > this.#bound) continue;
      count += this.#follow(this.#step(state, index, used));
    }
    for (let index = 0; index < threads.length; index++) {
      if (threads[index]?.status !== Status.asleep || state.timeOuts >= MOST_TIME_OUTS) continue;
      if (!this.#model.mayTimeOut?.(state)) continue;
      isEnd = false;
      this.#path.push(() => `${this.#nameOf(index)}: wakes by time-out`);
      count += this.#follow(this.#wakeUp(state, index));
    }
    if (isEnd) {
      const complaint = this.#model.atEnd(state);
      if (complaint !== undefined) this.#fail(complaint);
      count += 1;
    }
    for (let index = 0; index < threads.length; index++) {
      if (!this.#mayDie(state, index)) continue;
      this.#path.push(() => `${this.#nameOf(index)}: dies`);
      count += this.#follow(this.#kill(state, index));
    }
    this.#known.set(key, count);
    return count;
  }

  #follow(next: State): number {
    const count = this.#explore(next);
    this.#path.pop();
    return count;
  }

  #canStep(state: State, index: number): boolean {
    const thread = state.threads[index] as ThreadState;
    if (thread.status !== Status.ready) return false;
    if (thread.log.length > 0) return true;
    const when = this.#model.threads[index]?.calls[thread.call]?.when;
    return when === undefined || when(state);
  }

  #mayDie(state: State, index: number): boolean {
    if (state.deaths >= (this.#model.deaths ?? 0)) return false;
    if (this.#model.threads[index]?.mayDie !== true) return false;
    return state.threads[index]?.status !== Status.dead;
  }

  #step(state: State, index: number, preemptions: number): State {
    const thread = state.threads[index] as ThreadState;
    const call = this.#model.threads[index]?.calls[thread.call] as Call;
    const memory = state.memory.slice();
    const threads = state.threads.slice();
    const next: State = {
      memory,
      threads,
      notes: state.notes.slice(),
      deaths: state.deaths,
      timeOuts: state.timeOuts,
      last: index,
      preemptions,
    };
    const turn: Turn = {
      memory,
      log: thread.log.slice(),
      position: 0,
      done: undefined,
      isAsleep: false,
      isConstant: this.#model.isConstant ?? never,
      sleepers: (at) => threads.filter((each) => each.asleepAt === at).length,
    };
    let result: Result | undefined;
    const isOver = runTurn(turn, () => {
      result = call.run(thread.results);
    });
    this.#path.push(this.#lineFor(index, call, turn, isOver ? result : undefined));
    if (turn.log.length > (this.#model.longestCall ?? LONGEST_CALL))
      this.#fail(`'${call.name}' does not end`);
    if (turn.done !== undefined) this.#noteWrite(turn.done);
    if (thread.log.length === 0)
      this.#observe({ type: 'begin', thread: index, call: thread.call }, next);
    if (turn.done !== undefined) {
      const operation = turn.done;
      this.#observe({ type: 'operation', thread: index, call: thread.call, operation }, next);
    }
    threads[index] = isOver
      ? this.#afterCall(index, thread, result as Result)
      : this.#inCall(thread, turn);
    if (turn.done?.name === 'notify') this.#wakeAll(threads, turn.done.at);
    if (isOver) {
      this.#observe(
        { type: 'end', thread: index, call: thread.call, result: result as Result },
        next,
      );
    }
    return next;
  }

  #afterCall(index: number, thread: ThreadState, result: Result): ThreadState {
    const call = thread.call + 1;
    const isDone = call === this.#model.threads[index]?.calls.length;
    return {
      status: isDone ? Status.done : Status.ready,
      call,
      results: [...thread.results, result],
      log: [],
      asleepAt: -1,
      key: `${thread.key.split(';')[0]}/${String(result)};`,
    };
  }

  #inCall(thread: ThreadState, turn: Turn): ThreadState {
    const { log, done, isAsleep } = turn;
    const key = thread.key.includes(';') ? thread.key : `${thread.key};`;
    if (isAsleep) {
      return { ...thread, status: Status.asleep, log, asleepAt: done?.at ?? -1, key: `${key}z` };
    }
    return { ...thread, log, key: `${key},${log.at(-1)}` };
  }

  #wakeAll(threads: ThreadState[], at: number): void {
    for (const [index, thread] of threads.entries()) {
      if (thread.asleepAt === at) threads[index] = woken(thread, 0);
    }
  }

  #wakeUp(state: State, index: number): State {
    const threads = state.threads.slice();
    threads[index] = woken(threads[index] as ThreadState, 2);
    return { ...state, threads, last: index, timeOuts: state.timeOuts + 1 };
  }

  #kill(state: State, index: number): State {
    const threads = state.threads.slice();
    threads[index] = { ...(threads[index] as ThreadState), status: Status.dead, asleepAt: -1 };
    return { ...state, threads, deaths: state.deaths + 1, last: -1 };
  }

  #observe(event: Event, view: View): void {
    const complaint = this.#model.observe?.(event, view);
    if (complaint !== undefined) this.#fail(complaint);
  }

  #noteWrite({ at, before, after }: Operation): void {
    if (before === after || this.#isWritten[at]) return;
    this.#isWritten[at] = true;
    this.#written.push(at);
  }

  #keyOf(state: State): string {
    let key = '';
    for (const at of this.#written) key += `${state.memory[at]} `;
    key += `|${state.notes.join(' ')}`;
    for (const thread of state.threads) key += `|${thread.status}${thread.key}`;
    return this.#bound === Infinity ? key : `${key}|${state.last} ${state.preemptions}`;
  }

  #nameOf(index: number): string {
    return this.#model.threads[index]?.name ?? `thread ${index}`;
  }

  /** The line of the schedule that a step was. */
  #lineFor(index: number, call: Call, turn: Turn, result: Result | undefined): () => string {
    const { done, isAsleep } = turn;
    const where = (at: number): string => this.#model.nameOf?.(at) ?? `word ${at}`;
    return () => {
      let line = `${this.#nameOf(index)}: ${call.name}`;
      if (done !== undefined) {
        const operands = [where(done.at), ...done.operands.map(shown)].join(', ');
        line += `  ${done.name}(${operands}) → ${isAsleep ? 'sleeps' : shown(done.result)}`;
      }
      return result === undefined ? line : `${line}   = ${String(result)}`;
    };
  }

  #fail(complaint: string): never {
    throw new ModelFailure(complaint, this.#path.map((line) => `    ${line()}`).join('\n'));
  }
}

/** The same call several times in a row. */
export const repeat = (call: Call, times: number): Call[] =>
  Array.from({ length: times }, () => call);

const never = (): boolean => false;

function woken(thread: ThreadState, answer: number): ThreadState {
  const log = [...thread.log, answer];
  return { ...thread, status: Status.ready, log, asleepAt: -1, key: `${thread.key},${answer}` };
}

const shown = (value: number): string =>
  value >= -1024 && value < 65_536 ? `${value}` : `0x${(value >>> 0).toString(16)}`;
