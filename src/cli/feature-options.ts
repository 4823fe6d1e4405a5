import { availableParallelism } from 'node:os'
import path from 'node:path'
import { loadProjectFile } from '../client/load-project-file.ts'
import { prepareDataFolder } from '../engine/data-folder.ts'
import {
  defaultMemoryBytes,
  type FeatureContext,
  type FeatureProgress,
  locateFeatures,
} from '../features/feature-context.ts'
import { dataFolderName } from '../protocol/data-folder.ts'
import { parseSize } from '../protocol/quantities.ts'
import { usageError } from './command.ts'
import type { CliContext } from './context.ts'

/** What commands take that compute features. */
export const computeOptions = {
  memory: {
    type: 'string',
    value: 'SIZE',
    summary: 'Memory for DuckDB, for example 4G; what does not fit goes to the disk. Default: 1G',
  },
} as const

export const nameOptions = {
  'full-feature-names': { type: 'boolean', summary: 'Call each feature SET__FEATURE' },
} as const

/** More threads need more memory, and gain little on tables of this kind. */
const maxThreads = 8

/**
 * What the use-cases of features work with. Its signal is the user's own: a command that hands it over must be
 * `ownsSignals`, so that it is waited for until nothing half is left.
 *
 * @throws INVALID_PARAMETER_VALUE when runwright.yaml or the option cannot be read
 */
export async function openFeatures(
  context: CliContext,
  workspace: string,
  command: string,
  memory: string | undefined,
): Promise<FeatureContext> {
  const { featureSets } = await loadProjectFile(workspace)
  const memoryBytes = memory === undefined ? defaultMemoryBytes : parseSize(memory)
  if (memoryBytes === undefined) throw usageError(command, `--memory ${memory} is no size such as 4G.`)
  await prepareDataFolder(path.join(workspace, dataFolderName))
  return {
    ...(await locateFeatures(workspace)),
    featureSets,
    duckdb: context.duckdb,
    memoryBytes,
    threads: Math.min(maxThreads, availableParallelism()),
    now: context.now,
    signal: context.signal,
    progress: (event) => tell(context, event),
  }
}

/** What scripts print is shown, and on a terminal what is being done; the output is the command's alone. */
function tell({ stderr }: CliContext, { featureSet, stage, output }: FeatureProgress): void {
  if (output !== undefined) stderr.write(output)
  else if (stderr.isTTY === true && stage !== 'hash') stderr.write(`${featureSet}: ${doing[stage]}\n`)
}

const doing = { compute: 'computing', statistics: 'describing its columns', join: 'joining' } as const
