import { basename } from 'node:path';
import { isMainThread, ThreadPoolExecutor } from 'skein';

const letters = 26; // every thread has its own, as part of its own copy of the module

export function shift(text: string, by: number): string {
  return text.replace(/[a-z]/g, (c) =>
    String.fromCharCode(((c.charCodeAt(0) - 97 + by) % letters) + 97),
  );
}

export class Cipher {
  by = 1;
  static back(this: void, text: string): string {
    return shift(text, letters - 1);
  }
}

if (isMainThread) {
  const pool = new ThreadPoolExecutor();
  console.log(await pool.submit(shift, 'ibm', 25));
  console.log(await pool.submit(Cipher.back, 'tlfjo'));
  console.log(await pool.submit(basename, '/usr/bin/node')); // a function of Node's
}
