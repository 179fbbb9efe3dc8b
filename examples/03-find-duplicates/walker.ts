import { type Coroutine, type Future, getEventLoop, newEventLoop, setEventLoop } from 'skein';
import type { RemoteLoop, ThreadPoolExecutor } from 'skein';
import { type Batch, batches, hashFiles, type Outcome } from './hash-files.ts';
import { type Part, unreadable, walk } from './walk.ts';
import { hear } from './walkers.ts';

/** How many batches of a walker wait in the pool at most, so that memory has a bound. */
const BATCHES_AHEAD = 256;

let pool: ThreadPoolExecutor;
let main: RemoteLoop;

/** The target of a walking thread: a loop of its own, which does what it is called for. */
export function walker(sharedPool: ThreadPoolExecutor, mainLoop: RemoteLoop): void {
  [pool, main] = [sharedPool, mainLoop];
  const loop = newEventLoop();
  setEventLoop(loop);
  main.callSoonThreadsafe(hear, { ready: loop.remote() });
  loop.runForever();
  loop.close();
}

/** Called in a walker's loop: scan a part of the folder. */
export function scanPart(part: Part): void {
  const task = getEventLoop().createTask(walkAndHash(part));
  task.addDoneCallback(() => {
    const error = task.exception();
    main.callSoonThreadsafe(hear, error === null ? { through: true } : { error });
  });
}

/** Called in a walker's loop: the thread is not needed any more. */
export function stopWalker(): void {
  getEventLoop().stop();
}

/** Walks a part of the folder, has each batch of files hashed, tells the main loop what came out. */
function* walkAndHash(part: Part): Coroutine<void> {
  const ahead: Hashing[] = [];
  for (const batch of batches(walk(part))) {
    main.callSoonThreadsafe(hear, { found: batch.bytes, outcomes: batch.unreadable });
    const outcomes = getEventLoop().runInExecutor(pool, hashFiles, batch.paths);
    ahead.push({ batch, outcomes });
    if (ahead.length < BATCHES_AHEAD) continue;
    main.callSoonThreadsafe(hear, { outcomes: yield* outcomesOf(ahead.shift() as Hashing) });
  }
  for (const hashing of ahead) {
    main.callSoonThreadsafe(hear, { outcomes: yield* outcomesOf(hashing) });
  }
}

interface Hashing {
  readonly batch: Batch;
  readonly outcomes: Future<Outcome[]>;
}

/** Waits for a batch. If its thread died over it, its files could not be read. */
function* outcomesOf({ batch, outcomes }: Hashing): Coroutine<Outcome[]> {
  try {
    return yield* outcomes;
  } catch (error) {
    return batch.paths.map((path) => unreadable(path, error));
  }
}
