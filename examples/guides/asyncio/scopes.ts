import {
  type Coroutine,
  ExceptionGroup,
  Lock,
  run,
  sleep,
  taskGroup,
  timeout,
  ValueError,
} from 'skein';

function* visit(name: string, fails: boolean): Coroutine<void> {
  try {
    yield* sleep(1);
    if (fails) throw new ValueError(name);
    yield* sleep(60_000);
  } finally {
    console.log('left', name);
  }
}

function* main(): Coroutine<void> {
  const lock = new Lock();
  {
    using _ = yield* lock.acquire();
    console.log('holds the lock');
  }
  try {
    yield* timeout(10_000, function* () {
      yield* taskGroup(function* (group) {
        group.createTask(visit('a', false));
        group.createTask(visit('b', true));
      });
    });
  } catch (error) {
    if (!(error instanceof ExceptionGroup)) throw error;
    const [failed, rest] = error.split(ValueError);
    if (failed !== null)
      console.log('failed:', ...failed.errors.map((each) => (each as Error).message));
    if (rest !== null) throw rest;
  }
}

run(main);
