// Formats every file, in place.
//
//   npm run format

import { inPlaceOfThis, tool } from './parts/command.mjs';
import { script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';

await script(() => {
  install();
  return inPlaceOfThis(tool('prettier', ['--write', '--log-level=warn', '.']));
});
