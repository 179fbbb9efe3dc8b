import { type Coroutine, createTask, run, sleep } from 'skein';

async function addLater(a: number, b: number): Promise<number> {
  await sleep(1);
  return a + b;
}

function* addSoon(a: number, b: number): Coroutine<number> {
  yield* sleep(1);
  return a + b;
}

await run(async () => {
  console.log(await addLater(1, 2));
  console.log(await createTask(addSoon(1, 2))); // an async function waits for a task of it
});

const sum = run(function* () {
  return yield* addSoon(3, 4);
});
console.log(sum); // a number, and no promise of one
