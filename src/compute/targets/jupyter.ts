import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'
import { RunwrightError } from '../../protocol/errors.ts'
import { openJupyterServer } from '../../jupyter/jupyter-server.ts'
import type { JupyterAddress } from '../../jupyter/server-address.ts'
import type { AttemptKey, ComputeTarget } from '../target.ts'
import { type Follower, followFolders } from './follow-folders.ts'
import { createJobFolders, defaultFolder } from './job-folders.ts'
import { openJupyterShell } from './jupyter-shell.ts'
import type { Login, LoginParts } from './login.ts'
import { createMachineTarget } from './machine.ts'
import { moveUrl } from './move-url.ts'
import type { PlaceCode } from './placed-code.ts'
import { choosePort } from './tracking-port.ts'

export interface JupyterTargetOptions extends JupyterAddress {
  /** Name of the kernel specification that has jobs' Python first on their PATH; default: the server's own for Python. */
  readonly kernel?: string
  /** Where attempts have their folders there; default `~/.runwright/jobs`. */
  readonly folder?: string
}

export interface JupyterParts extends LoginParts {
  readonly placeCode: PlaceCode
  /** Opens a connection to the tracking server on this machine. */
  connectTracking(): Duplex
  /** The value of a variable that lets one in, as it is now. */
  findToken(variable: string): string | undefined
}

/**
 * The machine of a Jupyter Server. A kernel there starts the jobs, which then need neither it nor the server, and brings
 * what they log back to this machine. Whatever asks it throws INVALID_STATE while the token is not known here.
 */
export async function openJupyterTarget(options: JupyterTargetOptions, parts: JupyterParts): Promise<ComputeTarget> {
  const root = options.folder ?? defaultFolder
  return createMachineTarget({
    kind: 'jupyter',
    root,
    login: openJupyterLogin(options, root, parts),
    placeCode: parts.placeCode,
    workspace: parts.workspace,
  })
}

function openJupyterLogin(options: JupyterTargetOptions, folder: string, parts: JupyterParts): Login {
  const { workspace, name, trackingUrl, connectTracking } = parts
  const server = openJupyterServer(options, (variable) => readSecret(variable, parts))
  const owner = createHash('sha256')
    .update(`${workspace}\0${name}\0${options.kernel ?? ''}`)
    .digest('hex')
  const session = `runwright-${owner.slice(0, 16)}`
  const shell = openJupyterShell(server, {
    session,
    kernel: options.kernel,
    port: choosePort(owner),
    connect: connectTracking,
  })
  const folders = createJobFolders(shell, folder)
  const watchers = new Set<(key: AttemptKey | undefined) => void>()
  let following: Follower | undefined

  const changed = (key: AttemptKey | undefined) => {
    for (const tell of watchers) tell(key)
  }
  const stand = () => (following ??= followFolders({ start: shell.follow(folders.followProgram), changed }))
  return {
    shell,
    folders,
    async moveEnv(env) {
      const port = await shell.listen()
      stand()
      const trackingPort = Number(new URL(trackingUrl).port)
      return Object.fromEntries(Object.entries(env).map(([key, value]) => [key, moveUrl(value, trackingPort, port)]))
    },
    watch(tell) {
      watchers.add(tell)
      stand()
      return { [Symbol.dispose]: () => void watchers.delete(tell) }
    },
    async [Symbol.asyncDispose]() {
      following?.[Symbol.dispose]()
      await shell[Symbol.asyncDispose]()
    },
  }
}

function readSecret(variable: string, { findToken, name }: JupyterParts): string {
  const token = findToken(variable)
  if (token !== undefined && token !== '') return token
  throw new RunwrightError('INVALID_STATE', `The token of "${name}" is not known: ${variable} is not set.`, {
    hint: `Set ${variable} and run \`runwright targets\`, or launch again: the engine keeps it in memory.`,
  })
}
