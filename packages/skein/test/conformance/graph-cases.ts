import { type Case, type Driver, runMain, thrownNowBy } from './driver.ts';
import { FakeExecutor } from './fake-executor.ts';
import {
  asCompleted,
  type Awaitable,
  Barrier,
  captureCallGraph,
  Condition,
  type Coroutine,
  describeWait,
  Event,
  formatCallGraph,
  formatTaskTree,
  Future,
  futureAddToAwaitedBy,
  type FutureCallGraph,
  futureDiscardFromAwaitedBy,
  gather,
  getRunningLoop,
  type GraphFuture,
  Lock,
  Queue,
  Semaphore,
  shield,
  sleep,
  Task,
  taskGroup,
  timeout,
  wait,
  waitFor,
  wrapFuture,
} from './library.ts';

/*
 * Section 1.13: who waits for whom, through every primitive and in both directions. The first table has
 * a row for each; then CPython's own tests, and what is ours.
 */

/** What is captured; for futures that must be there. */
function graphOf(future?: GraphFuture, depth: number = 1): FutureCallGraph {
  return captureCallGraph(future, { depth: depth + 1 }) as FutureCallGraph;
}

const nameOf = (x: unknown): string =>
  x instanceof Task ? x.getName() : x instanceof Future ? x.constructor.name : describeWait(x);

const waitsFor = (future: GraphFuture): string[] => graphOf(future).waitsFor.map(nameOf);

/** Every way up from a future, as `child < GatheringFuture < waiter`. */
function waysUp(graph: FutureCallGraph): string[] {
  const name = nameOf(graph.future);
  const above = [...graph.awaitedByOthers, ...graph.awaitedBy.flatMap(waysUp)];
  if (above.length === 0) return [graph.isCycle ? `${name} again` : name];
  return above.map((way) => `${name} < ${way}`);
}

interface Row {
  readonly primitive: string;
  /** What the waiter does, with a task that waits for an event. */
  readonly waits: (child: Task<void>) => Coroutine<unknown>;
  readonly waitsFor: readonly string[];
  /** The ways up from the child. */
  readonly awaitedBy: readonly string[];
  /** Turns until all are where they wait; 3 by default. */
  readonly turns?: number;
}

const inTask = (body: () => Awaitable<unknown>): Row['waits'] =>
  function* () {
    yield* body();
  };

const THROUGH = ['child < waiter < main'];
/** Where nobody waits for the child: the ways up from the waiter. */
const NOBODY = ['waiter < main'];

function* held(lock: Lock): Coroutine<Lock> {
  yield* lock.acquire();
  return lock;
}

