// Says what is being waited for, on a terminal only, and takes it back: what a program prints must be
// its own, also when its output goes to a file.

/**
 * Runs `work` while the line stands on the terminal.
 *
 * @template T
 * @param {string} line
 * @param {() => T} work
 * @returns {T}
 */
export function saying(line, work) {
  const { stderr } = process;
  if (!stderr.isTTY) return work();
  stderr.write(line);
  try {
    return work();
  } finally {
    stderr.write('\r\x1b[K');
  }
}
