import { isMainThread, type ShareDescription, shareKey, ThreadPoolExecutor } from 'skein';

/** A count that all threads have in common. */
export class Counter {
  readonly #memory: SharedArrayBuffer;

  constructor(memory: SharedArrayBuffer = new SharedArrayBuffer(4)) {
    this.#memory = memory;
  }

  add(): number {
    return Atomics.add(new Int32Array(this.#memory), 0, 1) + 1;
  }

  [shareKey](): ShareDescription<SharedArrayBuffer> {
    return { revive: counterOver, data: this.#memory };
  }
}

export function counterOver(memory: SharedArrayBuffer): Counter {
  return new Counter(memory);
}

export const visit = ({ visits }: { visits: Counter }): number => visits.add();

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  const visits = new Counter();
  await Promise.all([pool.submit(visit, { visits }), pool.submit(visit, { visits })]);
  console.log(visits.add());
}
