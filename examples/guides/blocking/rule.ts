import { isMainThread } from 'node:worker_threads';
import { format } from 'prettier';
import { syncify } from 'skein/sync';

const formatSync = syncify(format);

interface Context {
  readonly sourceCode: { readonly text: string };
  report(problem: { readonly message: string }): void;
}

/** A rule as ESLint takes it: what it has not reported when it returns is not reported. */
export const formatted = {
  create(context: Context): { Program(): void } {
    return {
      Program() {
        const { text } = context.sourceCode;
        const wanted = formatSync(text, { parser: 'babel', singleQuote: true });
        if (wanted !== text) context.report({ message: `write ${wanted.trimEnd()}` });
      },
    };
  },
};

if (isMainThread) {
  const report: Context['report'] = ({ message }) => console.log(message);
  for (const text of ['x  =  "a"', "x = 'a';\n"]) {
    formatted.create({ sourceCode: { text }, report }).Program();
  }
}
