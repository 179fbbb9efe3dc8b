/**
 * Who listens to an AbortSignal, many to one: a signal has one listener of ours, however many tasks were
 * submitted with it. Node warns of a leak when there are more than ten.
 */
interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

const signals = new WeakMap<AbortSignal, Listening>();

/** Has `callback` called when the signal is aborted. Returns what takes that back. */
export function listenTo(signal: AbortSignal, callback: () => void): () => void {
  const { callbacks, listener } = signals.get(signal) ?? begin(signal);
  callbacks.add(callback);
  return () => {
    callbacks.delete(callback);
    if (callbacks.size > 0 || signals.get(signal)?.callbacks !== callbacks) return;
    signals.delete(signal);
    signal.removeEventListener('abort', listener);
  };
}

function begin(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    signals.delete(signal);
    for (const callback of callbacks) callback();
  };
  const listening = { callbacks, listener };
  signals.set(signal, listening);
  signal.addEventListener('abort', listener, { once: true });
  return listening;
}
