// Reads the declaration of everything a built module exports, out of the .d.ts files that tsc wrote.
//
// tsc prints declarations in one fixed form: a statement begins at the left edge, and what belongs to
// it is indented or closes it with a brace. So a file falls into statements by the first column, and no
// parser is needed. Comments are left out: a better sentence is no change of the API.

import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const NAME_LIST = /^export (?:type )?\{([^}]*)\}(?: from ["']([^"']+)["'])?;?$/;
const STAR = /^export \*/;
const DECLARED =
  /^(export )?(?:declare )?(?:abstract )?(?:class|interface|type|function\*?|const|let|var)\s+([\w$]+)/;

/**
 * Reads the exports of a declaration file.
 *
 * @param {string} file a .d.ts
 * @returns {Map<string, string>} exported name → its declaration as the compiler printed it
 * @throws {Error} for `export *` and for a name whose declaration is not found
 */
export function exportsOf(file) {
  const statements = statementsOf(readFileSync(file, 'utf8'));
  const declared = new Map();
  const exported = new Map();
  for (const statement of statements) {
    const [, isExported, name] = DECLARED.exec(statement) ?? [];
    if (name === undefined) continue;
    const overloads = declared.has(name) ? `${declared.get(name)}\n` : '';
    declared.set(name, overloads + statement);
    if (isExported) exported.set(name, declared.get(name));
  }
  for (const statement of statements) {
    if (STAR.test(statement)) throw new Error(`${file} has an 'export *': list the names instead`);
    const [, list, from] = NAME_LIST.exec(statement) ?? [];
    if (list === undefined) continue;
    const source = from?.startsWith('.') ? exportsOf(declarationFile(file, from)) : declared;
    for (const [name, alias] of namesIn(list)) {
      const foreign = from === undefined || from.startsWith('.') ? undefined : from;
      const declaration = foreign ? `export { ${name} } from '${foreign}';` : source.get(name);
      if (declaration === undefined) throw new Error(`${file} exports '${name}': not found`);
      exported.set(alias, declaration);
    }
  }
  return exported;
}

function statementsOf(text) {
  const code = text.replaceAll(/^ *\/\*[\s\S]*?\*\/\n?/gm, '').replaceAll(/^ *\/\/.*\n?/gm, '');
  return code
    .split(/\n(?=[^\s})\]])/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}

// `A, type B, C as D` → [['A', 'A'], ['B', 'B'], ['C', 'D']]
function namesIn(list) {
  return list
    .split(',')
    .map((item) => item.trim().replace(/^type /, ''))
    .filter((item) => item !== '')
    .map((item) => item.split(/ as /))
    .map(([name, alias = name]) => [name, alias]);
}

function declarationFile(importer, specifier) {
  const file = join(dirname(importer), specifier.replace(/\.[jt]s$/, '.d.ts'));
  if (!existsSync(file)) throw new Error(`${importer} exports from ${specifier}: no ${file}`);
  return file;
}
