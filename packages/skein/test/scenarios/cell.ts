import type { Body, Program, Statement } from '../differential/program.ts';
import {
  type Canceller,
  child,
  type Cleanup,
  N,
  numbered,
  type Place,
  s,
  sleep,
  task,
} from './dimensions.ts';

/* A cell of the table: its program, or why there is none. */

export interface Cell {
  readonly place: Place;
  readonly canceller: Canceller;
  readonly cleanup: Cleanup;
}

/** Why a cell makes no sense; null when it does. */
export function whyMissing({ place, canceller, cleanup }: Cell): string | null {
  if (canceller === 'the end of run()' && cleanup === 'is cancelled again') {
    return 'missing: after the end nobody is left who would cancel once more';
  }
  if (place.atOnce === undefined || canceller.startsWith('another task')) return null;
  if (place.atOnce === 'not started') {
    return 'missing: what has not begun cannot act itself, and has begun when the others can';
  }
  return 'missing: these cancel in another step than the one in which its future is done: it waits or has run';
}

/** The program of a cell that is not missing. */
export function programOf(cell: Cell): Program {
  const { place, canceller, cleanup } = cell;
  const before: Statement[] = [
    ...place.before,
    task(9, s({ op: 'lock', body: [s({ op: 'awaitFuture', nth: 1 })] })),
  ];
  const cancelledAgain = cleanup === 'is cancelled again' && canceller !== 'the end of run()';
  if (cancelledAgain) before.push(task(8, sleep(3), s({ op: 'cancel', id: 1, message: null })));
  const victim = child(1, ...victimBody(cell));
  const main = [...before, sleep(0), ...cancelling(cell, victim)];
  if (canceller !== 'the end of run()')
    main.push(sleep(4), ...release(place), ...place.probe, end());
  return { main };
}

const end = (): Statement => numbered(N.probed, { op: 'mark' });

/** At 5 ms: whoever holds something lets it go. */
function release({ name }: Place): Statement[] {
  const futures = [s({ op: 'setResult', nth: 1 }), sleep(1)];
  return name === 'ready' ? futures : [s({ op: 'setResult', nth: 0 }), ...futures];
}

/**
 * Until the task waits. Virtual time does not pass while a promise of somebody else is waited for, so
 * these are turns of the loop then.
 */
function meanwhile({ foreign }: Place): Statement[] {
  return foreign === true ? Array.from({ length: 10 }, () => sleep(0)) : [sleep(1)];
}

/** Makes task 1 and has it cancelled. */
function cancelling({ place, canceller }: Cell, victim: ReturnType<typeof child>): Statement[] {
  const cancel = (): Statement => s({ op: 'cancel', id: 1, message: null });
  const spawn = s({ op: 'spawn', child: victim });
  switch (canceller) {
    case 'another task':
    case 'another task, twice at once': {
      const cancels = canceller === 'another task' ? [cancel()] : [cancel(), cancel()];
      if (place.atOnce === 'not started') return [spawn, ...cancels, ...meanwhile(place)];
      if (place.atOnce === 'ready') {
        return [spawn, ...meanwhile(place), s({ op: 'setResult', nth: 0 }), ...cancels];
      }
      return [spawn, ...meanwhile(place), ...cancels];
    }
    case 'the failure of a sibling': {
      const sibling = child(7, ...meanwhile(place), numbered(N.siblingFailure, { op: 'raise' }));
      // In a task of its own, so that the main one can let go what is held.
      return [
        task(6, s({ op: 'group', children: [victim, sibling], body: [] })),
        ...meanwhile(place),
      ];
    }
    case 'itself':
    case 'a timeout':
    case 'the end of run()':
      return [spawn, ...meanwhile(place)];
  }
}

function victimBody({ place, canceller, cleanup }: Cell): Body {
  const inside = canceller === 'itself' ? [s({ op: 'cancel', id: 1, message: null })] : [];
  const body = guarded(cleanup, [...inside, place.wait]);
  const ms = place.foreign === true ? 0 : 1;
  return canceller === 'a timeout' ? [s({ op: 'timeout', ms, body })] : body;
}

/** The wait with its cleanup around it. */
function guarded(cleanup: Cleanup, body: Body): Body {
  const cleanedUp = numbered(N.cleanedUp, { op: 'mark' });
  const finallyDo = (...final: Statement[]): Body => [
    numbered(N.cleanup, {
      op: 'try',
      body,
      caught: 'nothing',
      handler: [],
      rethrow: true,
      final,
    }),
  ];
  const swallow = numbered(N.cleanup, {
    op: 'try',
    body,
    caught: 'cancelled',
    handler: [cleanedUp],
    rethrow: false,
    final: [],
  });
  switch (cleanup) {
    case 'nothing':
      return finallyDo(cleanedUp);
    case 'waits once':
      return finallyDo(sleep(0), cleanedUp);
    case 'waits for a lock':
      return finallyDo(s({ op: 'lock', body: [cleanedUp] }));
    case 'throws':
      return finallyDo(cleanedUp, numbered(N.failure, { op: 'raise' }));
    case 'swallows, goes on':
      return [swallow, sleep(0), numbered(N.wentOn, { op: 'mark' })];
    case 'returns a value':
      return [swallow];
    case 'is cancelled again':
      return finallyDo(sleep(1000), cleanedUp);
  }
}
