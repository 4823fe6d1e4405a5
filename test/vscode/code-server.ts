import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, symlink } from 'node:fs/promises'
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
}

export interface CodeServerOptions {
  /** Where the server keeps its data, settings and logs; created when missing. */
  readonly dataFolder: string
  readonly extensionsFolder: string
  /** Whether an opened folder has to be trusted first, as on a desktop. */
  readonly asksForTrust: boolean
}

/** Starts VS Code's server on a free port of 127.0.0.1 and returns once it accepts connections. */
export async function openCodeServer(options: CodeServerOptions): Promise<CodeServer> {
  const flags = [
    '--host=127.0.0.1',
    '--port=0',
    '--without-connection-token',
    '--accept-server-license-terms',
    '--telemetry-level=off',
    `--server-data-dir=${options.dataFolder}`,
    `--extensions-dir=${options.extensionsFolder}`,
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
    async [Symbol.asyncDispose]() {
      child.kill()
      await ended
    },
  }
}

/**
 * Puts the extension of this repository among the installed ones: what ships, linked, so that nothing else of the
 * repository is beside it when it runs.
 */
export async function linkExtension(extensionsFolder: string): Promise<void> {
  const folder = join(extensionsFolder, 'runwright.runwright')
  await mkdir(folder, { recursive: true })
  await Promise.all(['package.json', 'dist', 'media'].map((name) => symlink(join(root, name), join(folder, name))))
}
