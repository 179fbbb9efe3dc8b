import { ContextVar, copyContext, createTask, getRunningLoop, run, sleep } from 'skein';

const user = new ContextVar('user', { default: 'nobody' });

run(function* () {
  const loop = getRunningLoop();
  const context = copyContext();
  loop.callSoon(context.bind(() => user.set('ann'))); // call_soon(…, context=context)
  yield* sleep(0);
  console.log(context.get(user), user.get());

  const seen = yield* createTask(
    function* () {
      using _ = user.set('bob'); // a token: reset at the end of the block
      return user.get();
    },
    { context },
  );
  console.log(seen, context.get(user));
});
