// Makes the package ready to be packed: built, with the project's README and licence beside it. npm
// runs it before `npm pack` and `npm publish`.

import { copyFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { script } from './parts/failure.mjs';
import { packageFolder, root } from './parts/places.mjs';
import { setUp } from './setup.mjs';

await script(async () => {
  await setUp();
  for (const file of ['README.md', 'LICENSE']) {
    if (existsSync(join(root, file))) copyFileSync(join(root, file), join(packageFolder, file));
  }
});
