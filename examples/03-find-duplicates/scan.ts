import { type Future, getRunningLoop, type RemoteLoop, Thread } from 'skein';
import type { EventLoop, ThreadPoolExecutor } from 'skein';
import { Collector, type Scan } from './collector.ts';
import { batches, hashFiles, type Outcome } from './hash-files.ts';
import type { ProgressBar } from './progress-bar.ts';
import { divide, walk } from './walk.ts';
import { scanPart, stop, walker } from './walker.ts';

/** Scans a folder by several threads, each with a loop of its own, and one pool for all of them. */
export class Scanner {
  readonly #pool: ThreadPoolExecutor;
  readonly #loop: EventLoop = getRunningLoop();
  readonly #walkers: RemoteLoop[] = [];
  readonly #ready: Future<void> = this.#loop.createFuture();
  readonly #threads: number;
  #collector: Collector | undefined;
  #scanned: Future<void> = this.#loop.createFuture();
  #ended = 0;

  constructor(pool: ThreadPoolExecutor, threads: number) {
    this.#pool = pool;
    this.#threads = threads;
    current = this;
    for (let nth = 0; nth < threads; nth++) {
      const thread = new Thread({
        target: walker,
        args: [this.#loop.remote()],
        name: `walker-${nth}`,
        daemon: true,
      });
      thread.start();
      thread.joined().addDoneCallback(() => this.end(new Error(`${thread.name} is gone`)));
    }
  }

  async scan(folder: string, bar: ProgressBar): Promise<Scan> {
    this.#collector = new Collector(bar);
    this.#scanned = this.#loop.createFuture();
    this.#ended = 0;
    await this.#ready;
    const main = this.#loop.remote();
    for (const [nth, part] of divide(folder, this.#threads).entries()) {
      this.#walkers[nth]?.callSoonThreadsafe(scanPart, this.#pool, main, part);
    }
    await this.#scanned;
    return this.#collector.finish();
  }

  stop(): void {
    for (const loop of this.#walkers) loop.callSoonThreadsafe(stop);
  }
}
