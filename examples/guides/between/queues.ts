import { isMainThread, Thread, ThreadQueue } from 'skein';

/** Takes numbers from one queue and puts their divisors into the other, until there is nothing more to do. */
export function divide(jobs: ThreadQueue<number>, results: ThreadQueue<string>): void {
  for (const n of jobs) {
    const divisors: number[] = [];
    for (let d = 2; d < n; d++) if (n % d === 0) divisors.push(d);
    results.putSync(`${n}: ${divisors.join(' ') || 'prime'}`);
  }
}

if (isMainThread) {
  const jobs = new ThreadQueue<number>(4); // who puts a fifth waits
  const results = new ThreadQueue<string>();
  const threads = [1, 2].map(() => new Thread({ target: divide, args: [jobs, results] }));
  for (const thread of threads) thread.start();

  for (let n = 90; n < 100; n++) await jobs.put(n); // this thread's timers and sockets go on
  jobs.shutdown();
  for (const thread of threads) await thread.joined();
  results.shutdown();

  const lines: string[] = [];
  for await (const line of results) lines.push(line);
  console.log(lines.sort().join('\n'));
}
