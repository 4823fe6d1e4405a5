import assert from 'node:assert/strict'
import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { connectEngine } from '../../src/client/connect.ts'
import type { Client } from '../../src/protocol/client.ts'
import { parseEngineFile } from '../../src/protocol/hello.ts'
import { parseRunId } from '../../src/protocol/ids.ts'
import { findState, spoolOf } from '../../src/supervisor/spool.ts'
import packageJson from '../../package.json' with { type: 'json' }
import { engineCommand } from './engine-workspace.ts'

const main = fileURLToPath(new URL('../../src/cli/main.ts', import.meta.url))

export interface Finished {
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** A command line that is still running. */
export interface Started {
  readonly process: ChildProcess
  /** Resolves when a line of its output contains the text; rejects when it ends without one. */
  line(text: string): Promise<string>
  readonly finished: Promise<Finished>
}

/** A temporary git repository with the real command line in it, and an engine of its own. */
export interface CliWorkspace extends AsyncDisposable {
  readonly folder: string
  start(args: readonly string[], env?: Record<string, string>): Started
  run(...args: string[]): Promise<Finished>
  /** Runs with `--json`, expects success, and parses what was printed. */
  json(...args: string[]): Promise<Record<string, unknown>>
  write(file: string, content: string): Promise<void>
  git(...args: string[]): Promise<string>
  enginePid(): Promise<number>
  /** To its engine, which is started where there is none. */
  connect(): Promise<Client>
}

/** The real command line, in a folder. */
export function startCli(
  args: readonly string[],
  { folder, env = {} }: { readonly folder: string; readonly env?: Record<string, string> },
): Started {
  return watchOutput(
    spawn(process.execPath, [main, ...args], {
      cwd: folder,
      env: { ...process.env, npm_lifecycle_event: '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    }),
  )
}

export async function openCliWorkspace(): Promise<CliWorkspace> {
  const folder = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runwright-cli-')))
  const started = new Set<ChildProcess>()

  const workspace: CliWorkspace = {
    folder,
    start(args, env = {}) {
      const running = startCli(args, { folder, env })
      const { process: child } = running
      started.add(child)
      child.once('exit', () => started.delete(child))
      return running
    },
    run: (...args) => workspace.start(args).finished,
    async json(...args) {
      const dashes = args.indexOf('--')
      const words = dashes === -1 ? [...args, '--json'] : args.toSpliced(dashes, 0, '--json')
      const { exitCode, stdout, stderr } = await workspace.run(...words)
      assert.equal(exitCode, 0, stderr)
      return parseObject(stdout)
    },
    write: (file, content) => writeFile(path.join(folder, file), content),
    async git(...args) {
      const options = ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org']
      const { stdout } = await promisify(execFile)('git', [...options, ...args], { cwd: folder })
      return stdout.trim()
    },
    async enginePid() {
      const file = parseEngineFile(await readFile(path.join(folder, '.runwright', 'engine.json'), 'utf8'))
      assert.ok(file !== undefined)
      return file.pid
    },
    connect: () => connectEngine({ workspace: folder, engineCommand: engineCommand(), version: packageJson.version }),
    async [Symbol.asyncDispose]() {
      for (const child of started) child.kill('SIGKILL')
      // What a failed test left running; a keeper ends with its command.
      for (const keeper of await listKeepers(folder)) kill(keeper, 'SIGTERM')
      const pid = await workspace.enginePid().catch(() => undefined)
      if (pid !== undefined) kill(pid, 'SIGKILL')
      await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  await workspace.git('init', '--quiet', '--initial-branch', 'trunk')
  await workspace.write('.gitignore', '*.log\n')
  await workspace.git('add', '.gitignore')
  await workspace.git('commit', '--quiet', '--message', 'Start')
  return workspace
}

async function listKeepers(folder: string): Promise<number[]> {
  const spools = await readdir(path.join(folder, '.runwright', 'spool')).catch(() => [])
  const states = await Promise.all(spools.map((name) => findState(spoolOf(folder, parseRunId(name) ?? assert.fail()))))
  return states.flatMap((state) => (state === undefined ? [] : [state.keeperPid]))
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended by itself.
  }
}

function watchOutput(child: ChildProcess): Started {
  const lines: string[] = []
  const waiting = new Set<() => void>()
  let ended = false
  const wake = () => {
    for (const check of waiting) check()
  }
  const output = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    const stream = child[name]
    assert.ok(stream !== null)
    stream.setEncoding('utf8').on('data', (text: string) => (output[name] += text))
    createInterface({ input: stream }).on('line', (line) => {
      lines.push(line)
      wake()
    })
  }
  const finished = once(child, 'close').then(([exitCode, signal]): Finished => {
    ended = true
    wake()
    return { exitCode, signal, ...output }
  })
  return {
    process: child,
    finished,
    line: (text) =>
      new Promise((resolve, reject) => {
        const check = () => {
          const found = lines.find((line) => line.includes(text))
          if (found === undefined && !ended) return
          waiting.delete(check)
          if (found === undefined) reject(new Error(`Ended without "${text}":\n${output.stdout}${output.stderr}`))
          else resolve(found)
        }
        waiting.add(check)
        check()
      }),
  }
}

export function parseObject(text: string): Record<string, unknown> {
  const value: unknown = JSON.parse(text)
  assert.ok(typeof value === 'object' && value !== null && !Array.isArray(value), text)
  return { ...value }
}
