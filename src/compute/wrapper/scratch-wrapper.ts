import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { type ExitRecord, parseExitRecord } from './exit-record.ts'
import { jobFiles } from './job-folder.ts'
import { settingsText, type WrapperSettings } from './settings-text.ts'
import { wrapperText } from './wrapper-text.ts'

/** A start of the wrapper. */
export interface Start {
  readonly pid: number
  send(signal: NodeJS.Signals): void
  /** Its exit code. */
  readonly exited: Promise<number | null>
}

/** For tests: the folder of an attempt, and the real wrapper in it. */
export interface ScratchWrapper extends AsyncDisposable {
  readonly folder: string
  /** Starts the wrapper; as often as wanted, for only one start may run anything. */
  start(how?: { readonly env?: Record<string, string>; readonly stdin?: string }): Start
  /** Starts it and waits for its end; its exit code. */
  run(how?: { readonly env?: Record<string, string>; readonly stdin?: string }): Promise<number | null>
  log(): string
  record(): ExitRecord | undefined
  /** The process id that a file of the claim begins with. */
  pid(file: string): number
}

export async function createScratchWrapper(
  shell: readonly string[],
  command: readonly string[],
  settings: Partial<WrapperSettings> = {},
): Promise<ScratchWrapper> {
  const parent = await mkdtemp(join(tmpdir(), "wrapper's $HOME *-"))
  const key = crypto.randomUUID()
  const folder = join(parent, key)
  await mkdir(folder)
  await writeFile(join(folder, jobFiles.wrapper), wrapperText())
  await writeFile(join(folder, jobFiles.settings), settingsText({ key, command, directory: parent, ...settings }))
  const read = (file: string) => (existsSync(join(folder, file)) ? readFileSync(join(folder, file), 'utf8') : '')
  const [program = 'sh', ...args] = shell
  const start: ScratchWrapper['start'] = ({ env = {}, stdin } = {}) => {
    const child = spawn(program, [...args, join(folder, jobFiles.wrapper), folder], {
      cwd: '/',
      env: { ...process.env, ...env },
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    })
    child.stdin.on('error', () => undefined).end(stdin)
    const exited = new Promise<number | null>((resolve, reject) => {
      child.once('exit', resolve)
      child.once('error', reject)
    })
    return { pid: child.pid ?? 0, send: (signal) => void child.kill(signal), exited }
  }
  return {
    folder,
    start,
    run: (how) => start(how).exited,
    log: () => read(jobFiles.log),
    record: () => parseExitRecord(read(jobFiles.exit)),
    pid: (file) => Number.parseInt(read(file), 10),
    [Symbol.asyncDispose]: () => rm(parent, { recursive: true, force: true }),
  }
}

export async function until(isTrue: () => boolean): Promise<void> {
  const deadline = performance.now() + 20_000
  while (!isTrue()) {
    if (performance.now() > deadline) throw new Error('It did not come true.')
    await delay(10)
  }
}
