import { asCompleted, createTask, FIRST_COMPLETED, gather, run, sleep, wait } from 'skein';

const after = (delayMs: number) => async () => sleep(delayMs, `${delayMs} ms`);

await run(async () => {
  console.log(await gather(after(300), after(1))); // in the order of the arguments

  for await (const task of asCompleted([after(300), after(1)])) {
    console.log(task.result()); // in the order in which they come
  }

  const tasks = [createTask(after(1)), createTask(after(60_000))];
  const { done, pending } = await wait(tasks, { returnWhen: FIRST_COMPLETED });
  for (const task of pending) task.cancel(); // the race is over, and nobody runs on
  for (const task of done) console.log('first:', task.result());
});
