// Makes the package ready to be packed: built, with the project's licence in it. npm
// runs it before `npm pack` and `npm publish`.

import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { script } from './parts/failure.mjs';
import { packageFolder, root } from './parts/places.mjs';
import { setUp } from './setup.mjs';

await script(async () => {
  await setUp();
  copyFileSync(join(root, 'LICENSE'), join(packageFolder, 'LICENSE'));
});
