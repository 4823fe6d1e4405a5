import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectEngine } from '../../src/client/connect.ts'
import type { EngineCommand } from '../../src/client/connect.ts'
import type { Client } from '../../src/protocol/client.ts'
import { parseEngineFile } from '../../src/protocol/hello.ts'
import type { EngineFile } from '../../src/protocol/methods.ts'
import packageJson from '../../package.json' with { type: 'json' }

/** Starts the engine of this clone. */
export function engineCommand(...args: string[]): EngineCommand {
  return { file: process.execPath, args: [join(import.meta.dirname, '../../src/engine/main.ts'), ...args] }
}

/** Makes a workspace a git repository, with all that is in it committed. */
export function commitWorkspace(path: string): void {
  const git = (...words: string[]) => execFileSync('git', ['-C', path, ...words])
  git('init', '--quiet')
  git('add', '.')
  git('-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', 'commit', '--quiet', '-m', 'all')
}

export interface TestWorkspace extends AsyncDisposable {
  readonly path: string
  readonly enginePath: string
  connect(options?: { command?: EngineCommand; version?: string }): Promise<Client>
  /** What `engine.json` says now. */
  engineFile(): EngineFile
}

/** An empty folder in `parent`; when the test ends, its engine is killed and the folder removed. */
export async function createTestWorkspace(parent = tmpdir()): Promise<TestWorkspace> {
  const path = await realpath(await mkdtemp(join(parent, 'runwright-engine-')))
  const enginePath = join(path, '.runwright', 'engine.json')

  function engineFile(): EngineFile {
    const content = parseEngineFile(readFileSync(enginePath, 'utf8'))
    if (content === undefined) throw new Error(`${enginePath} is none of ours.`)
    return content
  }

  return {
    path,
    enginePath,
    engineFile,
    connect: ({ command = engineCommand(), version = packageJson.version } = {}) =>
      connectEngine({ workspace: path, engineCommand: command, version }),
    async [Symbol.asyncDispose]() {
      try {
        process.kill(engineFile().pid, 'SIGKILL')
      } catch {
        // It never ran, or has ended.
      }
      await rm(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
