import { gather, Lock, run, sleep } from 'skein';

let balance = 100;
const lock = new Lock();

async function withdraw(amount: number): Promise<boolean> {
  using _ = await lock.acquire(); // until the end of this block, also when it throws
  if (balance < amount) return false;
  await sleep(1); // without the lock somebody else would look at the balance here
  balance -= amount;
  return true;
}

await run(async () => {
  const both = gather(
    () => withdraw(70),
    () => withdraw(70),
  );
  console.log(await both, balance);
});
