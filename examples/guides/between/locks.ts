import { isMainThread, ThreadLock, ThreadPoolExecutor } from 'skein';

/** Some accounts in shared memory; what is moved between two of them is two changes. */
export function transferMoney(accounts: Int32Array, lock: ThreadLock, times: number): void {
  for (let i = 0; i < times; i++) {
    using _ = lock.acquireSync();
    const [from, to] = [i % accounts.length, (i * 7 + 1) % accounts.length];
    accounts[from] = (accounts[from] ?? 0) - 1;
    accounts[to] = (accounts[to] ?? 0) + 1;
  }
}

if (isMainThread) {
  await using pool = new ThreadPoolExecutor();
  const accounts = new Int32Array(new SharedArrayBuffer(4 * 10)).fill(100);
  const lock = new ThreadLock();
  const moving = [1, 2, 3].map(() => pool.submit(transferMoney, accounts, lock, 10_000));
  {
    using _ = await lock.acquire(); // nobody is in the middle of something now
    console.log(accounts.reduce((a, b) => a + b));
  }
  await Promise.all(moving);
  console.log(accounts.reduce((a, b) => a + b));
}
