import { createTask, ExceptionGroup, run, sleep, taskGroup } from 'skein';

async function visit(name: string): Promise<string> {
  try {
    await sleep(name === 'b' ? 1 : 60_000);
    if (name === 'b') throw new RangeError(`nobody at ${name}`);
    return name;
  } finally {
    console.log('left', name);
  }
}

await run(async () => {
  try {
    await taskGroup(async (group) => {
      for (const name of ['a', 'b', 'c']) group.createTask(() => visit(name));
    }); // here all three are over
  } catch (error) {
    if (error instanceof ExceptionGroup) console.log(error.errors.map(String));
  }

  const all = Promise.all(['a', 'b'].map((name) => createTask(() => visit(name))));
  await all.catch((error: unknown) => console.log(String(error)));
  console.log('and a goes on');
});
