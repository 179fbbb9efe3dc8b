import { CancelledError, createTask, currentTask, getRunningLoop, run, sleep, wait } from 'skein';

run(function* () {
  const unborn = createTask(function* () {
    console.log('never printed, and no finally either');
  });
  unborn.cancel();

  const itself = createTask(function* () {
    currentTask()?.cancel();
    const done = getRunningLoop().createFuture<string>();
    done.setResult('no wait');
    console.log(yield* done);
    try {
      yield* sleep(0);
    } catch (error) {
      console.log('at the next real wait:', error instanceof CancelledError);
      throw error;
    }
  });
  yield* wait([unborn, itself]);
  console.log(unborn.cancelled(), itself.cancelled());
});
