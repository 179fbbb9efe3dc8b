/*
 * Large payloads arrive in memory of their own, which the engine frees when it collects. glibc then gives
 * it back to the system, and the next one is fetched anew, page by page: two thirds of the time that 1 MiB
 * took to a worker and back, and three quarters of that of 64 KiB.
 *
 * glibc has two thresholds for that: what is larger than the one has a mapping of its own, and of the
 * heap's end what is more than the other is given back. They are not to be set from here, but they move:
 * when a mapping is freed that was larger than the first, that becomes as large, up to 32 MiB, and the
 * second twice as much. So one such mapping is made and freed, untouched, before the first large payload.
 * From then on each arena of the allocator may keep up to 64 MiB that are free.
 *
 * @see mallopt(3), M_MMAP_THRESHOLD, and glibc malloc/malloc.c, __libc_free
 */

/** Below 32 MiB by more than the allocator and the page add to it. */
const MAPPING_BYTES = 32 * 1024 * 1024 - 65_536;

/** Memory of this size and more glibc may give back to the system as soon as it is free. */
const LARGE_BYTES = 8 * 1024;

let isKept = false;

/**
 * Sees to it, once, that freed memory is kept for what comes next. Where it cannot, nothing happens.
 *
 * @param bytes - how large what crosses now is
 */
export function keepFreedMemory(bytes: number): void {
  if (isKept || bytes < LARGE_BYTES) return;
  isKept = true;
  if (process.platform !== 'linux') return;
  try {
    // A port that is closed frees what it is given at once.
    const { port1 } = new MessageChannel();
    port1.close();
    port1.postMessage(null, [new ArrayBuffer(MAPPING_BYTES)]);
  } catch {
    // No room for it: then memory is fetched anew.
  }
}
