import type { AttemptKey } from '../target.ts'
import { followByProcess, followFolders } from './follow-folders.ts'
import type { JobFolders } from './job-folders.ts'
import { createJobFolders } from './job-folders.ts'
import { openLocalShell } from './local-shell.ts'
import type { Shell } from '../../ssh/shell.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'
import { openSshShell } from '../../ssh/ssh-shell.ts'
import { createStandingLine } from './standing-line.ts'

/** The machine where a cluster is talked to: this one, or one that is reached by ssh. */
export interface Login extends AsyncDisposable {
  readonly shell: Shell
  readonly folders: JobFolders
  /** Variables of a command as they hold on that machine, the tracking server's address among them. */
  moveEnv(env: Readonly<Record<string, string>>): Promise<Readonly<Record<string, string>>>
  watch(changed: (key: AttemptKey | undefined) => void): Disposable
}

export interface LoginParts {
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the tracking server, on a loopback address of this machine. */
  readonly trackingUrl: string
  /** Absolute path of the workspace and the name of the target in runwright.yaml: they tell connections to a host apart. */
  readonly workspace: string
  readonly name: string
}

/** @param folder of all attempts, as `~/.runwright/jobs` */
export async function openLogin(host: SshHost | undefined, folder: string, parts: LoginParts): Promise<Login> {
  return host === undefined ? openLocalLogin(folder, parts) : openSshLogin(host, folder, parts)
}

function openLocalLogin(folder: string, { env }: LoginParts): Login {
  const shell = openLocalShell(env)
  const folders = createJobFolders(shell, folder)
  const start = followByProcess(() => ({ argv: ['sh', '-c', folders.followProgram], stdin: '' }), env)
  return {
    shell,
    folders,
    moveEnv: (own) => Promise.resolve(own),
    watch: (changed) => followFolders({ start, changed }),
    [Symbol.asyncDispose]: () => shell[Symbol.asyncDispose](),
  }
}

async function openSshLogin(host: SshHost, folder: string, parts: LoginParts): Promise<Login> {
  const { env, workspace, name, trackingUrl } = parts
  const shell = await openSshShell(host, env)
  const folders = createJobFolders(shell, folder)
  const trackingPort = Number(new URL(trackingUrl).port)
  const line = createStandingLine({ shell, folders, env, trackingPort, owner: `${workspace}\0${name}` })
  return {
    shell,
    folders,
    moveEnv: (own) => line.moveEnv(own),
    watch: (changed) => line.watch(changed),
    async [Symbol.asyncDispose]() {
      line[Symbol.dispose]()
      await shell[Symbol.asyncDispose]()
    },
  }
}
