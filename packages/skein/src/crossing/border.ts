/**
 * Whether what is written now goes to another process, which has no memory in common with this one.
 *
 * The form is the same as between threads, and so is the code that writes it. What differs is what it may
 * hold: no memory that is shared, nothing that only a MessagePort carries, and functions by their names
 * instead of by numbers in a table that the other side does not have. Deep inside a message is where that
 * comes up, so whoever writes one says it around the whole.
 */
let isAcross = false;

/** Calls `write`; what is written meanwhile is for another process. */
export function acrossTheBorder<T>(write: () => T): T {
  const outer = isAcross;
  isAcross = true;
  try {
    return write();
  } finally {
    isAcross = outer;
  }
}

/** Whether the message that is being written is for another process. */
export function goesAcross(): boolean {
  return isAcross;
}

/** Where a message goes, as errors call it. */
export function elsewhere(): string {
  return isAcross ? 'another process' : 'another thread';
}
