import { Random } from '../stress/random.ts';
import {
  type Body,
  type Caught,
  type Child,
  type Features,
  FUTURES,
  type Program,
  type Statement,
  type When,
} from './program.ts';

/*
 * A program is grown from a seed: bodies of one to four statements, nested up to four deep, at most
 * eight tasks beside the main one. Sleeps are short whole numbers, so that many moments fall together
 * and the order within one moment matters. Most programs use a few of the statements only, and these
 * often: what two of them do to each other is met sooner than among all of them (swarm testing: Groce
 * and others, 2012).
 */

const MOST_TASKS = 8;
const DEEPEST = 4;

/** How often each statement is chosen, relative to the others. */
const WEIGHTS = {
  mark: 2,
  sleep: 20,
  raise: 4,
  raiseCancelled: 1,
  spawn: 18,
  cancel: 16,
  cancelLater: 6,
  await: 12,
  waitForTask: 4,
  asCompleted: 3,
  gatherTasks: 4,
  shield: 4,
  wait: 4,
  waitFor: 4,
  gather: 6,
  shieldNew: 2,
  spawnInGroup: 3,
  group: 8,
  timeout: 10,
  reschedule: 3,
  try: 10,
  lock: 8,
  semaphore: 4,
  put: 6,
  putNowait: 3,
  get: 6,
  getNowait: 3,
  taskDone: 3,
  join: 2,
  setEvent: 4,
  clearEvent: 2,
  waitEvent: 4,
  waitCondition: 4,
  notify: 4,
  notifyAll: 2,
  releaseLock: 2,
  releaseSemaphore: 2,
  waitBarrier: 4,
  resetBarrier: 1,
  abortBarrier: 1,
  shutdown: 1,
  awaitFuture: 6,
  setResult: 3,
  setException: 2,
  cancelFuture: 2,
  cancelling: 4,
  uncancel: 4,
  job: 2,
} as const;

type Op = keyof typeof WEIGHTS;

const NESTING: ReadonlySet<Op> = new Set<Op>([
  'spawn',
  'waitFor',
  'gather',
  'shieldNew',
  'spawnInGroup',
  'group',
  'timeout',
  'try',
  'lock',
  'semaphore',
]);
const MAKING_TASKS: ReadonlySet<Op> = new Set<Op>([
  'spawn',
  'waitFor',
  'gather',
  'shieldNew',
  'spawnInGroup',
  'group',
]);

const WAITING_FOR_TASKS: ReadonlySet<Op> = new Set<Op>([
  'await',
  'shield',
  'wait',
  'waitForTask',
  'asCompleted',
  'gatherTasks',
]);

const ALWAYS: ReadonlySet<Op> = new Set<Op>(['sleep', 'spawn', 'cancel', 'try', 'raise']);

/** What a version of Python does in another way than the newest. */
const NEEDS: { readonly [op in Op]?: keyof Features } = {
  waitFor: 'waitFor',
  waitForTask: 'waitFor',
  gatherTasks: 'gatherDone',
  waitCondition: 'condition',
  notify: 'condition',
  notifyAll: 'condition',
  uncancel: 'selfCancel',
  shutdown: 'shutdown',
};

/** The program of a seed. */
export function generate(seed: number, features: Features): Program {
  return { main: new Generator(seed, features).body(0, 0, 4, 10) };
}

class Generator {
  readonly #random: Random;
  readonly #ops: readonly Op[];
  /**
   * Whether cancellations have messages. Then there is no `gather`: cancelled itself, that ends in
   * asyncio with the message of its last child, whoever cancelled that.
   */
  readonly #hasMessages: boolean;
  #statements: number = 0;
  #tasks: number = 0;

