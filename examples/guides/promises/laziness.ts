import { type Coroutine, run } from 'skein';

function* greet(): Coroutine<void> {
  console.log('hello');
}

run(function* () {
  greet(); // a coroutine that nobody waits for: nothing happens
  const greeting = greet();
  console.log('nothing yet');
  yield* greeting;
});
