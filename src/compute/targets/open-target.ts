import type { TargetSettings } from '../../protocol/project-file.ts'
import { refuse } from '../../protocol/parse.ts'
import type { ComputeTarget } from '../target.ts'
import { openCommandTarget } from './command.ts'
import { parseCommandOptions } from './command-options.ts'
import { openJupyterTarget } from './jupyter.ts'
import type { JupyterParts } from './jupyter.ts'
import { createRemoteCode } from './remote-code.ts'
import { openSlurmTarget } from './slurm.ts'
import { openSshTarget } from './ssh.ts'
import { parseJupyterOptions, parseSlurmOptions, parseSshOptions } from './target-options.ts'

export type TargetParts = Omit<JupyterParts, 'placeCode'>

type Open = (settings: TargetSettings, path: string, parts: TargetParts) => Promise<ComputeTarget>

const kinds: Readonly<Record<string, Open>> = {
  async ssh(settings, path, parts) {
    const options = parseSshOptions(settings, path)
    return openSshTarget(options, { ...parts, placeCode: createRemoteCode(parts.env, options.folder) })
  },
  async jupyter(settings, path, parts) {
    const options = parseJupyterOptions(settings, path)
    return openJupyterTarget(options, { ...parts, placeCode: createRemoteCode(parts.env, options.folder) })
  },
  async slurm(settings, path, parts) {
    const options = parseSlurmOptions(settings, path)
    const placeCode = createRemoteCode(parts.env, options.folder)
    return openSlurmTarget(options, { ...parts, placeCode, now: () => performance.now() })
  },
  async command(settings, path, parts) {
    const options = parseCommandOptions(settings, path)
    return openCommandTarget(options, {
      ...parts,
      placeCode: createRemoteCode(parts.env, options.folder),
      now: Date.now,
    })
  },
}

/**
 * Opens a target as `runwright.yaml` describes it. Nothing is connected to yet.
 *
 * @param path of the description in the file, as `targets.cluster`
 * @throws INVALID_PARAMETER_VALUE that names the setting
 */
export async function openTarget(settings: TargetSettings, path: string, parts: TargetParts): Promise<ComputeTarget> {
  const open = Object.hasOwn(kinds, settings.kind) ? kinds[settings.kind] : undefined
  if (open === undefined) {
    return refuse(settings.kind, `${path}.kind`, `expected one of ${Object.keys(kinds).join(', ')}`)
  }
  return open(settings, path, parts)
}
