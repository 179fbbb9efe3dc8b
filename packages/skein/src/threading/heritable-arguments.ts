/** Options of Node that say what the main program is, and their values where they stand apart. */
const PROGRAM = /^(?:-e|--eval|-p|--print|-pe|--input-type)(?:=|$)/;
const TAKES_VALUE = /^(?:-e|--eval|-p|--print|-pe|--input-type)$/;

/**
 * What a Worker inherits of Node's arguments. All of them, as Node has it; but with `--input-type`,
 * which goes with a program on the command line, no Worker could load its module.
 */
export function heritableArguments(): { execArgv?: string[] } {
  const given = process.execArgv;
  if (!given.some((argument) => argument.startsWith('--input-type'))) return {};
  return {
    execArgv: given.filter(
      (argument, i) => !PROGRAM.test(argument) && !TAKES_VALUE.test(given[i - 1] ?? ''),
    ),
  };
}
