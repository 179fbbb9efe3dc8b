import { isMainThread, ThreadPoolExecutor } from 'skein';

export function isPrime(n: number): boolean {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
}

function* numbers(): Generator<number> {
  for (let n = 1_000_000; ; n++) yield n;
}

if (isMainThread) {
  using pool = new ThreadPoolExecutor({ maxWorkers: 2 });
  let n = 1_000_000;
  const found: number[] = [];
  for (const prime of pool.map(isPrime, numbers(), { chunkSize: 50, bufferSize: 4 })) {
    if (prime) found.push(n);
    if (found.length === 3) break; // cancels what is under way
    n++;
  }
  console.log(found.join(' '));
}
