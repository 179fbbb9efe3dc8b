/** Calls functions by reference in a real worker. */

import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { decodeError } from '../../../dist/crossing/decode-error.js';
import { type FunctionReference, referenceOf } from '../../../dist/crossing/function-reference.js';
import { loaderSetup } from '../../../dist/crossing/loader.js';
import type { Answer } from '../../fixtures/crossing/receiver.js';

export class ReceiverThread {
  readonly #worker = new Worker(new URL('../../fixtures/crossing/receiver.js', import.meta.url), {
    workerData: { loader: loaderSetup() },
  });

  /** Runs `fn`, or what a reference names, over there. Throws what it throws. */
  async call(fn: Function | FunctionReference, ...args: unknown[]): Promise<unknown> {
    return this.#ask({ reference: asReference(fn), args });
  }

  /** The same, over there without waiting for an import. */
  async callSync(fn: Function | FunctionReference, ...args: unknown[]): Promise<unknown> {
    return this.#ask({ reference: asReference(fn), args, sync: true });
  }

  /** What `call` throws. */
  async failure(fn: Function | FunctionReference, ...args: unknown[]): Promise<unknown> {
    try {
      await this.call(fn, ...args);
    } catch (error) {
      return error;
    }
    throw new Error('nothing was thrown');
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  async #ask(request: object): Promise<unknown> {
    this.#worker.postMessage(request);
    const [answer] = (await once(this.#worker, 'message')) as [Answer];
    if ('error' in answer) throw decodeError(answer.error);
    return answer.value;
  }
}

function asReference(fn: Function | FunctionReference): FunctionReference {
  return typeof fn === 'function' ? referenceOf(fn) : fn;
}
