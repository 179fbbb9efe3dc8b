import { type Coroutine, type EventLoop, type Future, newEventLoop, setEventLoop } from 'skein';
import { getEventLoop, type RemoteLoop, type ThreadPoolExecutor } from 'skein';
import { type Batch, batches, hashFiles, type Outcome } from './hash-files.ts';
import { receive, receiveEnd, receiveFound, receiveWalker } from './scan.ts';
import { type Part, unreadable, walk } from './walk.ts';

/** How many batches of a walker wait in the pool at most, so that memory has a bound. */
const BATCHES_AHEAD = 256;

/** The target of a walking thread: a loop of its own, which does what the main thread calls for. */
export function walker(main: RemoteLoop): void {
  const loop = newEventLoop();
  setEventLoop(loop);
  main.callSoonThreadsafe(receiveWalker, loop.remote());
  loop.runForever();
  loop.close();
}

/** Called in a walker's loop: scan a part of the folder, and tell the main loop what comes out. */
export function scanPart(pool: ThreadPoolExecutor, main: RemoteLoop, part: Part): void {
  const loop = getEventLoop();
  const task = loop.createTask(walkAndHash(loop, pool, main, part));
  task.addDoneCallback(() => main.callSoonThreadsafe(receiveEnd, task.exception()));
}

/** Called in a walker's loop: the thread is not needed any more. */
export function stop(): void {
  getEventLoop().stop();
}

function* walkAndHash(
  loop: EventLoop,
  pool: ThreadPoolExecutor,
  main: RemoteLoop,
  part: Part,
): Coroutine<void> {
  const ahead: Hashing[] = [];
  for (const batch of batches(walk(part))) {
    main.callSoonThreadsafe(receiveFound, batch.bytes);
    if (batch.unreadable.length > 0) main.callSoonThreadsafe(receive, batch.unreadable);
    ahead.push({ batch, outcomes: loop.runInExecutor(pool, hashFiles, batch.paths) });
    if (ahead.length < BATCHES_AHEAD) continue;
    main.callSoonThreadsafe(receive, yield* outcomesOf(ahead.shift() as Hashing));
  }
  for (const hashing of ahead) main.callSoonThreadsafe(receive, yield* outcomesOf(hashing));
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
