import { setTimeout as nodeSleep } from 'node:timers/promises';
import { createTask, currentTask, run, sleep, wait, wrapPromise, wrapSignal } from 'skein';

await run(async () => {
  // From a task to a signal: what is waited for is told, and stops.
  const task = createTask(async () => {
    const signal = currentTask()?.signal;
    await wrapPromise(nodeSleep(60_000, undefined, { signal }));
  });
  await sleep(0);
  task.cancel();
  await wait([task]);
  console.log('stopped:', task.signal.aborted);

  // From a signal to a task: an abort is a cancel().
  const controller = new AbortController();
  const { signal } = controller;
  const request = createTask(async () => sleep(60_000), { signal });
  const gone = wrapSignal(signal); // or a future, to be waited for
  await sleep(0);
  controller.abort(new Error('the client went away'));
  console.log('reason:', String(await gone));
  await wait([request]);
  console.log('cancelled:', request.cancelled());
});
