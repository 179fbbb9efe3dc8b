import { type Future, getRunningLoop, type RemoteLoop, Thread } from 'skein';
import type { EventLoop, ThreadPoolExecutor } from 'skein';
import { Collector, type Scan } from './collector.ts';
import type { Outcome } from './hash-files.ts';
import type { ProgressBar } from './progress-bar.ts';
import { divide } from './walk.ts';
import { scanPart, stopWalker, walker } from './walker.ts';

/**
 * Several threads, each with a loop of its own, and one pool for all of them.
 *
 * The threads are started once and wait in their loops. To have something done there, the main thread
 * calls a function through a handle on the loop; a walker answers by calling `hear` in the main loop.
 */
export class Walkers {
  readonly #pool: ThreadPoolExecutor;
  readonly #count: number;
  readonly #main: EventLoop = getRunningLoop();
  readonly #threads: Thread<Parameters<typeof walker>>[] = [];
  readonly #loops: RemoteLoop[] = [];
  /** What is waited for: first that all are ready, then that all are through. */
  #all: Future<void> = this.#main.createFuture();
  #collector: Collector | undefined;
  #through = 0;

  constructor(pool: ThreadPoolExecutor, count: number) {
    this.#pool = pool;
    this.#count = count;
  }

  /** Starts the threads, and waits until their loops run. */
  async start(): Promise<void> {
    for (let nth = 0; nth < this.#count; nth++) {
      const thread = new Thread({
        target: walker,
        args: [this.#pool, this.#main.remote()],
        name: `walker-${nth}`,
      });
      thread.start();
      this.#threads.push(thread);
      const gone = new Error(`The thread ${thread.name} is gone; what it printed says why.`);
      thread.joined().addDoneCallback(() => this.#fail(gone));
    }
    await this.#all;
  }

  /** Scans a folder. */
  async scan(folder: string, bar: ProgressBar): Promise<Scan> {
    this.#collector = new Collector(bar);
    this.#all = this.#main.createFuture();
    this.#through = 0;
    for (const [nth, part] of divide(folder, this.#count).entries()) {
      this.#loops[nth]?.callSoonThreadsafe(scanPart, part);
    }
    await this.#all;
    return this.#collector.finish();
  }

  /** Lets the threads end, and waits until they have. */
  async stop(): Promise<void> {
    for (const loop of this.#loops) loop.callSoonThreadsafe(stopWalker);
    await Promise.all(this.#threads.map((thread) => thread.joined()));
  }

  /** Takes what a walker has to say. */
  hear(news: News): void {
    if (news.ready !== undefined) this.#loops.push(news.ready);
    if (news.found !== undefined) this.#collector?.found(news.found);
    if (news.outcomes !== undefined) this.#collector?.add(news.outcomes);
    if (news.through === true) this.#through++;
    if (news.error !== undefined) this.#fail(news.error);
    const isReady = news.ready !== undefined && this.#loops.length === this.#count;
    const isThrough = news.through === true && this.#through === this.#count;
    if ((isReady || isThrough) && !this.#all.done()) this.#all.setResult();
  }

  #fail(error: unknown): void {
    if (!this.#all.done()) this.#all.setException(error);
  }
}

/** What a walker may have to say. */
export interface News {
  /** Its loop runs. */
  readonly ready?: RemoteLoop;
  /** So many bytes more are there to be hashed. */
  readonly found?: number;
  /** These files have been hashed, or cannot be read. */
  readonly outcomes?: readonly Outcome[];
  /** Its part is done. */
  readonly through?: true;
  /** It could not go on. */
  readonly error?: unknown;
}

let walkers: Walkers | undefined;

/** Starts walking threads, and waits until their loops run. */
export async function startWalkers(pool: ThreadPoolExecutor, count: number): Promise<Walkers> {
  walkers = new Walkers(pool, count);
  await walkers.start();
  return walkers;
}

/** Called by the walkers, in the loop of the main thread. */
export function hear(news: News): void {
  walkers?.hear(news);
}
