import { type Coroutine, ExceptionGroup, run, sleep, taskGroup } from 'skein';

function* fetchPage(page: number): Coroutine<string> {
  try {
    yield* sleep(page === 2 ? 1 : 60_000);
    if (page === 2) throw new RangeError(`no page ${page}`);
    return `page ${page}`;
  } finally {
    console.log('over:', page);
  }
}

run(function* () {
  try {
    yield* taskGroup(function* (group) {
      for (const page of [1, 2, 3]) group.createTask(fetchPage(page));
    });
  } catch (error) {
    if (!(error instanceof ExceptionGroup)) throw error;
    console.log(error.errors.map(String));
  }

  const first = yield* taskGroup(function* (group) {
    group.createTask(sleep(60_000));
    group.cancel();
    yield* sleep(0);
    return 'never comes to this';
  });
  console.log(first);
});
