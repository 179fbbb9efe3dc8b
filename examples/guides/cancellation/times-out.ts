import { run, sleep, timeout, TimeoutError, waitFor } from 'skein';

run(function* () {
  try {
    yield* timeout(10, function* () {
      try {
        yield* sleep(60_000);
      } finally {
        console.log('cleaned up');
      }
    });
  } catch (error) {
    console.log('too late:', error instanceof TimeoutError);
  }

  console.log(yield* waitFor(sleep(1, 'in time'), 60_000));

  yield* timeout(10, function* (scope) {
    scope.reschedule(null); // no deadline any more
    yield* sleep(20);
    console.log('expired:', scope.expired());
  });
});
