import {
  Barrier,
  Condition,
  Event,
  type EventLoop,
  type Future,
  Lock,
  Queue,
  Semaphore,
} from 'skein';
import { Failure } from './failure.ts';
import { type FutureOp, FUTURES, type SyncOp } from './program.ts';
import { on, type Script } from './script.ts';

/** What a program shares between its tasks, one of each; and the statements about it. */
export class SharedThings {
  readonly lock: Lock = new Lock();
  readonly semaphore: Semaphore = new Semaphore(1);
  readonly queue: Queue<number> = new Queue(1);
  readonly #event: Event = new Event();
  readonly #condition: Condition = new Condition();
  readonly #barrier: Barrier = new Barrier(2);
  readonly #futures: readonly Future<number>[];

  constructor(loop: EventLoop) {
    this.#futures = Array.from({ length: FUTURES }, () => loop.createFuture<number>());
  }

  *step(op: SyncOp, n: number): Script<string> {
    switch (op) {
      case 'releaseLock':
        this.lock.release();
        return '';
      case 'releaseSemaphore':
        this.semaphore.release();
        return '';
      case 'put':
        yield* on(this.queue.put(n));
        return 'put';
      case 'putNowait':
        this.queue.putNowait(n);
        return 'put';
      case 'get':
        return `${yield* on(this.queue.get())}`;
      case 'getNowait':
        return `${this.queue.getNowait()}`;
      case 'taskDone':
        this.queue.taskDone();
        return '';
      case 'join':
        yield* on(this.queue.join());
        return 'joined';
      case 'setEvent':
        this.#event.set();
        return '';
      case 'clearEvent':
        this.#event.clear();
        return '';
      case 'waitEvent':
        yield* on(this.#event.wait());
        return 'happened';
      case 'waitCondition': {
        using _ = yield* on(this.#condition.acquire());
        yield* on(this.#condition.wait());
        return 'notified';
      }
      case 'notify':
      case 'notifyAll': {
        using _ = yield* on(this.#condition.acquire());
        if (op === 'notify') this.#condition.notify();
        else this.#condition.notifyAll();
        return '';
      }
      case 'notifyAndHold': {
        using _ = yield* on(this.#condition.acquire());
        this.#condition.notify();
        yield* on(this.#futures[0] as Future<number>);
        return '';
      }
      case 'waitBarrier':
        return `${yield* on(this.#barrier.wait())}`;
      case 'resetBarrier':
        yield* on(this.#barrier.reset());
        return '';
      case 'abortBarrier':
        yield* on(this.#barrier.abort());
        return '';
    }
  }

  *stepOfFuture(op: FutureOp, nth: number, n: number): Script<string> {
    const future = this.#futures[nth] as Future<number>;
    switch (op) {
      case 'awaitFuture':
        return `${yield* on(future)}`;
      case 'setResult':
        future.setResult(n);
        return '';
      case 'setException':
        future.setException(new Failure(n));
        return '';
      case 'cancelFuture':
        return `${future.cancel()}`;
    }
  }
}
