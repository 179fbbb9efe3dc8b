/**
 * A moment's connection to this thread's own inspector.
 *
 * Skein asks the engine two things that JavaScript itself cannot tell: where a function was
 * written, and which variables it can see. The inspector answers both in-process and at once: every
 * request used here calls back before `post` returns, in the main thread and in workers, with and
 * without `--inspect`.
 *
 * 1. A session lives for one question and is disconnected in a `finally`.
 * 2. `Debugger.enable` is asked for by one file only (script-urls.ts), which disables it at once:
 *    while a debugger is enabled, `await` is ten to seventeen times slower.
 * 3. The module is taken from Node on first use: most threads never need it.
 */

import type { Session } from 'node:inspector';

/** Sends one request and returns its answer; throws what the inspector refuses. */
export type Post = (method: string, params?: object) => InspectorAnswer;

/** The parts of the protocol's answers that Skein reads. */
export interface InspectorAnswer {
  readonly result?: RemoteObject & readonly PropertyDescription[];
  readonly internalProperties?: readonly PropertyDescription[];
  readonly exceptionDetails?: {
    readonly stackTrace?: { readonly callFrames: readonly CallFrame[] };
  };
}

/** `Runtime.RemoteObject`, as far as it is read. */
export interface RemoteObject {
  readonly type?: string;
  readonly objectId?: string;
  readonly value?: unknown;
  readonly description?: string;
}

/** `Runtime.PropertyDescriptor` and `Runtime.InternalPropertyDescriptor`, as far as they are read. */
export interface PropertyDescription {
  readonly name: string;
  readonly value?: RemoteObject;
}

interface CallFrame {
  readonly scriptId: string;
  readonly url: string;
}

/** Where a value stands for the moment in which it is handed to the inspector. */
const exchange: unique symbol = Symbol.for('skein.inspector-exchange') as never;
const exchangeSource = 'globalThis[Symbol.for("skein.inspector-exchange")]';

/**
 * Runs `use` with a connected session and disconnects.
 *
 * Returns `undefined`, without calling `use`, where this process must not inspect itself (Node's
 * permission model) or was built without an inspector.
 */
export function withInspector<T>(use: (post: Post, session: Session) => T): T | undefined {
  const inspector = process.getBuiltinModule?.('node:inspector');
  if (inspector === undefined) return undefined;
  const session = new inspector.Session();
  try {
    session.connect();
  } catch {
    return undefined;
  }
  try {
    return use((method, params) => ask(session, method, params), session);
  } finally {
    session.disconnect();
  }
}

/** Gives `value` to the inspector and returns its description, or `undefined` when it cannot be seen. */
export function describeToInspector(post: Post, value: unknown): RemoteObject | undefined {
  return throughExchange(
    value,
    () => post('Runtime.evaluate', { expression: exchangeSource, silent: true }).result,
  );
}

/** Returns the live object that the inspector knows under `objectId`, entry by entry if it is a list. */
export function entriesOf(post: Post, objectId: string): readonly unknown[] {
  const out: unknown[] = [];
  throughExchange(out, () =>
    post('Runtime.callFunctionOn', {
      objectId,
      functionDeclaration: `function () { ${exchangeSource}.push(...Array.from(this)); }`,
      silent: true,
    }),
  );
  return out;
}

function throughExchange<T>(value: unknown, use: () => T): T {
  Object.defineProperty(globalThis, exchange, { value, configurable: true });
  try {
    return use();
  } finally {
    delete (globalThis as { [exchange]?: unknown })[exchange];
  }
}

function ask(session: Session, method: string, params: object | undefined): InspectorAnswer {
  let answer: InspectorAnswer = {};
  const refusals: Error[] = [];
  session.post(method, params, (error: Error | null, result?: object) => {
    if (error !== null) refusals.push(error);
    answer = result ?? {};
  });
  const [refusal] = refusals;
  if (refusal !== undefined) throw new Error(`the inspector refused ${method}`, { cause: refusal });
  return answer;
}
