/**
 * Makes the VSIX for the platform it runs on, which VS Code installs by `code --install-extension FILE`.
 *
 *     node scripts/package.ts             into the repository's root
 *     node scripts/package.ts --out FILE
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import packageJson from '../package.json' with { type: 'json' }
import { bundle } from './bundle.ts'

const root = fileURLToPath(new URL('..', import.meta.url))

/** VS Code's name of this platform, for example `linux-x64`: only its native files may be inside. */
export const target = `${process.platform}-${process.arch === 'arm' ? 'armhf' : process.arch}`

/** DuckDB's library. `vsce` leaves out the repository's own `node_modules`, and Node looks for one beside a bundle, too. */
const nativeFolder = join(root, 'dist', 'node_modules')

async function copyNativeFiles(): Promise<void> {
  const source = join(root, 'node_modules', '@duckdb')
  const wanted = `node-bindings-${process.platform}-${process.arch}`
  // Where a system has several C libraries, there is a package for each.
  const names = (await readdir(source)).filter((name) => name === wanted || name.startsWith(`${wanted}-`))
  if (names.length === 0) throw new Error(`${source} has no ${wanted}: tables could not be read.`)
  for (const name of names) await cp(join(source, name), join(nativeFolder, '@duckdb', name), { recursive: true })
}

/** Bundles for production and packs what `.vscodeignore` lets through; `vsce` prints every file, count and size. */
export async function packageExtension(vsixPath: string): Promise<void> {
  await bundle({ production: true })
  await using cleanup = new AsyncDisposableStack()
  cleanup.defer(() => rm(nativeFolder, { recursive: true, force: true }))
  await copyNativeFiles()
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
