/**
 * Writes what ships: `dist/extension.cjs` for VS Code's extension host, `dist/engine.js` and `dist/cli.js` (which loads
 * `dist/cli-main.js`) for Node, `dist/data-worker.js` for their threads that hash, `dist/duckdb-worker.js` for the
 * processes in which they read tables (and its pieces, of which the reader of Arrow files is one),
 * `dist/onnx-worker.js` for those in which they run models, `dist/kernel-relay.js` for those that keep kernels, `dist/javascript-kernel.js`
 * for those that run cells in JavaScript, `dist/isomorphic-git.js` for where there is no git,
 * `dist/training.js` for training programs, `dist/webviews/` for the browser in VS Code, whose scripts share pieces.
 *
 *     node scripts/bundle.ts               with source maps beside the bundles
 *     node scripts/bundle.ts --production  smaller, without source maps; outside webviews names are kept, so that stack
 *                                          traces read well
 */
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { build, type BuildOptions, type OutputFile, type Plugin } from 'esbuild'
import { minify } from 'terser'

const root = fileURLToPath(new URL('..', import.meta.url))

/** A bundled CommonJS dependency calls `require`, which an ES module has to be given. */
const requireForModules =
  "import { createRequire as __createRequire } from 'node:module';const require = __createRequire(import.meta.url);"

type Bundle = Omit<BuildOptions, 'outfile' | 'outdir' | 'entryPoints'> & {
  readonly entry: string
  readonly outfile: string
}

/** Files of one folder, by their names without an ending. */
type Build = BuildOptions & { readonly entryPoints: Readonly<Record<string, string>>; readonly outdir: string }

const webviewFolder = 'dist/webviews'

/**
 * What begins so is a piece of the command line (each command, and what several of them share), of the process that
 * holds DuckDB, or of several pages.
 */
const chunkPrefixes = ['cli-chunk-', 'duckdb-chunk-', 'page-chunk-'] as const

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
    banner: { js: requireForModules },
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

/** Pages in VS Code. Their scripts are built together: what several of them use is a piece that each of them imports. */
const pages = ['compare', 'data-diff', 'job', 'lineage', 'model', 'model-test', 'pareto'] as const

/** Scripts and styles of webviews: for browsers, without modules of Node. */
const webviews: readonly Build[] = [
  {
    entryPoints: Object.fromEntries(pages.map((page) => [page, `webviews/${page}/main.ts`])),
    outdir: webviewFolder,
    format: 'esm',
    platform: 'browser',
    splitting: true,
    chunkNames: 'page-chunk-[hash]',
  },
  // VS Code loads it into the page of a notebook's outputs.
  {
    entryPoints: { 'notebook-runs': 'webviews/notebook-runs/main.ts' },
    outdir: webviewFolder,
    format: 'esm',
    platform: 'browser',
  },
  // A page that is exported holds all of its script.
  {
    entryPoints: { standalone: 'webviews/standalone/main.ts' },
    outdir: webviewFolder,
    format: 'iife',
    platform: 'browser',
  },
  {
    entryPoints: Object.fromEntries([...pages, 'standalone'].map((page) => [page, `webviews/${page}/${page}.css`])),
    outdir: webviewFolder,
    platform: 'browser',
  },
]

/** Programs want the version alone of `package.json`, and the rest would be read and kept each time one starts. */
const onlyVersion: Plugin = {
  name: 'only-version',
  setup({ onLoad }) {
    onLoad({ filter: /package\.json$/ }, async ({ path }) => {
      if (path !== join(root, 'package.json')) return undefined
      const { version } = JSON.parse(await readFile(path, 'utf8')) as { readonly version: string }
      return { contents: JSON.stringify({ version }), loader: 'json' }
    })
  },
}

/** Builds all bundles and returns the size of each in bytes, by its path relative to the repository. */
export async function bundle({ production }: { production: boolean }): Promise<ReadonlyMap<string, number>> {
  const builds = [...bundles.map(toBuild), ...webviews]
  const built = await Promise.all(
    builds.map((options) =>
      build({
        platform: 'node',
        target: options.platform === 'browser' ? 'chrome138' : 'node22',
        ...options,
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
        plugins: [onlyVersion],
        write: false,
      }),
    ),
  )
  const outputs = built.flatMap(({ outputFiles }) => outputFiles)
  const files = await Promise.all(outputs.map((file) => (production && isOfWebview(file) ? makeSmaller(file) : file)))
  await Promise.all(files.map(replaceFile))
  await removeOldChunks(new Set(files.map(({ path }) => path)), production ? 0 : keepChunksMs)
  return new Map(files.map(({ path, contents }) => [relative(root, path), contents.length]))
}

function toBuild({ entry, outfile, ...options }: Bundle): Build {
  return {
    ...options,
    entryPoints: { [basename(outfile, extname(outfile))]: entry },
    outdir: dirname(outfile),
    outExtension: { '.js': extname(outfile) },
  }
}

type BuiltFile = Pick<OutputFile, 'path' | 'contents'>

function isOfWebview({ path }: BuiltFile): boolean {
  return path.endsWith('.js') && dirname(path) === join(root, webviewFolder)
}

/** What esbuild leaves of a script for browsers: functions and constants that are used once, over several passes. */
async function makeSmaller({ path, contents }: BuiltFile): Promise<BuiltFile> {
  const text = Buffer.from(contents).toString()
  const { code = text } = await minify(text, { module: true, ecma: 2020, compress: { passes: 2 } })
  return { path, contents: Buffer.from(code) }
}

/** A process that runs from an older build, or a window with its pages, may still load a piece of it. */
const keepChunksMs = 3_600_000

async function removeOldChunks(built: ReadonlySet<string>, keepMs: number): Promise<void> {
  const chunks = (await Promise.all(['dist', webviewFolder].map(listChunks))).flat()
  for (const path of chunks.filter((chunk) => !built.has(chunk.replace(/\.map$/, '')))) {
    const found = await stat(path).catch(() => undefined)
    if (found !== undefined && Date.now() - found.mtimeMs >= keepMs) await rm(path, { force: true })
  }
}

async function listChunks(name: string): Promise<readonly string[]> {
  const folder = join(root, name)
  const files = await readdir(folder)
  return files
    .filter((file) => chunkPrefixes.some((prefix) => file.startsWith(prefix)))
    .map((file) => join(folder, file))
}

/** Processes may be running from the bundles, or just be starting: a file changes whole, and only if it differs. */
async function replaceFile({ path, contents }: BuiltFile): Promise<void> {
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
