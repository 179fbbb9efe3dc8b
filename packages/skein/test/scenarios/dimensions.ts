import type { Body, Child, Statement } from '../differential/program.ts';

/*
 * The dimensions of cancellation: where the task waits, who cancels it, what its cleanup does, and in
 * which kind of function and loop it runs. A cell is one value of each, as a program for the
 * interpreters of the differential tests.
 *
 * The task that is cancelled is number 1, the main task 0. Helpers are 2, 3 …; number 8 cancels once
 * more while task 1 cleans up, 9 holds the lock. Time is virtual: the cancellation comes at 1 ms, the
 * second one at 3 ms, and at 5 ms everything that is held is let go.
 */

/** The numbers of statements that the rules look for. */
export const N = {
  place: 10,
  cleanup: 20,
  cleanedUp: 21,
  wentOn: 31,
  failure: 40,
  siblingFailure: 50,
  probe: 60,
  probed: 61,
} as const;

let unnamed = 1000;

type WithoutNumber<S> = S extends Statement ? Omit<S, 'n'> : never;

/** A statement whose number nobody looks for. */
export function s(statement: WithoutNumber<Statement>): Statement {
  return { n: unnamed++, ...statement } as Statement;
}

function numbered(n: number, statement: WithoutNumber<Statement>): Statement {
  return { n, ...statement } as Statement;
}

const sleep = (ms: number): Statement => s({ op: 'sleep', ms });
const task = (id: number, ...body: Statement[]): Statement => {
  const child: Child = { id, body };
  return s({ op: 'spawn', child });
};
const child = (id: number, ...body: Statement[]): Child => ({ id, body });
const untilReleased = (): Statement => s({ op: 'awaitFuture', nth: 0 });

/** Where the task waits. */
export interface Place {
  readonly name: string;
  /** What happens before the task is made. */
  readonly before: Body;
  /** The wait itself. */
  readonly wait: Statement;
  /** What only works when the cancelled task has lost no turn and kept nothing. */
  readonly probe: Body;
  /** Of what it waits for, what ends when it does: numbers of tasks. */
  readonly cancels: readonly number[];
  readonly spares: readonly number[];
  /** The state of the job that it waits for, afterwards. */
  readonly job?: 'cancelled' | 'running';
  /** Whether it waits for a promise of somebody else: only where Node turns the loop. */
  readonly foreign?: true;
  /** Whether it is cancelled in the same step in which it was made, or its future done. */
  readonly atOnce?: 'not started' | 'ready';
}

const at = (statement: WithoutNumber<Statement>): Statement => numbered(N.place, statement);

const helper2 = (): Body => [task(2, untilReleased())];

interface Parts {
  readonly before?: Body;
  readonly probe?: Body;
  readonly cancels?: readonly number[];
  readonly spares?: readonly number[];
  readonly job?: 'cancelled' | 'running';
  readonly foreign?: true;
  readonly atOnce?: 'not started' | 'ready';
}

const place = (name: string, wait: Statement, parts: Parts = {}): Place => ({
  name,
  before: [],
  probe: [],
  cancels: [],
  spares: [],
  ...parts,
  wait,
});

export const places: readonly Place[] = [
  place('future', at({ op: 'awaitFuture', nth: 0 })),
  place('task', at({ op: 'await', id: 2 }), { before: helper2(), cancels: [2] }),
  place('sleep', at({ op: 'sleep', ms: 1000 })),
  place('gather', at({ op: 'gatherTasks', ids: [2, 3], returnExceptions: false }), {
    before: [...helper2(), task(3, sleep(1000))],
    cancels: [2, 3],
  }),
  place('wait', at({ op: 'wait', ids: [2], ms: null, when: 'all' }), {
    before: helper2(),
    spares: [2],
  }),
  place('waitFor', at({ op: 'waitFor', child: child(2, untilReleased()), ms: 1000 })),
  place('waitFor of a task', at({ op: 'waitForTask', id: 2, ms: 1000 }), {
    before: helper2(),
    cancels: [2],
  }),
  place('timeout', at({ op: 'timeout', ms: 1000, body: [untilReleased()] })),
  place('shield', at({ op: 'shield', id: 2 }), { before: helper2(), spares: [2] }),
  place(
    'body of a group',
    at({ op: 'group', children: [child(2, sleep(1000))], body: [untilReleased()] }),
    { cancels: [2] },
  ),
  place('end of a group', at({ op: 'group', children: [child(2, sleep(1000))], body: [] }), {
    cancels: [2],
  }),
  place('lock', at({ op: 'lock', body: [] }), {
    probe: [numbered(N.probe, { op: 'lock', body: [] })],
  }),
  place('semaphore', at({ op: 'semaphore', body: [] }), {
    before: [task(2, s({ op: 'semaphore', body: [untilReleased()] }))],
    probe: [numbered(N.probe, { op: 'semaphore', body: [] })],
  }),
  place('condition', at({ op: 'waitCondition' }), { probe: [numbered(N.probe, { op: 'notify' })] }),
  place('condition, taking the lock again', at({ op: 'waitCondition' }), {
    before: [task(2, sleep(0), s({ op: 'notifyAndHold' }))],
    probe: [numbered(N.probe, { op: 'notify' })],
  }),
  place('event', at({ op: 'waitEvent' }), {
    probe: [s({ op: 'setEvent' }), numbered(N.probe, { op: 'waitEvent' })],
  }),
  place('barrier', at({ op: 'waitBarrier' }), {
    probe: [task(4, s({ op: 'waitBarrier' })), numbered(N.probe, { op: 'waitBarrier' })],
  }),
  place('get', at({ op: 'get' }), {
    probe: [s({ op: 'put' }), numbered(N.probe, { op: 'get' })],
  }),
  place('put', at({ op: 'put' }), {
    before: [s({ op: 'put' })],
    probe: [s({ op: 'get' }), numbered(N.probe, { op: 'put' })],
  }),
  place('join', at({ op: 'join' }), {
    before: [s({ op: 'put' })],
    probe: [s({ op: 'taskDone' }), numbered(N.probe, { op: 'join' })],
  }),
  place('job, queued', at({ op: 'job', running: false }), { job: 'cancelled' }),
  place('job, running', at({ op: 'job', running: true }), { job: 'running' }),
  place('promise', at({ op: 'promise' }), { foreign: true }),
  place('asCompleted', at({ op: 'asCompleted', ids: [2], ms: null }), {
    before: helper2(),
    spares: [2],
  }),
  place('not started', at({ op: 'sleep', ms: 1000 }), { atOnce: 'not started' }),
  place('ready', at({ op: 'awaitFuture', nth: 0 }), { atOnce: 'ready' }),
];

/** Who cancels. */
export const cancellers = [
  'another task',
  'itself',
  'a timeout',
  'the failure of a sibling',
  'the end of run()',
  'another task, twice at once',
] as const;
export type Canceller = (typeof cancellers)[number];

/** What the cleanup does. */
export const cleanups = [
  'nothing',
  'waits once',
  'waits for a lock',
  'throws',
  'swallows, goes on',
  'returns a value',
  'is cancelled again',
] as const;
export type Cleanup = (typeof cleanups)[number];

export { at, child, numbered, sleep, task };
