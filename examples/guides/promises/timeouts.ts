import { run, sleep, timeout, TimeoutError } from 'skein';

async function answer(): Promise<void> {
  try {
    await sleep(60_000);
  } finally {
    console.log('the connection is closed');
  }
}

await run(async () => {
  try {
    await timeout(10, answer);
  } catch (error) {
    console.log('too late:', error instanceof TimeoutError);
  }
});
