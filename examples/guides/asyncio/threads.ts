import {
  type Coroutine,
  currentThread,
  getRunningLoop,
  isMainThread,
  type RemoteLoop,
  run,
  runCoroutineThreadsafe,
  sleep,
  Thread,
} from 'skein';

export function* greet(name: string): Coroutine<string> {
  yield* sleep(1);
  return `hello ${name}, from ${currentThread().name}`;
}

export function ask(loop: RemoteLoop): void {
  const future = runCoroutineThreadsafe(greet, ['you'], loop);
  console.log(future.result()); // blocks this thread, and not that loop
}

if (isMainThread) {
  run(function* () {
    const thread = new Thread({ target: ask, args: [getRunningLoop().remote()] });
    thread.start();
    yield* thread.joined(); // join() would block the loop that is asked
  });
}
