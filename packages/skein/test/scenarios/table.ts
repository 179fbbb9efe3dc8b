import { type Cell, whyMissing } from './cell.ts';
import {
  type Canceller,
  cancellers,
  type Cleanup,
  cleanups,
  type Place,
  places,
} from './dimensions.ts';
import { endOf } from './rules.ts';

/** All cells of a place, missing ones included. */
export function cellsOf(place: Place): Cell[] {
  return cancellers.flatMap((canceller) =>
    cleanups.map((cleanup) => ({ place, canceller, cleanup })),
  );
}

/** All of the cells that are not missing. */
export const cells: readonly Cell[] = places
  .flatMap((place) => cellsOf(place))
  .filter((cell) => whyMissing(cell) === null);

/** The tables as they stand in scenarios.md. */
export function table(): string {
  const ends = cancellers.map((canceller): string[] => {
    const row: string[] = [canceller];
    return row.concat(cleanups.map(endBy(canceller)));
  });
  const rows = places.map((place) => [
    place.name,
    others(place.cancels, place.job === 'cancelled'),
    others(place.spares, place.job === 'running'),
    coverage(place),
  ]);
  return [
    'How the task ends, wherever it waits:\n',
    ...markdown(['who cancels', ...cleanups], ends),
    '',
    'What ends with it, what goes on, and how many cells there are:\n',
    ...markdown(['where it waits', 'cancelled with it', 'goes on', 'cells'], rows),
    '',
    `${cells.length} cells in each driver.`,
    '',
  ].join('\n');
}

function endBy(canceller: Canceller): (cleanup: Cleanup) => string {
  return (cleanup) =>
    whyMissing({ place: places[0] as Place, canceller, cleanup }) ?? endOf(canceller, cleanup);
}

function others(tasks: readonly number[], isJob: boolean): string {
  const names = tasks.map((id) => `task ${id}`);
  return (isJob ? [...names, 'the job'] : names).join(', ');
}

/** What is missing at every place stands in the first table. */
function coverage(place: Place): string {
  const everywhere = new Set(cellsOf(places[0] as Place).map(whyMissing));
  const all = cellsOf(place);
  const here = all.map(whyMissing).filter((reason) => !everywhere.has(reason));
  const there = all.filter((cell) => whyMissing(cell) === null);
  return [`${there.length} of ${all.length}`, ...new Set(here)].join('; ');
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string[] {
  return [head, head.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
}
