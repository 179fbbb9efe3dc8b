import { createTask, KeyboardInterrupt, run, sleep } from 'skein';

try {
  await run(async () => {
    createTask(async () => {
      try {
        await sleep(60_000);
      } finally {
        console.log('a task that was left');
      }
    });
    await sleep(0);
    process.kill(process.pid, 'SIGINT'); // as Ctrl-C does
    try {
      await sleep(60_000);
    } finally {
      console.log('main cleans up');
    }
  });
} catch (error) {
  console.log(error instanceof KeyboardInterrupt);
}
