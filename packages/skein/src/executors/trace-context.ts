/**
 * Carries the trace that a task belongs to into the worker, as a request carries it into another service: as
 * headers (W3C Trace Context), which whoever traces the caller has written.
 *
 * Who traces is found where OpenTelemetry's API keeps it, in the global object: so nothing is to be set up, and
 * this package does not depend on it.
 *
 * @see https://www.w3.org/TR/trace-context/
 * @see https://github.com/open-telemetry/opentelemetry-js, api/src/internal/global-utils.ts
 */

/** Headers: `traceparent`, and what else the propagators of the program write. */
export type TraceHeaders = Readonly<Record<string, string>>;

interface TracingApi {
  readonly context?: {
    active(): unknown;
    with<T>(context: unknown, fn: () => T): T;
  };
  readonly propagation?: {
    inject(context: unknown, carrier: object, setter: object): void;
    extract(context: unknown, carrier: object, getter: object): unknown;
  };
}

const API = Symbol.for('opentelemetry.js.api.1');

/** Once it is there it stays; what it has may change. */
let found: TracingApi | undefined;

function api(): TracingApi | undefined {
  return (found ??= (globalThis as unknown as Record<symbol, TracingApi | undefined>)[API]);
}

/** Whether tracing was found in this thread: then it costs nothing to look again. */
export const isTracingKnown = (): boolean => found !== undefined;

const setter = {
  set: (carrier: Record<string, string>, key: string, value: string): void => {
    carrier[key] = value;
  },
};
const getter = {
  get: (carrier: TraceHeaders, key: string): string | undefined => carrier[key],
  keys: (carrier: TraceHeaders): string[] => Object.keys(carrier),
};

/** What the current context is traced by; null when it is not. */
export function traceOfCaller(): TraceHeaders | null {
  const tracing = api();
  if (tracing?.context === undefined || tracing.propagation === undefined) return null;
  const headers: Record<string, string> = {};
  try {
    tracing.propagation.inject(tracing.context.active(), headers, setter);
  } catch {
    return null; // the task is to be done all the same
  }
  for (const _ in headers) return headers;
  return null;
}

/** Calls `fn` in the trace that came with a task, where somebody traces in this thread. */
export function callInTrace<T>(headers: TraceHeaders, fn: () => T): T {
  const tracing = api();
  if (tracing?.context === undefined || tracing.propagation === undefined) return fn();
  const { context, propagation } = tracing;
  let extracted: unknown;
  try {
    extracted = propagation.extract(context.active(), headers, getter);
  } catch {
    return fn();
  }
  return context.with(extracted, fn);
}
