// Runs the main job: finds the duplicate files below a folder, by several threads with a loop each and
// one shared pool.
//
//   npm start               the project's own node_modules
//   npm start -- FOLDER     any folder

import { runExample } from './parts/examples.mjs';
import { script } from './parts/failure.mjs';
import { setUp } from './setup.mjs';

await script(async () => {
  await setUp();
  return runExample('03-find-duplicates', process.argv.slice(2));
});
