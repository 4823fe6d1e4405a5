/**
 * Makes the VSIX for the platform it runs on, which VS Code installs by `code --install-extension FILE`.
 *
 *     node scripts/package.ts             into the repository's root
 *     node scripts/package.ts --out FILE
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { cp, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { bundle } from './bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = join(root, 'dist')

/** VS Code's name of this platform, for example `linux-x64`: only its native files may be inside. */
export const target = `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`

/** Native libraries. `vsce` leaves out the repository's own `node_modules`, and Node looks for one beside a bundle, too. */
const nativeFolder = join(dist, 'node_modules')

async function copyDuckdb(): Promise<void> {
  const source = join(root, 'node_modules', '@duckdb')
  const wanted = `node-bindings-${process.platform}-${process.arch}`
  // Where a system has several C libraries, there is a package for each.
  const names = (await readdir(source)).filter((name) => name === wanted || name.startsWith(`${wanted}-`))
  if (names.length === 0) throw new Error(`${source} has no ${wanted}: tables could not be read.`)
  for (const name of names) await cp(join(source, name), join(nativeFolder, '@duckdb', name), { recursive: true })
}

/** ONNX Runtime finds its library below its own folder, where there is one for each platform. */
async function copyOnnxRuntime(): Promise<void> {
  const source = join(root, 'node_modules')
  const library = join('onnxruntime-node', 'bin', 'napi-v6', process.platform, process.arch)
  if (!existsSync(join(source, library))) throw new Error(`There is no ${library}: models could not be run.`)
  for (const path of ['onnxruntime-node/package.json', 'onnxruntime-node/dist', library]) await copyScripts(path)
  for (const path of ['onnxruntime-common/package.json', 'onnxruntime-common/dist/cjs']) await copyScripts(path)
  // The packages have none. They are those of the wheel of the same version.
  const licenses = join(root, 'scripts/licenses/onnxruntime-node')
  await cp(licenses, join(nativeFolder, 'onnxruntime-node'), { recursive: true })
  await cp(join(licenses, 'LICENSE'), join(nativeFolder, 'onnxruntime-common', 'LICENSE'))
}

/** ZeroMQ looks for its library in what its manifest lists, newest Node first: the newest of each C library is enough. */
async function copyZeromq(): Promise<void> {
  const manifest: Record<string, string> = JSON.parse(
    await readFile(join(root, 'node_modules/zeromq/build/manifest.json'), 'utf8'),
  )
  const newest = new Map<string, { abi: number; path: string }>()
  for (const [key, path] of Object.entries(manifest)) {
    const { os, arch, libc, abi }: { os: string; arch: string; libc: string; abi: number } = JSON.parse(key)
    if (os !== process.platform || arch !== process.arch || abi < (newest.get(libc)?.abi ?? 0)) continue
    newest.set(libc, { abi, path: path.replaceAll('\\', '/') })
  }
  if (newest.size === 0) throw new Error(`zeromq has nothing for ${target}: kernels could not be started.`)
  const libraries = [...newest.values()].map(({ path }) => `build/${path}`)
  const scripts = ['draft', 'errors', 'index', 'load-addon', 'native', 'util'].map((name) => `lib/${name}.js`)
  for (const path of [
    'package.json',
    'LICENSE.txt',
    'LICENSE_MPL-2.0.txt',
    'build/manifest.json',
    ...libraries,
    ...scripts,
  ]) {
    await copyScripts(`zeromq/${path}`)
  }
  for (const path of ['package.json', 'build/loader.js']) await copyScripts(`cmake-ts/${path}`)
}

/** Files of an installed package, without what only its developers read. */
function copyScripts(path: string): Promise<void> {
  const isForDevelopers = /(\.map|\.d\.ts)$/
  return cp(join(root, 'node_modules', path), join(nativeFolder, path), {
    recursive: true,
    filter: (from) => !isForDevelopers.test(from),
  })
}

/** What an older build has left would be packed, too. What runs from this one goes on. */
async function removeOthers(built: ReadonlySet<string>): Promise<void> {
  const files = await readdir(dist, { recursive: true, withFileTypes: true })
  const paths = files.filter((each) => !each.isDirectory()).map(({ parentPath, name }) => join(parentPath, name))
  // Those are being written by somebody now, and never packed.
  const others = paths.filter((path) => !built.has(path) && !path.endsWith('.tmp'))
  await Promise.all(others.map((path) => rm(path, { force: true })))
}

/** Bundles for production and packs what `.vscodeignore` lets through; `vsce` prints every file, count and size. */
export async function packageExtension(vsixPath: string): Promise<void> {
  const built = await bundle({ production: true })
  await removeOthers(new Set([...built.keys()].map((path) => join(root, path))))
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(nativeFolder, { recursive: true, force: true }))
  await copyDuckdb()
  await copyOnnxRuntime()
  await copyZeromq()
  // Readers of the README inside VS Code have the files it links to only if they have the repository.
  const options = ['--no-dependencies', '--no-rewrite-relative-links', '--allow-missing-repository']
  const vsce = spawn(
    process.execPath,
    [join(root, 'node_modules/@vscode/vsce/vsce'), 'package', '--target', target, '--out', vsixPath, ...options],
    { cwd: root, stdio: 'inherit' },
  )
  const [code] = await once(vsce, 'exit')
  if (code !== 0) throw new Error(`vsce package ended with ${code}.`)
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { out: { type: 'string' } } })
  await packageExtension(values.out ?? join(root, `runwright-${target}-${packageJson.version}.vsix`))
}
