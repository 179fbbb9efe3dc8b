/**
 * Five threads submit to one pool for a while, and its workers are killed under their hands. Then the
 * pool must work as before, memory must be as before, and the program must end by itself.
 *
 * Arguments: seed, milliseconds.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isMainThread, Thread, ThreadPoolExecutor } from 'skein';
import { Ledger } from './ledger.ts';
import { isAtRest, takeCensus } from './memory-census.ts';
import { Random } from './random.ts';
import { submitAndAwait, submitAndBlock, submitInCoroutine } from './submitters.ts';
import { add } from './tasks.ts';

if (isMainThread) await main(Number(process.argv[2]), Number(process.argv[3]));

async function main(seed: number, durationMs: number): Promise<void> {
  const ledger = new Ledger();
  const pool = new ThreadPoolExecutor({ maxWorkers: 4 });
  const styles = [submitAndBlock, submitInCoroutine, submitAndAwait, submitInCoroutine];
  const threads = styles.map(
    (target, index) =>
      new Thread({
        target,
        args: [pool, ledger.buffer, seed + index + 1],
      }),
  );
  for (const thread of threads) thread.start();
  const own = submitAndAwait(pool, ledger.buffer, seed);
  const kills = await kill(
    pool,
    new Random(seed),
    durationMs,
    () => ledger.count('stop'),
    async () => {
      await own;
      for (const thread of threads) await thread.joined();
    },
  );
  console.log(`${kills} times terminated; ${ledger}`);
  check(ledger);
  for (const thread of threads) if (thread.isAlive()) throw new Error(`${thread.name} is alive`);
  await useAgain(pool);
  await comeToRest();
}

/** Terminates the workers at random until all submitters are through: some jobs end only so. */
async function kill(
  pool: ThreadPoolExecutor,
  random: Random,
  durationMs: number,
  stop: () => void,
  end: () => Promise<void>,
): Promise<number> {
  const isOver = pause(durationMs)
    .then(stop)
    .then(end)
    .then(() => true);
  let kills = 0;
  for (;;) {
    const over = await Promise.race([isOver, pause(50 + random.below(900), false)]);
    if (over) return kills;
    pool.terminateWorkers();
    kills++;
  }
}

function check(ledger: Ledger): void {
  if (ledger.get('faults') > 0) throw new Error(`${ledger.get('faults')} outcomes were wrong`);
  if (ledger.get('settledTwice') > 0) throw new Error('a future has settled twice');
  if (ledger.get('settled') !== ledger.get('submitted'))
    throw new Error('a future has not settled');
}

/** A worker that was being killed may take a job with it; after that all must be done. */
async function useAgain(pool: ThreadPoolExecutor): Promise<void> {
  await Promise.allSettled(Array.from({ length: 8 }, (_, id) => pool.submit(add, id, 1, 2)));
  await pause(200);
  const futures = Array.from({ length: 10_000 }, (_, id) => pool.submit(add, id, id, 1));
  for (const [id, future] of futures.entries()) {
    const [echo, sum] = await future;
    if (echo !== id || sum !== id + 1) throw new Error(`job ${id} has got the result of ${echo}`);
  }
  console.log('the pool works');
}

/** What the dead have left is swept up by the keeper in its own time. */
async function comeToRest(): Promise<void> {
  for (let look = 0; look < 100; look++) {
    if (isAtRest(takeCensus())) return console.log('memory is at rest');
    await pause(50);
  }
  throw new Error(`memory does not come to rest: ${JSON.stringify(takeCensus())}`);
}
