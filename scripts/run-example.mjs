// Runs one of the example programs; what it prints is the program's own.
//
//   npm run -s example -- 02-five-threads [ARGUMENTS]

import { runExample } from './parts/examples.mjs';
import { script } from './parts/failure.mjs';
import { setUp } from './setup.mjs';

await script(async () => {
  await setUp();
  const [name, ...args] = process.argv.slice(2);
  return runExample(name, args);
});
