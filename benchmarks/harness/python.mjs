import { spawnSync } from 'node:child_process';

/** The user's own, and the system's: Debian's packages are seen by the latter only. */
const CANDIDATES = ['python3', '/usr/bin/python3', 'python'];
const found = new Map();

/**
 * A Python interpreter that can import a module.
 *
 * @param {string} module
 * @returns {string | undefined} the program, or undefined when there is none on this machine
 */
export function interpreterWith(module) {
  if (!found.has(module)) {
    const canImport = (program) =>
      spawnSync(program, ['-c', `import ${module}`], { stdio: 'ignore' }).status === 0;
    found.set(module, CANDIDATES.find(canImport));
  }
  return found.get(module);
}
