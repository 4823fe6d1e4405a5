import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { fileURLToPath } from 'node:url'
import type { SlurmServer } from '../../test/servers/slurm.ts'
import type { SshServer } from '../../test/servers/sshd.ts'
import { type ClockedCommand, createClockedCommand } from './clocked-command.ts'

const run = promisify(execFile)
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url))

/** A repository that every launcher knows how to run, with an engine behind it. Disposing it ends the engine. */
export interface LaunchedWorkspace extends AsyncDisposable {
  readonly folder: string
  readonly command: ClockedCommand
  /** A program in the workspace, whose failure is told with what it printed. */
  run(file: string, ...args: readonly string[]): Promise<string>
  runwright(...args: readonly string[]): Promise<string>
  /** Until no job is left that has not ended. */
  idle(): Promise<void>
  /** Calls back with each line that a following `runwright train` prints. */
  follow(args: readonly string[], line: (text: string) => void): Promise<void>
}

export async function openLaunchedWorkspace(
  parent: string,
  { sshd, slurm }: { readonly sshd?: SshServer; readonly slurm?: SlurmServer },
): Promise<LaunchedWorkspace> {
  const folder = join(parent, 'workspace')
  const marks = join(parent, 'marks')
  await Promise.all([mkdir(folder), mkdir(marks)])
  const env = { ...process.env, ...slurm?.env, GIT_AUTHOR_NAME: 'Ada', GIT_AUTHOR_EMAIL: 'ada@example.org' }
  const inFolder = { cwd: folder, env: { ...env, GIT_COMMITTER_NAME: 'Ada', GIT_COMMITTER_EMAIL: 'ada@example.org' } }
  const inWorkspace = async (file: string, ...args: readonly string[]) => (await run(file, args, inFolder)).stdout
  const runwright = (...args: readonly string[]) => inWorkspace(process.execPath, cli, ...args)
  const command = await createClockedCommand(folder, marks)
  const targets = {
    ...(sshd === undefined ? {} : { box: { kind: 'ssh', host: 'box', configFile: sshd.configFile } }),
    ...(slurm === undefined ? {} : { cluster: { kind: 'slurm' } }),
  }
  await writeFile(join(folder, 'runwright.yaml'), JSON.stringify({ targets }))
  await writeFile(
    join(folder, 'MLproject'),
    `name: launch\nentry_points:\n  main:\n    command: sh ${command.script}\n`,
  )
  await writeFile(join(folder, 'dvc.yaml'), `stages:\n  train:\n    cmd: sh ${command.script}\n`)
  await inWorkspace('git', 'init', '--quiet')
  await inWorkspace('git', 'add', '--all')
  await inWorkspace('git', 'commit', '--quiet', '--message', 'Start')
  await runwright('jobs', 'list')
  return {
    folder,
    command,
    run: inWorkspace,
    runwright,
    async idle() {
      while (JSON.parse(await runwright('jobs', 'list', '--live', '--json')).jobs.length > 0);
    },
    follow: (args, line) =>
      follow(
        spawn(process.execPath, [cli, 'train', '--quiet', ...args], {
          ...inFolder,
          stdio: ['ignore', 'pipe', 'inherit'],
        }),
        line,
      ),
    [Symbol.asyncDispose]: async () => void (await runwright('engine', 'stop', '--force').catch(() => undefined)),
  }
}

async function follow({ stdout }: ChildProcess, line: (text: string) => void): Promise<void> {
  if (stdout === null) throw new Error('Its output cannot be read.')
  for await (const text of createInterface({ input: stdout })) line(text)
}
