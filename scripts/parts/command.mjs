// Runs other programs. The tools are those in node_modules, started by the Node that runs the
// script; nothing has to be installed on the machine but Node and npm.

import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { Failure } from './failure.mjs';
import { root } from './places.mjs';

/**
 * Runs a program to its end and returns what it printed.
 *
 * @param {string[]} command program and arguments
 * @param {{ cwd?: string }} [options]
 * @returns {string} stdout
 * @throws {Failure} with everything it printed, when it does not end with 0
 */
export function quietly(command, { cwd = root } = {}) {
  const [program, ...args] = command;
  const result = spawnSync(program, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  if (result.error) throw new Failure(`Could not run ${program}: ${result.error.message}`);
  if (result.status !== 0) {
    const printed = `${result.stdout}${result.stderr}`.trim();
    const ending = result.signal ? `died of ${result.signal}` : `ended with ${result.status}`;
    throw new Failure(printed === '' ? `${command.join(' ')} ${ending}.` : printed);
  }
  return result.stdout;
}

/**
 * Runs a program on this terminal, passes on the signals that end it, and ends this process as the
 * program ended: same code, or 128 + the signal's number.
 *
 * @param {string[]} command program and arguments
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<void>} settled when the program has ended
 */
export function inPlaceOfThis(command, { cwd = root, env = process.env } = {}) {
  const [program, ...args] = command;
  const child = spawn(program, args, { cwd, env, stdio: 'inherit' });
  // On Ctrl-C the terminal tells both; this process only has to outlive the other.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(new Failure(`Could not run ${program}: ${error.message}`)));
    child.on('exit', (code, signal) => {
      process.exitCode = signal === null ? (code ?? 1) : 128 + constants.signals[signal];
      resolve();
    });
  });
}

/**
 * The command that runs an installed tool.
 *
 * @param {string} name the tool's command, as in node_modules/.bin
 * @param {string[]} args
 * @param {string} [packageName] the package that holds it, where it is called otherwise
 * @returns {string[]} program and arguments
 */
export function tool(name, args, packageName = name) {
  const folder = join(root, 'node_modules', packageName);
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return [process.execPath, join(folder, typeof bin === 'string' ? bin : bin[name]), ...args];
}

/**
 * The command that runs npm: the npm that started this script, where there is one.
 *
 * @param {string[]} args
 * @returns {string[]} program and arguments
 */
export function npm(args) {
  const started = process.env.npm_execpath ?? '';
  if (basename(started) === 'npm-cli.js') return [process.execPath, started, ...args];
  if (process.platform !== 'win32') return ['npm', ...args];
  // There npm is a batch file, which only a shell can run; its program lies beside Node.
  const folder = dirname(process.execPath);
  return [process.execPath, join(folder, 'node_modules', 'npm', 'bin', 'npm-cli.js'), ...args];
}
