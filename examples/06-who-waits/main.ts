// Who waits for whom: the tasks of a loop as a tree, and the call graph of one of them.
//
//   npm run -s example -- 06-who-waits
//
// See two tasks of a group in line for a lock that a third one holds, and who awaits the last of them.

import {
  allTasks,
  formatTaskTree,
  gather,
  Lock,
  newEventLoop,
  printCallGraph,
  sleep,
  taskGroup,
} from 'skein';

const loop = newEventLoop();
const lock = new Lock();

function* write(text: string) {
  yield* lock.acquire();
  yield* sleep(200);
  lock.release();
  return text;
}

function* main() {
  yield* taskGroup(function* save(group) {
    const tasks = ['first', 'second', 'third'].map((name) =>
      group.createTask(write(name), { name }),
    );
    yield* gather(...tasks);
  });
}

loop.callLater(10, () => {
  console.log(formatTaskTree(loop));
  printCallGraph([...allTasks(loop)].at(-1));
});
loop.runUntilComplete(loop.createTask(main(), { name: 'main' }));
loop.close();
