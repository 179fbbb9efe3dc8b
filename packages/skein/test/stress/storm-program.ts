/**
 * Ten thousand tasks from four threads, with everything that can go wrong and everything that can be asked of
 * a task, while the workers are terminated at random. Every future settles exactly once and as it should;
 * then the pool works as before, memory and threads are where they were, and the program ends by itself.
 *
 * Arguments: seed, for how many milliseconds storm follows storm (at least one).
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, Thread, ThreadPoolExecutor } from 'skein';
import { Ledger } from './ledger.ts';
import { isAtRest, takeCensus } from './memory-census.ts';
import { Random } from './random.ts';
import { submitAndAwait, submitAndBlock, submitInCoroutine } from './submitters.ts';
import { add } from './tasks.ts';

const TASKS = 10_000;
const STYLES = [submitAndBlock, submitInCoroutine, submitAndAwait, submitInCoroutine];

if (isMainThread) await main(Number(process.argv[2]), Number(process.argv[3]));

async function main(seed: number, durationMs: number): Promise<void> {
  const end = performance.now() + durationMs;
  const before = takeCensus().threads;
  let storms = 0;
  do await storm(seed + 10 * storms++);
  while (performance.now() < end);
  for (let look = 0; !isAtRest(takeCensus()) || takeCensus().threads > before + 1; look++) {
    if (look === 200) throw new Error(`does not come to rest: ${JSON.stringify(takeCensus())}`);
    await pause(50);
  }
  console.log(`${storms} storms; threads and memory are where they were`);
}

async function storm(seed: number): Promise<void> {
  const ledger = new Ledger();
  const pool = new ThreadPoolExecutor({
    maxWorkers: 4,
    resourceLimits: { maxOldGenerationSizeMb: 48 },
  });
  const threads = STYLES.map((target, index) => {
    const args = [pool, ledger.buffer, seed + index, TASKS / STYLES.length] as const;
    return new Thread({ target, args: [...args] });
  });
  for (const thread of threads) thread.start();
  const isOver = Promise.all(threads.map(async (thread) => thread.joined())).then(
    () => true as const,
  );
  const kills = await terminateNowAndThen(pool, new Random(seed), ledger, isOver);
  const { completed, failed, cancelled } = pool.statistics();
  console.log(`seed ${seed}: ${kills} times terminated; ${ledger}`);
  console.log(
    `  the pool has counted ${completed} completed, ${failed} failed, ${cancelled} cancelled`,
  );
  if (ledger.get('faults') > 0) throw new Error(`${ledger.get('faults')} outcomes were wrong`);
  if (ledger.get('settledTwice') > 0) throw new Error('a future has settled twice');
  if (ledger.get('submitted') < TASKS) throw new Error('not all were submitted');
  if (ledger.get('settled') !== ledger.get('submitted')) throw new Error('a future is pending');
  for (let left = 1000; left > 0; left--) {
    const [echo, sum] = await pool.submit(add, left, left, 1);
    if (echo !== left || sum !== left + 1) throw new Error(`${left} has got the result of ${echo}`);
  }
  await pool[Symbol.asyncDispose]();
}

/** After some hundred tasks each time; and when for long none has ended, for some end in no other way. */
async function terminateNowAndThen(
  pool: ThreadPoolExecutor,
  random: Random,
  ledger: Ledger,
  isOver: Promise<true>,
): Promise<number> {
  let kills = 0;
  let next = 500;
  let looks = 0;
  for (let seen = 0; !(await Promise.race([isOver, pause(20, false)]));) {
    const settled = ledger.get('settled');
    looks = settled === seen ? looks + 1 : 0;
    seen = settled;
    if (settled < next && looks < 100) continue;
    pool.terminateWorkers();
    kills++;
    looks = 0;
    next = settled + 200 + random.below(1000);
  }
  return kills;
}
