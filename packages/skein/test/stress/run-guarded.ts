import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Default size of a run, and how much longer than its size a program may take before it counts as hung. */
const DEFAULT_MS = 6000;
const GUARD_MS = 90_000;

/** The seed of this run: SKEIN_SEED, or another one each time. */
export const seed = Number(process.env.SKEIN_SEED ?? Date.now() % 1_000_000);

/** How long a program shall put things under stress: SKEIN_STRESS minutes, or a few seconds. */
export const durationMs =
  process.env.SKEIN_STRESS === undefined ? DEFAULT_MS : Number(process.env.SKEIN_STRESS) * 60_000;

/**
 * Runs a program of this folder in a process of its own; it has to end by itself.
 *
 * @throws {Error} with all that it printed, when it fails or hangs; then it is killed
 */
export function runGuarded(name: string, args: readonly number[]): Promise<string> {
  const file = fileURLToPath(new URL(`${name}.js`, import.meta.url));
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [file, ...args.map(String)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    let output = '';
    const note = (text: string): void => void (output += text);
    child.stdout.setEncoding('utf8').on('data', note);
    child.stderr.setEncoding('utf8').on('data', note);
    let hung = '';
    const guard = setTimeout(() => {
      hung = ' did not end and was killed:';
      child.kill('SIGKILL');
    }, durationMs + GUARD_MS);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(guard);
      const how = hung || ` ended with ${signal ?? `exit code ${code}`}:`;
      if (code === 0 && hung === '') resolve(output.trimEnd());
      else reject(new Error(`${name} ${args.join(' ')}${how}\n${output}`));
    });
  });
}
