/** A time that no task needs. */
export const LONG_MS = 60_000;

/**
 * What Piscina and Tinypool are told of a call. Neither has a time limit: its users give the signal of one.
 *
 * @param {string | undefined} feature
 * @param {any} value what is sent
 */
export function runOptions(feature, value) {
  if (feature === 'timeout') return { signal: AbortSignal.timeout(LONG_MS) };
  if (feature === 'signal') return { signal: new AbortController().signal };
  return feature === 'transfer' ? { transferList: [value.buffer] } : {};
}
