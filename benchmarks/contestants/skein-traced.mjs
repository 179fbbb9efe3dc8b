// Each task is submitted within a span, as the handler of a traced server does.

import { context, propagation, trace, TraceFlags } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { asyncLanes } from './parts/lanes.mjs';
import { skeinPool } from './parts/skein-pool.mjs';
import { skein, version } from './parts/skein.mjs';

context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
propagation.setGlobalPropagator(new W3CTraceContextPropagator());

const span = {
  traceId: '0af7651916cd43dd8448eb211c80319c',
  spanId: 'b7ad6b7169203331',
  traceFlags: TraceFlags.SAMPLED,
};
const traced = trace.setSpanContext(context.active(), span);

export const name = 'Skein, in a trace of OpenTelemetry';
export { version };
export const { setup, run, teardown } = skeinPool(({ pool, fn, job, count }) => {
  const submit = (value) => pool.submit(fn, value);
  const call = (value) => context.with(traced, submit, undefined, value);
  return skein.run(async () => asyncLanes(call, job, count));
});
