// What the threads do, the same for every pool: next to nothing, so that the pool itself is seen.

export const increment = (x) => x + 1;

export const echo = (value) => value;

/** `increment` of a number; where one comes with a gate, when that is open. */
export function incrementBehind(x) {
  if (typeof x === 'number') return x + 1;
  Atomics.wait(x.gate, 0, 0);
  return x.number + 1;
}

export const numberIn = (bytes) => new DataView(bytes.buffer).getUint32(0, true);

// For what makes asynchronous functions synchronous.

export const incrementLater = async (x) => x + 1;

export const echoLater = async (value) => value;
