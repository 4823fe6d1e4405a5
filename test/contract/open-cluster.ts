import { join } from 'node:path'
import type { ComputeTarget } from '../../src/compute/target.ts'
import type { LoginParts } from '../../src/compute/targets/login.ts'
import type { PlacedCode } from '../../src/compute/targets/placed-code.ts'
import { openSlurmTarget } from '../../src/compute/targets/slurm.ts'
import type { SlurmTargetOptions } from '../../src/compute/targets/slurm.ts'
import type { SlurmServer } from '../servers/slurm.ts'

/**
 * A target over the Slurm of a test, whose programs are on this machine.
 *
 * @param folder of the test: attempts have theirs in `jobs`, and commands run in the folder itself
 */
export function openCluster(
  server: SlurmServer,
  folder: string,
  options: Partial<SlurmTargetOptions> = {},
  parts: Partial<LoginParts & PlacedCode> & { readonly now?: () => number } = {},
): Promise<ComputeTarget> {
  const { now = () => performance.now(), directory = folder, prepare, env, ...more } = parts
  const code = { directory, ...(prepare === undefined ? {} : { prepare }) }
  return openSlurmTarget(
    { folder: join(folder, 'jobs'), ...options },
    {
      env: { ...process.env, ...server.env, ...env },
      trackingUrl: 'http://127.0.0.1:1',
      workspace: folder,
      name: 'cluster',
      placeCode: () => Promise.resolve(code),
      now,
      ...more,
    },
  )
}
