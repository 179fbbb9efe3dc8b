import { Queue, QueueShutDown, run, sleep, taskGroup } from 'skein';

await run(async () => {
  const pages = new Queue<number>(2); // `put` waits while two are in it

  const reader = async (name: string) => {
    try {
      for (;;) {
        const page = await pages.get();
        await sleep(1);
        console.log(name, 'has read', page);
      }
    } catch (error) {
      if (!(error instanceof QueueShutDown)) throw error;
    }
  };

  await taskGroup(async (group) => {
    group.createTask(() => reader('ann'));
    group.createTask(() => reader('bob'));
    for (const page of [1, 2, 3, 4]) await pages.put(page);
    pages.shutdown(); // readers end when it is empty
  });
});