  constructor(seed: number, features: Features) {
    this.#random = new Random(seed);
    this.#hasMessages = this.#random.oneIn(4);
    const isKnown = (op: Op): boolean => {
      if (this.#hasMessages && (op === 'gather' || op === 'gatherTasks')) return false;
      const needed = NEEDS[op];
      return needed === undefined || features[needed];
    };
    const isRich = this.#random.oneIn(3);
    const isChosen = (op: Op): boolean => isRich || ALWAYS.has(op) || this.#random.oneIn(3);
    this.#ops = Object.entries(WEIGHTS)
      .filter(([op]) => isKnown(op as Op) && isChosen(op as Op))
      .flatMap(([op, weight]) => Array.from({ length: weight }, () => op as Op));
    this.#features = features;
  }

  readonly #features: Features;

  /** @param self - the task that runs the body */
  body(self: number, depth: number, least: number = 1, most: number = 4): Body {
    const length = least + this.#random.below(most - least + 1);
    return Array.from({ length }, () => this.#statement(self, depth));
  }

  #statement(self: number, depth: number): Statement {
    const n = ++this.#statements;
    const random = this.#random;
    const op = this.#op(self, depth);
    switch (op) {
      case 'sleep':
        return { n, op, ms: random.below(6) };
      case 'spawn':
      case 'shieldNew':
      case 'spawnInGroup':
        return { n, op, child: this.#child(depth) };
      case 'cancel': {
        const id = this.#other(self);
        return { n, op, id, message: this.#hasMessages ? `m${n}` : null };
      }
      case 'uncancel':
        return { n, op, id: random.oneIn(2) ? self : this.#other(self) };
      case 'job':
        return { n, op, running: random.oneIn(2) };
      case 'cancelLater':
        return { n, op, id: this.#other(self), ms: this.#limit() };
      case 'await':
      case 'shield':
        return { n, op, id: this.#later(self) };
      case 'wait': {
        const when = random.pick<When>(['first', 'exception', 'all']);
        return { n, op, ids: this.#laterTwo(self), ms: this.#limit(), when };
      }
      case 'waitForTask':
        return { n, op, id: this.#later(self), ms: this.#limit() };
      case 'asCompleted':
        return { n, op, ids: this.#laterTwo(self), ms: this.#limit() };
      case 'gatherTasks':
        return { n, op, ids: this.#laterTwo(self), returnExceptions: random.oneIn(2) };
      case 'waitFor':
        return { n, op, child: this.#child(depth), ms: random.below(8) };
      case 'gather':
        return { n, op, children: this.#children(depth), returnExceptions: random.oneIn(2) };
      case 'group':
        return { n, op, children: this.#children(depth), body: this.body(self, depth + 1) };
      case 'timeout': {
        const ms = random.oneIn(8) ? null : random.below(8);
        return { n, op, ms, body: this.body(self, depth + 1) };
      }
      case 'reschedule':
        return { n, op, ms: this.#limit() };
      case 'shutdown':
        return { n, op, immediate: random.oneIn(2) };
      case 'awaitFuture':
      case 'setResult':
      case 'setException':
      case 'cancelFuture':
        return { n, op, nth: random.below(FUTURES) };
      case 'try':
        return {
          n,
          op,
          body: this.body(self, depth + 1),
          caught: random.pick<Caught>(['cancelled', 'errors', 'everything', 'nothing']),
          handler: this.body(self, depth + 2, 1, 2),
          rethrow: random.oneIn(2),
          final: random.oneIn(2) ? [] : this.body(self, depth + 2, 1, 2),
        };
      case 'lock':
      case 'semaphore':
        return { n, op, body: this.body(self, depth + 1) };
      default:
        return { n, op };
    }
  }

  #op(self: number, depth: number): Op {
    for (;;) {
      const op = this.#random.pick(this.#ops);
      if (NESTING.has(op) && depth >= DEEPEST) continue;
      if (MAKING_TASKS.has(op) && this.#tasks > MOST_TASKS - 2) continue;
      if (WAITING_FOR_TASKS.has(op) && this.#tasks <= self && !this.#random.oneIn(10)) continue;
      return op;
    }
  }

  #children(depth: number): Child[] {
    return Array.from({ length: 1 + this.#random.below(2) }, () => this.#child(depth));
  }

  #child(depth: number): Child {
    const id = ++this.#tasks;
    return { id, body: this.body(id, depth + 1) };
  }

  /** Some task, now and then one that will never be. */
  #other(self: number): number {
    for (;;) {
      const id = this.#random.below(this.#tasks + 2);
      if (id !== self || this.#features.selfCancel) return id;
    }
  }

  #laterTwo(self: number): number[] {
    return [...new Set([this.#later(self), this.#later(self)])];
  }

  #limit(): number | null {
    return this.#random.oneIn(2) ? null : this.#random.below(6);
  }

  /** A task that was made later than `self`: so nobody waits for himself round some corner. */
  #later(self: number): number {
    return self + 1 + this.#random.below(Math.max(this.#tasks - self, 1));
  }
}
