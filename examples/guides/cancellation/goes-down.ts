import {
  type Awaitable,
  CancelledError,
  type Coroutine,
  createTask,
  run,
  sleep,
  wait,
} from 'skein';

function* logged(name: string, body: Awaitable<void>): Coroutine<void> {
  try {
    yield* body;
  } catch (error) {
    if (error instanceof CancelledError) console.log(`${name}: ${error.message}`);
    throw error;
  }
}

run(function* () {
  const inner = createTask(logged('inner', sleep(60_000)));
  const outer = createTask(logged('outer', inner));
  yield* sleep(0);
  outer.cancel('shop closes');
  yield* wait([outer]);
  console.log(inner.cancelled(), outer.cancelled());
});
