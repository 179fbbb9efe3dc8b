import { createTask, run, sleep } from 'skein';

async function download(name: string): Promise<string> {
  console.log('begin', name);
  await sleep(1);
  return name.toUpperCase();
}

await run(async () => {
  const promise = download('promise'); // has begun when the call returns
  const task = createTask(() => download('task')); // begins in the next turn of the loop
  console.log('both are under way');
  console.log(await promise, await task);
  console.log(task.getName(), task.done(), task.result());
});
