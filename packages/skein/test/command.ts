import { type ExecFileException, execFile } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of the repository. */
export const ROOT: string = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));

export interface Ended {
  readonly code: number | string | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, a minute at most. */
export function run(command: string, args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const limits = { timeout: 60_000, killSignal: 'SIGKILL', maxBuffer: 1 << 24 } as const;
    execFile(command, args, limits, (error: ExecFileException | null, stdout, stderr) => {
      const code = error === null ? 0 : (error.code ?? error.signal ?? null);
      resolve({ code, stdout, stderr });
    });
  });
}
