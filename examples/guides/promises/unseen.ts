import { createTask, getRunningLoop, run, sleep } from 'skein';

await run(async () => {
  getRunningLoop().setExceptionHandler((_loop, { message, exception }) => {
    console.log(`${message}: ${String(exception)}`);
  });
  createTask(async () => {
    throw new RangeError('nobody waits for me');
  });
  await sleep(0);
  console.log('the program goes on');
});