const rows: readonly Row[] = [
  {
    primitive: 'a task',
    *waits(child) {
      yield* child;
    },
    waitsFor: ['child'],
    awaitedBy: THROUGH,
  },
  {
    primitive: 'gather',
    *waits(child) {
      yield* gather(child, getRunningLoop().createFuture());
    },
    waitsFor: ['GatheringFuture'],
    awaitedBy: ['child < GatheringFuture < waiter < main'],
  },
  {
    primitive: 'gather in gather',
    *waits(child) {
      yield* gather(gather(child));
    },
    waitsFor: ['GatheringFuture'],
    awaitedBy: ['child < GatheringFuture < GatheringFuture < waiter < main'],
  },
  {
    primitive: 'shield',
    *waits(child) {
      yield* shield(child);
    },
    waitsFor: ['Future'],
    awaitedBy: ['child < Future < waiter < main'],
  },
  {
    primitive: 'wait',
    *waits(child) {
      yield* wait([child, getRunningLoop().createFuture()]);
    },
    waitsFor: ['child', 'Future'],
    awaitedBy: THROUGH,
  },
  {
    primitive: 'waitFor',
    *waits(child) {
      yield* waitFor(child, 60_000);
    },
    waitsFor: ['child'],
    awaitedBy: THROUGH,
  },
  {
    primitive: 'waitFor without time',
    *waits() {
      const stubborn = getRunningLoop().createTask(refuses(), { name: 'stubborn' });
      yield* sleep(0);
      yield* waitFor(stubborn, 0);
    },
    waitsFor: ['stubborn'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'timeout',
    *waits(child) {
      yield* timeout(60_000, function* () {
        yield* child;
      });
    },
    waitsFor: ['child'],
    awaitedBy: THROUGH,
  },
  {
    primitive: 'asCompleted',
    *waits(child) {
      for (const next of asCompleted([child, getRunningLoop().createFuture()])) yield* next;
    },
    waitsFor: ['child', 'Future'],
    awaitedBy: THROUGH,
  },
  {
    primitive: 'a task group at its end',
    *waits(child) {
      yield* taskGroup(function* (group) {
        group.createTask(through(child), { name: 'inner' });
      });
    },
    waitsFor: ['inner'],
    awaitedBy: ['child < inner < waiter < main'],
    turns: 4,
  },
  {
    primitive: 'a task group in its body',
    *waits(child) {
      yield* taskGroup(function* (group) {
        group.createTask(through(child), { name: 'inner' });
        yield* getRunningLoop().createFuture();
      });
    },
    waitsFor: ['Future'],
    awaitedBy: ['child < inner < waiter < main'],
    turns: 4,
  },
  {
    primitive: 'sleep',
    *waits() {
      yield* sleep(Infinity);
    },
    waitsFor: ['a timer that is never due'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Lock',
    *waits() {
      yield* (yield* held(new Lock())).acquire();
    },
    waitsFor: ['<Lock locked waiting=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Semaphore',
    waits: inTask(() => new Semaphore(0).acquire()),
    waitsFor: ['<Semaphore locked waiting=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Event',
    waits: inTask(() => new Event().wait()),
    waitsFor: ['<Event unset waiting=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Condition',
    *waits() {
      const condition = new Condition();
      yield* condition.acquire();
      yield* condition.wait();
    },
    waitsFor: ['<Condition unlocked waiting=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'the lock of a Condition',
    *waits() {
      const condition = new Condition(yield* held(new Lock()));
      yield* condition.acquire();
    },
    waitsFor: ['<Lock locked waiting=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Barrier',
    waits: inTask(() => new Barrier(2).wait()),
    waitsFor: ['<Barrier filling inside=1/2>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Queue.get',
    waits: inTask(() => new Queue().get()),
    waitsFor: ['<Queue size=0 getters=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Queue.put',
    *waits() {
      const queue = new Queue(1);
      queue.putNowait(1);
      yield* queue.put(2);
    },
    waitsFor: ['<Queue size=1 maxsize=1 putters=1 unfinished=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'Queue.join',
    *waits() {
      const queue = new Queue();
      queue.putNowait(1);
      yield* queue.join();
    },
    waitsFor: ['<Queue size=1 unfinished=1>'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'runInExecutor',
    *waits() {
      yield* getRunningLoop().runInExecutor(new FakeExecutor(), () => 1);
    },
    waitsFor: ['WrappedFuture'],
    awaitedBy: NOBODY,
  },
  {
    primitive: 'futureAddToAwaitedBy',
    *waits(child) {
      const own = getRunningLoop().createFuture<void>();
      futureAddToAwaitedBy(child, own);
      yield* own;
    },
    waitsFor: ['Future'],
    awaitedBy: ['child < Future < waiter < main'],
  },
];

function* refuses(): Coroutine<void> {
  const loop = getRunningLoop();
  try {
    yield* loop.createFuture();
  } catch {
    yield* loop.createFuture();
  }
}

function* through(child: Task<unknown>): Coroutine<void> {
  yield* child;
}

function* turns(count: number): Coroutine<void> {
  for (let i = 0; i < count; i++) yield* sleep(0);
}

/** Runs a coroutine as the task 'main'. */
async function inMain<T>(driver: Driver, body: () => Coroutine<T>): Promise<T> {
  const loop = driver.newLoop();
  try {
    return await loop.runUntilComplete(loop.createTask(body(), { name: 'main' }));
  } finally {
    loop.close();
  }
}

/** Makes a child that waits, and a task that waits for it; both belong to a group of main. */
async function bothDirections(driver: Driver, row: Row): Promise<unknown> {
  return inMain(driver, () =>
    taskGroup(function* (group) {
      const gate = new Event();
      const child = group.createTask(
        function* () {
          yield* gate.wait();
        },
        { name: 'child' },
      );
      const waiter = group.createTask(row.waits(child), { name: 'waiter' });
      yield* turns(row.turns ?? 3);
      const from = row.awaitedBy === NOBODY ? waiter : child;
      // The group's own task, main, awaits the child as well.
      const ways = waysUp(graphOf(from)).filter((way) => way !== 'child < main');
      const found = [waitsFor(waiter), ways];
      group.cancel();
      for (const task of [waiter, child]) task.cancel();
      return found;
    })[Symbol.iterator](),
  );
}

/** A graph as CPython's test_graph shows one: name, functions, who awaits it. */
type Walked = [name: string, functions: string[], awaitedBy: Walked[]];

function walk({ future, callStack, awaitedBy }: FutureCallGraph): Walked {
  const name = nameOf(future);
  return [
    future instanceof Task ? `T<${name.includes('-') ? 'anon' : name}>` : `F<${name}>`,
    callStack.map(({ kind, functionName }) => `${kind === 'function' ? 's' : 'a'} ${functionName}`),
    awaitedBy.map(walk).sort(([a], [b]) => (a < b ? -1 : 1)),
  ];
}

const captureTestStack = (depth: number = 1): Walked => walk(graphOf(undefined, depth));

type Test = (found: (walked: Walked) => void) => Coroutine<unknown>;

const testOfGraph =
  (test: Test): Case['body'] =>
  async (driver) => {
    let walked: Walked | undefined;
    await runMain(driver, () => test((each) => (walked = each)) as Coroutine<unknown>);
    return walked;
  };

function* stackTgroup(found: (walked: Walked) => void): Coroutine<void> {
  function c5(): void {
    found(captureTestStack(2));
  }
  function* c4(): Coroutine<void> {
    yield* sleep(0);
    c5();
  }
  function* c3(): Coroutine<void> {
    yield* c4();
  }
  function* c2(): Coroutine<void> {
    yield* c3();
  }
  function* c1(task: Task<void>): Coroutine<void> {
    yield* task;
  }
  function* main(): Coroutine<void> {
    yield* taskGroup(function* (group) {
      const task = group.createTask(c2(), { name: 'c2_root' });
      group.createTask(c1(task), { name: 'sub_main_1' });
      group.createTask(c1(task), { name: 'sub_main_2' });
    });
  }
  yield* main();
}

/** The function that several of CPython's tests begin with. */
function makeC1(found: (walked: Walked) => void): () => Coroutine<void> {
  function* deep(): Coroutine<void> {
    yield* sleep(0);
    found(captureTestStack());
  }
  return function* c1(): Coroutine<void> {
    yield* sleep(0);
    yield* deep();
  };
}

function* stackGather(found: (walked: Walked) => void): Coroutine<void> {
  const c1 = makeC1(found);
  function* c2(): Coroutine<void> {
    yield* sleep(0);
  }
  function* main(): Coroutine<void> {
    yield* gather(c1(), c2());
  }
  yield* main();
}

function* stackShield(found: (walked: Walked) => void): Coroutine<void> {
  const c1 = makeC1(found);
  function* main(): Coroutine<void> {
    yield* shield(c1());
  }
  yield* main();
}

function* stackTimeout(found: (walked: Walked) => void): Coroutine<void> {
  const inner = makeC1(found);
  function* c2(): Coroutine<void> {
    yield* timeout(1000, inner);
  }
  function* main(): Coroutine<void> {
    yield* shield(c2());
  }
  yield* main();
}

function* stackWait(found: (walked: Walked) => void): Coroutine<void> {
  const loop = getRunningLoop();
  const t1 = loop.createTask(makeC1(found));
  const t2 = loop.createTask(() => turns(3));
  function* main(): Coroutine<void> {
    yield* wait([t1, t2]);
  }
  yield* main();
}

function* stackTask(found: (walked: Walked) => void): Coroutine<void> {
  const c1 = makeC1(found);
  function* c2(): Coroutine<void> {
    yield* getRunningLoop().createTask(c1(), { name: 'there there' });
  }
  function* main(): Coroutine<void> {
    yield* c2();
  }
  yield* main();
}

function* stackFuture(found: (walked: Walked) => void): Coroutine<void> {
  function* a2(future: Future<void>): Coroutine<void> {
    yield* future;
  }
  function* a1(future: Future<void>): Coroutine<void> {
    yield* a2(future);
  }
  function* b1(future: Future<void>): Coroutine<void> {
    yield* future;
  }
  function* main(): Coroutine<void> {
    const future = getRunningLoop().createFuture<void>();
    yield* taskGroup(function* body(group) {
      group.createTask(a1(future), { name: 'task A' });
      group.createTask(b1(future), { name: 'task B' });
      yield* turns(5);
      found(walk(graphOf(future)));
      future.setResult();
    });
  }
  yield* main();
}

const fromTestGraph: readonly Case[] = [
  {
    title: 'the call graph of tasks of a group (test_stack_tgroup)',
    body: testOfGraph(stackTgroup),
    expected: [
      'T<c2_root>',
      ['s c5', 'a c4', 'a c3', 'a c2'],
      [
        ['T<anon>', ['a main', 'a stackTgroup'], []],
        ['T<sub_main_1>', ['a c1'], [['T<anon>', ['a main', 'a stackTgroup'], []]]],
        ['T<sub_main_2>', ['a c1'], [['T<anon>', ['a main', 'a stackTgroup'], []]]],
      ],
    ],
  },
  {
    // Differs: the future that gather returns stands in between, here and with shield.
    title: 'the call graph of gather (test_stack_gather)',
    body: testOfGraph(stackGather),
    expected: [
      'T<anon>',
      ['s captureTestStack', 'a deep', 'a c1'],
      [['F<GatheringFuture>', [], [['T<anon>', ['a main', 'a stackGather'], []]]]],
    ],
  },
  {
    title: 'the call graph of shield (test_stack_shield)',
    body: testOfGraph(stackShield),
    expected: [
      'T<anon>',
      ['s captureTestStack', 'a deep', 'a c1'],
      [['F<Future>', [], [['T<anon>', ['a main', 'a stackShield'], []]]]],
    ],
  },
  {
    title: 'the call graph of timeout (test_stack_timeout)',
    body: testOfGraph(stackTimeout),
    expected: [
      'T<anon>',
      ['s captureTestStack', 'a deep', 'a c1', 'a c2'],
      [['F<Future>', [], [['T<anon>', ['a main', 'a stackTimeout'], []]]]],
    ],
  },
  {
    title: 'the call graph of wait (test_stack_wait)',
    body: testOfGraph(stackWait),
    expected: [
      'T<anon>',
      ['s captureTestStack', 'a deep', 'a c1'],
      [['T<anon>', ['a main', 'a stackWait'], []]],
    ],
  },
  {
    title: 'the call graph of a task (test_stack_task)',
    body: testOfGraph(stackTask),
    expected: [
      'T<there there>',
      ['s captureTestStack', 'a deep', 'a c1'],
      [['T<anon>', ['a c2', 'a main', 'a stackTask'], []]],
    ],
  },
  {
    title: 'the call graph of a future (test_stack_future)',
    body: testOfGraph(stackFuture),
    expected: [
      'F<Future>',
      [],
      [
        ['T<task A>', ['a a2', 'a a1'], [['T<anon>', ['a body', 'a main', 'a stackFuture'], []]]],
        ['T<task B>', ['a b1'], [['T<anon>', ['a body', 'a main', 'a stackFuture'], []]]],
      ],
    ],
  },
];

/** Takes the numbers and places out of a text that differ from run to run. */
const plain = (text: string): string =>
  text
    .replaceAll(/0x[0-9a-f]+/g, '0x')
    .replaceAll(/File ".*?", line \d+/g, 'File')
    .replaceAll(/"Task-\d+"/g, '"Task"');

async function formatted(driver: Driver): Promise<unknown> {
  return inMain(driver, function* () {
    const loop = getRunningLoop();
    const lock = new Lock();
    yield* lock.acquire();
    const worker = loop.createTask(
      function* work() {
        yield* lock.acquire();
      },
      { name: 'worker' },
    );
    const gathering = gather(worker);
    yield* turns(2);
    const text = formatCallGraph(worker);
    const own = formatCallGraph();
    gathering.cancel();
    return [plain(text).split('\n'), plain(own).split('\n')];
  });
}

async function limited(driver: Driver): Promise<unknown> {
  return runMain(driver, function* outer() {
    const namesOf = (limit: number | null): string[] =>
      (captureCallGraph(null, { limit })?.callStack ?? []).map((frame) => frame.functionName);
    const shown = function* inner(): Coroutine<unknown> {
      const all = namesOf(null);
      return [all, namesOf(2), namesOf(-2), namesOf(0)];
    };
    return yield* shown();
  });
}

async function notGiven(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const o: unknown[] = [thrownNowBy(() => captureCallGraph())];
  o.push(captureCallGraph(loop.createFuture())?.awaitedBy);
  loop.callSoon(() => o.push(captureCallGraph(), formatCallGraph()));
  loop.callSoon(() => loop.stop());
  await loop.runForever();
  o.push(thrownNowBy(() => captureCallGraph(5 as never)));
  const future = loop.createFuture();
  o.push(thrownNowBy(() => futureAddToAwaitedBy(future, 5 as never)));
  loop.close();
  return o;
}

async function circle(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const tasks: Task<void>[] = [];
  for (const [i, name] of ['a', 'b'].entries()) {
    const body = function* (): Coroutine<void> {
      yield* tasks[1 - i] as Task<void>;
    };
    tasks.push(loop.createTask(body, { name }));
  }
  let found: unknown;
  loop.callSoon(() => {
    const graph = graphOf(tasks[0]);
    found = [waysUp(graph), formatTaskTree(loop).split('\n')];
    loop.stop();
  });
  await loop.runForever();
  loop.close();
  return found;
}

/** Twenty layers of two: a million ways up, and forty futures. */
async function diamonds(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const bottom = loop.createFuture<void>();
  let layer: Future<unknown>[] = [bottom];
  for (let i = 0; i < 20; i++) {
    const below = layer;
    layer = [gather(...below), gather(...below)];
  }
  const lines = formatCallGraph(bottom).split('\n').length;
  loop.close();
  return lines < 20 * 2 * 10;
}

async function longChain(driver: Driver): Promise<unknown> {
  const loop = driver.newLoop();
  const first = loop.createFuture<void>();
  let last: Future<unknown> = first;
  for (let i = 0; i < 5000; i++) {
    const before = last;
    last = loop.createFuture();
    futureAddToAwaitedBy(before, last);
  }
  let height = 0;
  for (let graph = graphOf(first); ; height++) {
    const [above] = graph.awaitedBy;
    if (above === undefined) break;
    graph = above;
  }
  loop.close();
  return height;
}

async function takenBack(driver: Driver): Promise<unknown> {
  return inMain(driver, function* () {
    const loop = getRunningLoop();
    const [a, b] = [loop.createFuture<void>(), loop.createFuture<void>()];
    futureAddToAwaitedBy(a, b);
    futureAddToAwaitedBy(a, b);
    const before = [graphOf(a).awaitedBy.length, waitsFor(b)];
    futureDiscardFromAwaitedBy(a, b);
    futureDiscardFromAwaitedBy(a, b);
    return [before, graphOf(a).awaitedBy.length, waitsFor(b)];
  });
}

/** A look must not move what it looks at. */
async function harmless(driver: Driver): Promise<unknown> {
  return inMain(driver, function* () {
    const loop = getRunningLoop();
    const gate = new Event();
    const o: string[] = [];
    function* byHand(): Coroutine<void> {
      const inner = gate.wait()[Symbol.iterator]();
      for (let step = inner.next(); step.done !== true; step = inner.next()) {
        o.push('handed on');
        yield step.value;
      }
    }
    function* ready(): Coroutine<void> {
      yield;
      o.push('ready');
    }
    function* plainly(): Coroutine<void> {
      try {
        yield* gate.wait();
        o.push('through');
      } finally {
        o.push('left');
      }
    }
    const tasks = [byHand, ready, plainly].map((fn) => loop.createTask(fn));
    yield* turns(1);
    const seen = tasks.map((task) => graphOf(task).callStack.map((frame) => frame.functionName));
    o.push('looked');
    for (const task of tasks) graphOf(task);
    yield* turns(2);
    gate.set();
    yield* wait(tasks);
    return [seen, o];
  });
}

/** A coroutine that somebody else has ended inside: what is left would run on if it were resumed. */
async function endedInside(driver: Driver): Promise<unknown> {
  return inMain(driver, function* () {
    const loop = getRunningLoop();
    const future = loop.createFuture<void>();
    const o: string[] = [];
    const inner = (function* (): Coroutine<void> {
      yield* future;
    })();
    const task = loop.createTask(function* () {
      yield* inner;
      o.push('ran on');
    });
    yield* turns(1);
    inner.return();
    graphOf(task);
    o.push('looked');
    future.setResult();
    yield* task;
    return o;
  });
}

async function concurrent(driver: Driver): Promise<unknown> {
  return inMain(driver, function* () {
    const executor = new FakeExecutor();
    const job = executor.submit(() => 1);
    const task = getRunningLoop().createTask(
      function* () {
        return yield* gather(wrapFuture(job));
      },
      { name: 'waiter' },
    );
    yield* turns(2);
    const ways = waysUp(graphOf(job)).map((way) => way.replace(/^.*?</, 'job <'));
    const [, wrapped] = [...(graphOf(job).awaitedBy ?? [])].map((each) => each.future).concat(job);
    executor.work();
    yield* task;
    return [ways, wrapped === job];
  });
}

async function tree(driver: Driver): Promise<unknown> {
  return inMain(driver, () =>
    taskGroup(function* (group) {
      const event = new Event();
      const leaf = group.createTask(() => event.wait(), { name: 'leaf' });
      group.createTask(() => through(leaf), { name: 'left' });
      group.createTask(() => gather(leaf, event.wait()), { name: 'right' });
      yield* turns(3);
      const text = formatTaskTree().replaceAll(/Task-\d+/g, 'Task');
      event.set();
      return text.split('\n');
    })[Symbol.iterator](),
  );
}

export const graphCases: readonly Case[] = [
  ...rows.map((row) => ({
    title: `call graph: through ${row.primitive}, in both directions`,
    body: (driver: Driver) => bothDirections(driver, row),
    expected: [row.waitsFor, row.awaitedBy],
  })),
  ...fromTestGraph,
  {
    title: 'call graph: as text',
    body: formatted,
    expected: [
      [
        '* Task(name="worker", id=0x)',
        '  + Call stack:',
        '  |   File, in generator work()',
        '  + Waits for:',
        '  |   <Lock locked waiting=1>',
        '  + Awaited by:',
        '    * GatheringFuture(id=0x)',
        '      + Waits for:',
        '      |   Task(name="worker", id=0x)',
      ],
      ['* Task(name="main", id=0x)', '  + Call stack:', '  |   File, in generator <anonymous>()'],
    ],
  },
  {
    title: 'call graph: limit keeps the innermost functions, or the outermost',
    body: limited,
    expected: [['namesOf', 'inner', 'outer'], ['namesOf', 'inner'], ['inner', 'outer'], []],
  },
  {
    title: 'call graph: without a future, without a task, without a loop',
    body: notGiven,
    expected: [
      'RuntimeError: captureCallGraph() is called outside of a running event loop and no future to ' +
        'introspect was provided',
      [],
      null,
      '',
      'TypeError: captureCallGraph() takes a future or a task, got 5',
      'TypeError: futureAddToAwaitedBy() takes two futures, the one that is awaited first, got 5',
    ],
  },
  {
    title: 'call graph: tasks that wait for each other are marked, and hang nothing',
    body: circle,
    expected: [['a < b < a again'], ['a', '└── b', '    └── a (cycle)']],
  },
  { title: 'call graph: many ways up are written once', body: diamonds, expected: true },
  { title: 'call graph: five thousand futures in a row', body: longChain, expected: 5000 },
  {
    title: 'futureDiscardFromAwaitedBy takes back what was added',
    body: takenBack,
    expected: [[1, ['Future']], 0, []],
  },
  {
    title: 'call graph: a look resumes nobody',
    body: harmless,
    expected: [
      [[], [], ['plainly']],
      ['handed on', 'looked', 'ready', 'through', 'left'],
    ],
  },
  {
    title: 'call graph: a coroutine that was ended inside is not looked into',
    body: endedInside,
    expected: ['looked', 'ran on'],
  },
  {
    title: 'call graph: of the result of an executor',
    body: concurrent,
    expected: [['job < WrappedFuture < GatheringFuture < waiter'], true],
  },
  {
    title: 'call graph: the tasks of a loop as a tree',
    body: tree,
    expected: [
      'main (running)',
      'left',
      '└── leaf',
      '    └── <Event unset waiting=2>',
      'right',
      '└── <GatheringFuture pending>',
      '    ├── leaf (see above)',
      '    └── Task',
      '        └── <Event unset waiting=2>',
    ],
  },
];
