/**
 * Which names a function's text takes from outside of it, as the engine itself sees it.
 *
 * Only a parser can tell: `salt` may be a parameter, a label, a property, a word in a string. There is
 * one in the engine, and it can be asked. A variable that an inner function uses has to outlive the
 * outer function's call, so the engine puts exactly those variables into the scope that the inner
 * function carries along. So the text is compiled inside a function that declares every word of the
 * text as a variable of its own, and the scope that comes out holds the free ones:
 *
 * ```
 *   text     (x) => { const salt = 1; return Math.abs(x + salt + pepper) }
 *   probe    function () { var x, salt, abs, pepper, Math; return ((x) => { … }); }
 *   scope    Math, pepper
 * ```
 *
 * Nothing of the text runs. Two more things are learned on the way. A variable that the text does not
 * mention can be in the scope only if the text calls `eval`, which might use any. And an arrow function
 * that uses `this` has it from around; `this` is in no scope that the inspector shows, but `arguments`
 * is, and is handed down by the same rule: so it is put in the place of `this`, and looked for.
 *
 * Costs 0.3 ms, once for each text.
 */

import { runInThisContext } from 'node:vm';
import { factsOf } from './function-facts.ts';

/** What the engine says of a text. */
export interface FreeNames {
  /** Variables that the text uses and does not declare: globals too. `this` and `arguments` of what is around. */
  readonly names: ReadonlySet<string>;
  /** Whether it calls `eval` by that name. */
  readonly evaluates: boolean;
  /** Where the function's own position (after `function name`) is, counted from the text's beginning. */
  readonly line: number;
  readonly column: number;
}

const CANARY = '__skein_canary__';

/** No variable can be called so in strict code. `eval` and `arguments` are among them. */
const RESERVED: ReadonlySet<string> = new Set(
  (
    'arguments await break case catch class const continue debugger default delete do else enum eval ' +
    'export extends false finally for function if implements import in instanceof interface let new ' +
    'null package private protected public return static super switch this throw true try typeof var ' +
    'void while with yield'
  ).split(' '),
);
/** Some of these can be variables in code that is not strict. */
const NAMES_WHEN_SLOPPY =
  /^(?:await|implements|interface|let|package|private|protected|public|static|yield)$/;

/**
 * Asks the engine about the text of a function expression.
 *
 * Returns `undefined` where the inspector cannot be asked.
 *
 * @throws {SyntaxError} the engine's, when the text is none by itself
 */
export function freeNamesOf(text: string, isStrict: boolean): FreeNames | undefined {
  const words = wordsOf(text).filter(
    (word) => !RESERVED.has(word) || (!isStrict && NAMES_WHEN_SLOPPY.test(word)),
  );
  const seen = probe(text, words, isStrict);
  if (seen === undefined) return undefined;
  const names = new Set(seen.variables);
  const evaluates = names.delete(CANARY);
  if (!names.has('arguments') && usesThis(text, isStrict)) names.add('this');
  return { names, evaluates, line: seen.line, column: seen.column };
}

/** Every word of the text, whatever it means there; also those that are written with escapes. */
function wordsOf(text: string): string[] {
  const plain = text.replaceAll(/\\u(?:\{([0-9a-f]+)\}|([0-9a-f]{4}))/gi, (_, long, short) => {
    const code = Number.parseInt((long ?? short) as string, 16);
    return code <= 0x10_ff_ff ? String.fromCodePoint(code) : ' ';
  });
  const words = new Set<string>();
  for (const source of plain === text ? [text] : [text, plain]) {
    for (const [word] of source.matchAll(/[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/gu)) {
      words.add(word);
    }
  }
  return [...words];
}

interface Seen {
  readonly variables: readonly string[];
  readonly line: number;
  readonly column: number;
}

function probe(text: string, words: readonly string[], isStrict: boolean): Seen | undefined {
  const before = `(function () { ${isStrict ? "'use strict'; " : ''}var ${[CANARY, ...words].join(', ')}; return (`;
  const make = runInThisContext(`${before}${text}\n); })`) as () => Function;
  const facts = factsOf(make());
  if (facts === undefined || facts === null) return undefined;
  return {
    variables: facts.scopes.flatMap((scope) => Object.getOwnPropertyNames(scope.variables)),
    line: facts.line,
    column: facts.line === 0 ? facts.column - before.length : facts.column,
  };
}

function usesThis(text: string, isStrict: boolean): boolean {
  if (!/\bthis\b/.test(text)) return false;
  try {
    const seen = probe(text.replaceAll(/\bthis\b/g, 'arguments'), [], isStrict);
    return seen?.variables.includes('arguments') ?? false;
  } catch {
    return false; // in a class's field, where `arguments` may not stand: then `this` is that class's
  }
}
