/**
 * Writes what ships: `dist/extension.cjs` for VS Code's extension host, `dist/engine.js` and `dist/cli.js` (which loads
 * `dist/cli-main.js`) for Node, `dist/data-worker.js` for their threads that hash, `dist/table-worker.js` and
 * `dist/duckdb-worker.js` for the processes in which they read tables, `dist/training.js` for training programs,
 * `dist/webviews/` for the browser in VS Code.
 *
 *     node scripts/bundle.ts               with source maps beside the bundles
 *     node scripts/bundle.ts --production  smaller, without source maps; outside webviews names are kept, so that stack
 *                                          traces read well
 */
import { existsSync } from 'node:fs'
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type BuildOptions, type OutputFile } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A bundled CommonJS dependency calls `require`, which an ES module has to be given. */
const requireForModules =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

const bundles: readonly (BuildOptions & { entry: string; outfile: string })[] = [
  { entry: 'src/extension/extension.ts', outfile: 'dist/extension.cjs', format: 'cjs', external: ['vscode'] },
  { entry: 'src/engine/main.ts', outfile: 'dist/engine.js', format: 'esm', banner: { js: requireForModules } },
  { entry: 'src/cli/main.ts', outfile: 'dist/cli-main.js', format: 'esm', banner: { js: requireForModules } },
  { entry: 'src/cli/bin.ts', outfile: 'dist/cli.js', format: 'esm' },
  { entry: 'src/data/hashing/worker.ts', outfile: 'dist/data-worker.js', format: 'esm' },
  {
    entry: 'src/data/content/table-worker.ts',
    outfile: 'dist/table-worker.js',
    format: 'esm',
    banner: { js: requireForModules },
    // Native: found at run time in the `node_modules` of the repository, or of `dist` where it is packaged.
    external: ['@duckdb/node-bindings-*'],
  },
  { entry: 'src/training/main.ts', outfile: 'dist/training.js', format: 'esm' },
  // A native library: it stays a package beside the bundles.
  {
    entry: 'src/data/duckdb/worker.ts',
    outfile: 'dist/duckdb-worker.js',
    format: 'esm',
    external: ['@duckdb/node-api'],
  },
]

/** Scripts and styles of webviews: for browsers, without modules of Node. */
const webviews: typeof bundles = [
  { entry: 'webviews/compare/main.ts', outfile: 'dist/webviews/compare.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/job/main.ts', outfile: 'dist/webviews/job.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/standalone/main.ts', outfile: 'dist/webviews/standalone.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/standalone/standalone.css', outfile: 'dist/webviews/standalone.css', platform: 'browser' },
  { entry: 'webviews/compare/compare.css', outfile: 'dist/webviews/compare.css', platform: 'browser' },
  { entry: 'webviews/job/job.css', outfile: 'dist/webviews/job.css', platform: 'browser' },
]

/** Builds all bundles and returns the size of each in bytes, by its path relative to the repository. */
export async function bundle({ production }: { production: boolean }): Promise<ReadonlyMap<string, number>> {
  const wanted = [...bundles, ...webviews].filter(({ entry }) => existsSync(join(root, entry)))
  const built = await Promise.all(
    wanted.map(({ entry, ...options }) =>
      build({
        platform: 'node',
        target: options.platform === 'browser' ? 'chrome138' : 'node22',
        ...options,
        entryPoints: [entry],
        absWorkingDir: root,
        bundle: true,
        minifyWhitespace: production,
        minifySyntax: production,
        // A view is loaded each time it is opened; what runs in Node is loaded once, and its errors go to a log.
        minifyIdentifiers: production && options.platform === 'browser',
        sourcemap: production ? false : 'linked',
        // Texts of other languages as they are: escaped they take three times the room.
        charset: 'utf8',
        legalComments: 'none',
        logLevel: 'warning',
        write: false,
      }),
    ),
  )
  const files = built.flatMap(({ outputFiles }) => outputFiles)
  await Promise.all(files.map(replaceFile))
  return new Map(files.map(({ path, contents }) => [relative(root, path), contents.length]))
}

/** Processes may be running from the bundles, or just be starting: a file changes whole, and only if it differs. */
async function replaceFile({ path, contents }: OutputFile): Promise<void> {
  const present = await readFile(path).catch(() => undefined)
  if (present?.equals(contents)) return
  const complete = `${path}.${process.pid}.tmp`
  await mkdir(dirname(path), { recursive: true })
  await writeFile(complete, contents, { mode: 0o755 })
  await rename(complete, path)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { production: { type: 'boolean', default: false } } })
  for (const [path, sizeBytes] of await bundle(values)) console.log(`${path}  ${(sizeBytes / 1024).toFixed(0)} KB`)
}
