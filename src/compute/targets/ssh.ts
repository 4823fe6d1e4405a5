import type { ComputeTarget } from '../target.ts'
import { defaultFolder } from './job-folders.ts'
import { openLogin } from './login.ts'
import type { LoginParts } from './login.ts'
import { createMachineTarget } from './machine.ts'
import type { PlaceCode } from './placed-code.ts'
import type { SshHost } from '../../ssh/ssh-host.ts'

export interface SshTargetOptions extends SshHost {
  /** Where attempts have their folders on the host; default `~/.runwright/jobs`. */
  readonly folder?: string
}

/**
 * A machine that is reached by ssh.
 *
 * @param parts.trackingUrl of the tracking server on this machine, on a loopback address; commands reach it through the
 *   connection, at an address of their own machine's loopback
 * @throws INVALID_PARAMETER_VALUE for what is no host
 */
export async function openSshTarget(
  options: SshTargetOptions,
  parts: LoginParts & { readonly placeCode: PlaceCode },
): Promise<ComputeTarget> {
  const root = options.folder ?? defaultFolder
  const login = await openLogin(options, root, parts)
  return createMachineTarget({ kind: 'ssh', root, login, placeCode: parts.placeCode, workspace: parts.workspace })
}
