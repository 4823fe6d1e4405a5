/**
 * Writes what ships: `dist/extension.cjs` for VS Code's extension host, `dist/engine.js` and `dist/cli.js` (which loads
 * `dist/cli-main.js`) for Node, `dist/data-worker.js` for their threads that hash, `dist/duckdb-worker.js` for the
 * processes in which they read tables (and its pieces, of which the reader of Arrow files is one),
 * `dist/onnx-worker.js` for those in which they run models, `dist/kernel-relay.js` for those that keep kernels, `dist/javascript-kernel.js`
 * for those that run cells in JavaScript, `dist/isomorphic-git.js` for where there is no git,
 * `dist/training.js` for training programs, `dist/webviews/` for the browser in VS Code.
 *
 *     node scripts/bundle.ts               with source maps beside the bundles
 *     node scripts/bundle.ts --production  smaller, without source maps; outside webviews names are kept, so that stack
 *                                          traces read well
 */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type BuildOptions, type OutputFile } from 'esbuild'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A bundled CommonJS dependency calls `require`, which an ES module has to be given. */
const requireForModules =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

type Bundle = Omit<BuildOptions, 'outfile' | 'outdir' | 'entryPoints'> & {
  readonly entry: string
  readonly outfile: string
}

/**
 * What begins so is a piece of the command line (each command, and what several of them share), or of the process that
 * holds DuckDB.
 */
const chunkPrefixes = ['cli-chunk-', 'duckdb-chunk-'] as const

function inChunks(prefix: (typeof chunkPrefixes)[number]): Pick<BuildOptions, 'splitting' | 'chunkNames'> {
  return { splitting: true, chunkNames: `${prefix}[name]-[hash]` }
}

const bundles: readonly Bundle[] = [
  { entry: 'src/extension/extension.ts', outfile: 'dist/extension.cjs', format: 'cjs', external: ['vscode'] },
  { entry: 'src/engine/main.ts', outfile: 'dist/engine.js', format: 'esm', banner: { js: requireForModules } },
  // A command is loaded when it is asked for. The pieces lie beside the other bundles, which they find by their own place.
  {
    entry: 'src/cli/main.ts',
    outfile: 'dist/cli-main.js',
    format: 'esm',
    banner: { js: requireForModules },
    ...inChunks('cli-chunk-'),
  },
  { entry: 'src/cli/bin.ts', outfile: 'dist/cli.js', format: 'esm' },
  { entry: 'src/data/hashing/worker.ts', outfile: 'dist/data-worker.js', format: 'esm' },
  {
    entry: 'src/kernels/relay/main.ts',
    outfile: 'dist/kernel-relay.js',
    format: 'esm',
    // Native, and it finds its library by its own place.
    external: ['zeromq'],
  },
  { entry: 'src/kernels/javascript/main.ts', outfile: 'dist/javascript-kernel.js', format: 'esm' },
  { entry: 'src/training/main.ts', outfile: 'dist/training.js', format: 'esm' },
  // Loaded where there is no git, and large.
  {
    entry: 'src/git/without-git/isomorphic-git.ts',
    outfile: 'dist/isomorphic-git.js',
    format: 'esm',
    banner: { js: requireForModules },
  },
  {
    entry: 'src/data/duckdb/worker.ts',
    outfile: 'dist/duckdb-worker.js',
    format: 'esm',
    banner: { js: requireForModules },
    // Native: found at run time in the `node_modules` of the repository, or of `dist` where it is packaged.
    external: ['@duckdb/node-bindings-*'],
    // The reader of Arrow files is loaded when there is one.
    ...inChunks('duckdb-chunk-'),
  },
  {
    entry: 'src/onnx/runtime/worker.ts',
    outfile: 'dist/onnx-worker.js',
    format: 'esm',
    // Native as well, and it finds its library by its own place.
    external: ['onnxruntime-node'],
  },
]

/** Scripts and styles of webviews: for browsers, without modules of Node. */
const webviews: typeof bundles = [
  { entry: 'webviews/compare/main.ts', outfile: 'dist/webviews/compare.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/job/main.ts', outfile: 'dist/webviews/job.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/data-diff/main.ts', outfile: 'dist/webviews/data-diff.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/data-diff/data-diff.css', outfile: 'dist/webviews/data-diff.css', platform: 'browser' },
  { entry: 'webviews/lineage/main.ts', outfile: 'dist/webviews/lineage.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/lineage/lineage.css', outfile: 'dist/webviews/lineage.css', platform: 'browser' },
  { entry: 'webviews/model/main.ts', outfile: 'dist/webviews/model.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/model/model.css', outfile: 'dist/webviews/model.css', platform: 'browser' },
  { entry: 'webviews/model-test/main.ts', outfile: 'dist/webviews/model-test.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/model-test/model-test.css', outfile: 'dist/webviews/model-test.css', platform: 'browser' },
  { entry: 'webviews/pareto/main.ts', outfile: 'dist/webviews/pareto.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/pareto/pareto.css', outfile: 'dist/webviews/pareto.css', platform: 'browser' },
  { entry: 'webviews/standalone/main.ts', outfile: 'dist/webviews/standalone.js', format: 'iife', platform: 'browser' },
  { entry: 'webviews/standalone/standalone.css', outfile: 'dist/webviews/standalone.css', platform: 'browser' },
  { entry: 'webviews/compare/compare.css', outfile: 'dist/webviews/compare.css', platform: 'browser' },
  { entry: 'webviews/job/job.css', outfile: 'dist/webviews/job.css', platform: 'browser' },
]

/** Builds all bundles and returns the size of each in bytes, by its path relative to the repository. */
export async function bundle({ production }: { production: boolean }): Promise<ReadonlyMap<string, number>> {
  const wanted = [...bundles, ...webviews].filter(({ entry }) => existsSync(join(root, entry)))
  const built = await Promise.all(
    wanted.map(({ entry, outfile, ...options }) =>
      build({
        platform: 'node',
        target: options.platform === 'browser' ? 'chrome138' : 'node22',
        ...options,
        entryPoints: { [basename(outfile, extname(outfile))]: entry },
        outdir: dirname(outfile),
        outExtension: { '.js': extname(outfile) === '.cjs' ? '.cjs' : '.js' },
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
  await removeOldChunks(new Set(files.map(({ path }) => path)), production ? 0 : keepChunksMs)
  return new Map(files.map(({ path, contents }) => [relative(root, path), contents.length]))
}

/** A process that runs from an older build may still load a piece of it. */
const keepChunksMs = 3_600_000

async function removeOldChunks(built: ReadonlySet<string>, keepMs: number): Promise<void> {
  const folder = join(root, 'dist')
  const chunks = (await readdir(folder))
    .filter((name) => chunkPrefixes.some((prefix) => name.startsWith(prefix)))
    .map((name) => join(folder, name))
  for (const path of chunks.filter((chunk) => !built.has(chunk.replace(/\.map$/, '')))) {
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs >= keepMs) await rm(path, { force: true })
  }
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
