import { isMainThread, ThreadPoolExecutor } from 'skein';

export function count(words: readonly string[], total: SharedArrayBuffer): void {
  const cell = new Int32Array(total);
  for (const word of words) if (word.startsWith('s')) Atomics.add(cell, 0, 1);
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  const total = new SharedArrayBuffer(4);
  await Promise.all([
    pool.submit(count, ['skein', 'loop', 'silk'], total),
    pool.submit(count, ['thread', 'spool'], total),
  ]);
  console.log(new Int32Array(total)[0]);
}
