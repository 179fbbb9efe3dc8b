import { run, sleep } from 'skein';

const answer = await run(async () => {
  await sleep(10); // milliseconds
  return 42;
});
console.log(answer);
