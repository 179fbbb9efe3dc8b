import { isMainThread, sleepSync, Thread, ThreadEvent, ThreadQueue } from 'skein';

/** Measures something again and again, until it shall stop. */
export function measure(stop: ThreadEvent, values: ThreadQueue<number>): void {
  while (!stop.isSet()) {
    values.putSync(performance.now());
    sleepSync(5);
  }
  values.shutdown();
}

if (isMainThread) {
  const stop = new ThreadEvent();
  const values = new ThreadQueue<number>();
  const thread = new Thread({ target: measure, args: [stop, values] });
  thread.start();

  let last = 0;
  let count = 0;
  for await (const value of values) {
    if (value < last) throw new Error('time goes backwards');
    last = value;
    if (++count === 10) stop.set();
  }
  await thread.joined();
  console.log(count >= 10);
}
