/** The cells of cancellation.test.ts in a blocking loop inside a Thread. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { NodeEventLoop, Thread } from 'skein';
import { checkAll } from './check-all.ts';
import { places } from './dimensions.ts';
import { cells } from './table.ts';
import { notedTraces, runCells } from './thread-cells.ts';

describe('coroutines, blocking loop inside a Thread', async () => {
  const loop = new NodeEventLoop();
  const thread = new Thread({ target: runCells, args: [loop.remote()], name: 'cells' });
  thread.start();
  await loop.runUntilComplete(async () => {
    await thread.joined();
  });
  loop.close();
  for (const place of places.filter((each) => each.foreign !== true)) {
    test(place.name, async () => {
      const chosen = cells.filter((cell) => cell.place === place);
      assert.ok(chosen.length > 0);
      await checkAll(chosen, (cell) => notedTraces().get(cells.indexOf(cell)) ?? []);
    });
  }
});
