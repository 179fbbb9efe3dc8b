import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  type Coroutine,
  createTask,
  type ExceptionGroup,
  FIRST_EXCEPTION,
  run,
  shield,
  sleep,
  taskGroup,
  wait,
} from 'skein';

/* What hostile reviews have found. */

function* throwsNull(): Coroutine<never> {
  yield;
  throw null; // oxlint-disable-line no-throw-literal, only-throw-error
}

describe('a task that throws null', () => {
  test('was a success to shield, and ended the run', () => {
    const caught = run(function* () {
      try {
        yield* shield(createTask(throwsNull()));
        return 'nothing';
      } catch (error) {
        return error;
      }
    });
    assert.equal(caught, null);
  });

  test('was lost by a group', () => {
    const errors = run(function* () {
      try {
        return yield* taskGroup(function* (group) {
          group.createTask(throwsNull());
          yield* sleep(9000);
        });
      } catch (error) {
        return (error as ExceptionGroup).errors;
      }
    });
    assert.deepEqual(errors, [null]);
  });

  test('was no failure to wait', () => {
    const [done, pending] = run(function* () {
      const other = createTask(sleep(9000));
      const sets = yield* wait([createTask(throwsNull()), other], { returnWhen: FIRST_EXCEPTION });
      return [sets.done.size, sets.pending.size];
    });
    assert.deepEqual([done, pending], [1, 1]);
  });
});

describe('signals of createTask', () => {
  test('a reason without a text ended the process', () => {
    run(function* () {
      const controller = new AbortController();
      const task = createTask(sleep(9000), { signal: controller.signal });
      yield* sleep(0);
      controller.abort(Object.create(null));
      yield* wait([task]);
      assert.equal(task.cancelled(), true);
    });
  });

  test('what was no signal was refused, and the task ran all the same', () => {
    const o: string[] = [];
    run(function* () {
      const body = function* (): Coroutine<void> {
        o.push('ran');
      };
      assert.throws(() => createTask(body, { signal: 'x' as never }), TypeError);
      yield* sleep(1);
    });
    assert.deepEqual(o, []);
  });
});
