import { BrokenThreadPool, isMainThread, ThreadPoolExecutor } from 'skein';

export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly code = 'ERR_PARSE';
  readonly line: number;

  constructor(line: number) {
    super(`line ${line} makes no sense`);
    this.line = line;
  }
}

export function parse(): never {
  throw new ParseError(7);
}

export const exit = (): never => process.exit(5);

if (isMainThread) {
  const pool = new ThreadPoolExecutor({ maxWorkers: 1 });
  try {
    await pool.submit(parse);
  } catch (error) {
    if (error instanceof ParseError) console.log(error.code, error.line);
  }
  try {
    await pool.submit(exit);
  } catch (error) {
    if (error instanceof BrokenThreadPool) console.log(error.message);
  }
}
