import { ContextVar, gather, run, sleep } from 'skein';

const user = new ContextVar('user', { default: 'nobody' });

const handle = (name: string) => async () => {
  user.set(name);
  await sleep(1);
  return `${name} is still ${user.get()}`;
};

await run(async () => {
  console.log(await gather(handle('ann'), handle('bob')));
  console.log(user.get());
});
