import { createTask, run, sleep, wait, wrapPromise } from 'skein';

let answer = (): void => {};
const response = new Promise<void>((resolve) => (answer = resolve)); // of somebody else, as a fetch

await run(async () => {
  const ours = createTask(async () => {
    await sleep(60_000);
    console.log('never printed');
  });
  const foreign = createTask(async () => {
    await response;
    console.log('nobody stopped this');
  });
  const wrapped = createTask(async () => {
    await wrapPromise(response);
    console.log('never printed');
  });
  await sleep(0);
  for (const task of [ours, foreign, wrapped]) task.cancel();
  await wait([ours, wrapped]);
  console.log(ours.done(), foreign.done(), wrapped.done());
  answer();
  await wait([foreign]);
  console.log(foreign.cancelled());
});
