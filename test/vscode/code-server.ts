import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { cp, glob, mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** VS Code's own server program, out of the package that `test/vscode/server/package.json` pins. */
export const serverProgram = join(root, 'test/vscode/server/node_modules/code-server/lib/vscode/out/server-main.js')

/** A running VS Code server with its extension hosts. Disposing it ends the process and waits for that. */
export interface CodeServer extends AsyncDisposable {
  /** For example `http://127.0.0.1:40123/`. */
  readonly url: string
  readonly pid: number
}

export interface CodeServerOptions {
  /** Where the server keeps its data, settings and logs; created when missing. */
  readonly dataFolder: string
  readonly extensionsFolder: string
  /** Whether an opened folder has to be trusted first, as on a desktop. */
  readonly asksForTrust: boolean
  /** The display language, which has a language pack. Default: English. */
  readonly language?: string
}

/** Starts VS Code's server on a free port of 127.0.0.1 and returns once it accepts connections. */
export async function openCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const { language } = options
  if (language !== undefined) await addLanguagePack(join(options.dataFolder, 'data'), language)
  const flags = [
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--server-data-dir=${options.dataFolder}`,
    `--extensions-dir=${options.extensionsFolder}`,
    ...(language === undefined ? [] : [`--locale=${language}`]),
    ...(options.asksForTrust ? [] : ['--disable-workspace-trust']),
  ]
  const child = spawn(process.execPath, [serverProgram, ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const lines: string[] = []
  const ended = once(child, 'exit')
  const port = await new Promise<number>((resolve, reject) => {
    const read = (line: string) => {
      lines.push(line)
      const listening = /listening on (\d+)/.exec(line)
      if (listening !== null) resolve(Number(listening[1]))
    }
    createInterface(child.stdout).on('line', read)
    createInterface(child.stderr).on('line', read)
    ended.then(([code]) => reject(new Error(`VS Code's server ended with ${code}:\n${lines.join('\n')}`)), reject)
  })
  return {
    url: `http://127.0.0.1:${port}/`,
    pid: child.pid ?? 0,
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}

/** What VS Code keeps of an installed language pack: one that leaves every text of the workbench in English. */
async function addLanguagePack(userDataFolder: string, language: string): Promise<void> {
  await mkdir(userDataFolder, { recursive: true })
  const translations = join(userDataFolder, `vscode-${language}.json`)
  await writeFile(translations, JSON.stringify({ contents: {} }))
  const extension = { extensionIdentifier: { id: `test.language-pack-${language}` }, version: '1.0.0' }
  const pack = { hash: 'test', extensions: [extension], translations: { vscode: translations }, label: language }
  await writeFile(join(userDataFolder, 'languagepacks.json'), JSON.stringify({ [language]: pack }))
}

/**
 * Puts the extension of this repository among the installed ones, by a link to the repository: a new bundle is taken up
 * when the window is reloaded.
 */
export async function linkExtension(extensionsFolder: string): Promise<void> {
  await mkdir(extensionsFolder, { recursive: true })
  await symlink(root, join(extensionsFolder, 'runwright.runwright'), 'dir')
}

/** Puts a copy of what ships among the installed extensions, with nothing else of the repository beside it. */
export async function copyExtension(extensionsFolder: string): Promise<void> {
  const shipped = glob(
    [
      'package.json',
      'package.nls*.json',
      'l10n/*',
      'dist/*.{cjs,js}',
      'dist/webviews/*.{js,css}',
      'media/**/*.*',
      'exporters/*.{py,mjs}',
    ],
    { cwd: root },
  )
  const folder = join(extensionsFolder, 'runwright.runwright')
  for await (const path of shipped) await cp(join(root, path), join(folder, path))
  // Native libraries are where the package has them.
  await mkdir(join(folder, 'dist/node_modules'), { recursive: true })
  for (const name of ['@duckdb', 'zeromq', 'cmake-ts', 'onnxruntime-node', 'onnxruntime-common']) {
    await symlink(join(root, 'node_modules', name), join(folder, 'dist/node_modules', name), 'dir')
  }
}
