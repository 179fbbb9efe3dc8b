import type { Body, Child, Program, Statement } from './program.ts';

/*
 * Versions of a program with one thing less: a statement left out, or replaced by its body.
 */
export function smallerVersions(program: Program): Program[] {
  return smallerBodies(program.main)
    .filter((main) => main.length > 0)
    .map((main) => ({ main }));
}

function smallerBodies(body: Body): Body[] {
  const versions: Body[] = [];
  for (const [nth, statement] of body.entries()) {
    const withInstead = (...instead: Statement[]): Body => body.toSpliced(nth, 1, ...instead);
    versions.push(withInstead());
    if ('body' in statement) versions.push(withInstead(...statement.body));
    for (const smaller of smallerStatements(statement)) versions.push(withInstead(smaller));
  }
  return versions;
}

function smallerStatements(statement: Statement): Statement[] {
  const versions: Statement[] = [];
  if ('body' in statement) {
    for (const body of smallerBodies(statement.body)) versions.push({ ...statement, body });
  }
  if ('child' in statement) {
    for (const child of smallerChildren(statement.child)) versions.push({ ...statement, child });
  }
  if ('children' in statement) {
    const { children } = statement;
    for (const [nth, each] of children.entries()) {
      for (const child of smallerChildren(each)) {
        versions.push({ ...statement, children: children.with(nth, child) });
      }
      versions.push({ ...statement, children: children.toSpliced(nth, 1) });
    }
  }
  if (statement.op === 'try') {
    for (const handler of smallerBodies(statement.handler))
      versions.push({ ...statement, handler });
    for (const final of smallerBodies(statement.final)) versions.push({ ...statement, final });
  }
  return versions;
}

const smallerChildren = ({ id, body }: Child): Child[] =>
  smallerBodies(body).map((smaller) => ({ id, body: smaller }));
