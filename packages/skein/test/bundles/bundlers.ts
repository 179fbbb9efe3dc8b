/**
 * The bundlers, each as its users call it for a program that Node runs: a source file in, a file to run
 * out. All are quiet, and write below the folder that they are given.
 */
import { join } from 'node:path';
import { build as buildWithEsbuild, type BuildOptions as EsbuildOptions } from 'esbuild';
import { rollup } from 'rollup';
import { build as buildWithVite, type InlineConfig } from 'vite';
import webpack from 'webpack';

/** What is bundled, and where to. */
export interface Order {
  /** The folder of the program: `main.js` is its entry, `node_modules` holds its packages. */
  readonly folder: string;
  /** Whether skein stays outside, to be loaded by Node as a package; otherwise it is bundled in. */
  readonly isExternal: boolean;
}

export interface Bundler {
  readonly name: string;
  /** Gives the path of the bundle's entry. */
  bundle(order: Order): Promise<string>;
}

const esbuild = (format: 'esm' | 'cjs', more: EsbuildOptions = {}) => {
  return async ({ folder, isExternal }: Order): Promise<string> => {
    const outfile = join(folder, 'out', format === 'esm' ? 'main.mjs' : 'main.cjs');
    await buildWithEsbuild({
      entryPoints: [join(folder, 'main.js')],
      outfile,
      bundle: true,
      platform: 'node',
      format,
      logLevel: 'silent',
      ...(isExternal ? { packages: 'external' } : {}),
      ...more,
    });
    return outfile;
  };
};

const esbuildInChunks = async ({ folder, isExternal }: Order): Promise<string> => {
  const outdir = join(folder, 'out');
  await buildWithEsbuild({
    entryPoints: ['main.js', 'digest.js'].map((name) => join(folder, name)),
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'silent',
    ...(isExternal ? { packages: 'external' } : {}),
  });
  return join(outdir, 'main.mjs');
};

const rolledUp = (format: 'es' | 'cjs') => {
  return async ({ folder, isExternal }: Order): Promise<string> => {
    const file = join(folder, 'out', format === 'es' ? 'main.mjs' : 'main.cjs');
    const bundle = await rollup({
      input: join(folder, 'main.js'),
      external: isExternal ? [/^node:/, 'skein'] : [/^node:/],
      plugins: isExternal ? [] : [skeinFromItsFolder(folder)],
      onLog: () => {},
    });
    await bundle.write({ file, format, inlineDynamicImports: true });
    await bundle.close();
    return file;
  };
};

/** Rollup finds no packages without a plugin. */
const skeinFromItsFolder = (folder: string) => ({
  name: 'skein-from-its-folder',
  resolveId: (id: string) =>
    id === 'skein' ? join(folder, 'node_modules/skein/lib/index.js') : null,
});

const vite = (config: (order: Order) => InlineConfig) => {
  return async (order: Order): Promise<string> => {
    const { folder } = order;
    const { build = {}, ...rest } = config(order);
    await buildWithVite({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      ...rest,
      build: { outDir: join(folder, 'out'), ...build },
    });
    return join(folder, 'out', 'main.mjs');
  };
};

const viteLibrary = vite(({ folder, isExternal }) => ({
  build: {
    lib: { entry: join(folder, 'main.js'), formats: ['es'], fileName: () => 'main.mjs' },
    rolldownOptions: { external: isExternal ? [/^node:/, 'skein'] : [/^node:/] },
  },
}));

const viteServer = vite(({ folder, isExternal }) => ({
  build: {
    ssr: join(folder, 'main.js'),
    rolldownOptions: { output: { entryFileNames: 'main.mjs' } },
  },
  ssr: isExternal ? { external: ['skein'] } : { noExternal: ['skein'] },
}));

const webpacked = (format: 'module' | 'commonjs', more: webpack.Configuration = {}) => {
  return ({ folder, isExternal }: Order): Promise<string> => {
    const isModule = format === 'module';
    const filename = isModule ? 'main.mjs' : 'main.cjs';
    const path = join(folder, 'out');
    const configuration: webpack.Configuration = {
      context: folder,
      entry: './main.js',
      target: 'node20',
      mode: 'production',
      output: {
        path,
        filename,
        ...(isModule ? { module: true, library: { type: 'module' } } : {}),
      },
      experiments: { outputModule: isModule },
      optimization: { minimize: isExternal }, // skein itself would take it ten seconds
      externals: isExternal ? { skein: `${isModule ? 'module' : 'commonjs'} skein` } : {},
      ...more,
    };
    return new Promise((resolve, reject) => {
      webpack(configuration, (error, stats) => {
        if (error !== null) reject(error);
        else if (stats?.hasErrors() === true)
          reject(new Error(stats.toString({ all: false, errors: true })));
        else resolve(join(path, filename));
      });
    });
  };
};

export const bundlers: readonly Bundler[] = [
  { name: 'esbuild, ESM', bundle: esbuild('esm') },
  { name: 'esbuild, ESM, minified', bundle: esbuild('esm', { minify: true, keepNames: true }) },
  { name: 'esbuild, ESM, in chunks', bundle: esbuildInChunks },
  { name: 'esbuild, CommonJS', bundle: esbuild('cjs') },
  { name: 'esbuild, CommonJS, minified', bundle: esbuild('cjs', { minify: true }) },
  { name: 'rollup, ESM', bundle: rolledUp('es') },
  { name: 'rollup, CommonJS', bundle: rolledUp('cjs') },
  { name: 'vite, library', bundle: viteLibrary },
  { name: 'vite, SSR', bundle: viteServer },
  { name: 'webpack, ESM', bundle: webpacked('module') },
  { name: 'webpack, CommonJS', bundle: webpacked('commonjs') },
  {
    name: 'webpack, for development: each module in an eval',
    bundle: webpacked('commonjs', { mode: 'development', devtool: 'eval' }),
  },
];
