/** An engine of its own process, `--workspace DIR`, whose only target is a scratch one under the name `local`. */
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { fixedPlaces } from '../../src/compute/place.ts'
import { createCountedLeases } from '../../src/compute/scratch-leases.ts'
import { createScratchTarget } from '../../src/compute/scratch-target.ts'
import { openWorkspaceEngine } from '../../src/engine/workspace-engine.ts'
import packageJson from '../../package.json' with { type: 'json' }

const { values } = parseArgs({ options: { workspace: { type: 'string', default: '.' } }, strict: false })
const workspace = String(values.workspace)
const leases = createCountedLeases({ cpus: 12, gpus: ['GPU-0', 'GPU-1'] })
const engine = await openWorkspaceEngine({
  workspace,
  version: packageJson.version,
  openPlaces: () =>
    Promise.resolve(
      fixedPlaces({ local: { target: createScratchTarget(join(workspace, '.runwright', 'jobs')), leases } }),
    ),
  now: Date.now,
  randomBytes,
  log: () => {},
  onStop: () => process.exit(0),
})
process.stdout.write(`${JSON.stringify({ state: engine === undefined ? 'locked' : 'ready' })}\n`)
if (engine === undefined) process.exitCode = 3
