import { readFile } from 'node:fs/promises';
import { createTask, getRunningLoop, run, sleep, wrapPromise } from 'skein';

await run(async () => {
  console.log(getRunningLoop().constructor.name);
  const ticking = createTask(function* () {
    for (;;) yield* sleep(1); // coroutines run here as well
  });
  const text = await wrapPromise(readFile(new URL(import.meta.url), 'utf8'));
  console.log(text.includes('all of npm works here')); // all of npm works here
  ticking.cancel();
});

run(function* () {
  console.log(getRunningLoop().constructor.name);
  yield* sleep(1); // the thread stands still here, and wakes in time
});
