import { type Coroutine, createTask, Event, run, shield, sleep, wait } from 'skein';

const connected = new Event();

function* save(): Coroutine<void> {
  yield* connected.wait();
  console.log('saved');
}

run(function* () {
  const saving = createTask(save());
  const request = createTask(function* () {
    yield* shield(saving);
    console.log('never printed');
  });
  yield* sleep(0);
  request.cancel();
  yield* wait([request]);
  console.log('request cancelled:', request.cancelled());
  connected.set();
  yield* saving;
});
