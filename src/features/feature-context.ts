import { realpath } from 'node:fs/promises'
import path from 'node:path'
import type { NodeCommand } from '../base/node-command.ts'
import { dataFiles, dataFolderName } from '../protocol/data-folder.ts'
import type { FeatureSetDefinition } from '../protocol/feature-sets.ts'
import { RunwrightError } from '../protocol/errors.ts'

/** What all use-cases of features work with. */
export interface FeatureContext {
  /** The repository: absolute, with no link in it. Paths of sources begin here. */
  readonly root: string
  /** Where versions are kept. */
  readonly folder: string
  readonly featureSets: Readonly<Record<string, FeatureSetDefinition>>
  readonly duckdb: NodeCommand
  /** Of DuckDB; what does not fit goes to the disk. */
  readonly memoryBytes: number
  readonly threads: number
  /** Milliseconds since 1970-01-01 UTC. */
  readonly now: () => number
  /** Cancels; what was there before stays. */
  readonly signal: AbortSignal
  readonly progress: (event: FeatureProgress) => void
}

export interface FeatureProgress {
  readonly featureSet: string
  /** In this order; a version that is there already is only hashed. */
  readonly stage: 'hash' | 'compute' | 'statistics' | 'join'
  /** What a script prints. */
  readonly output?: string
}

export const defaultMemoryBytes = 2 ** 30

export async function locateFeatures(workspace: string): Promise<Pick<FeatureContext, 'root' | 'folder'>> {
  const root = await realpath(workspace)
  return { root, folder: path.join(root, dataFolderName, dataFiles.features) }
}

/** @throws RESOURCE_DOES_NOT_EXIST naming those there are */
export function findFeatureSet(
  { featureSets }: Pick<FeatureContext, 'featureSets'>,
  name: string,
): FeatureSetDefinition {
  const found = Object.hasOwn(featureSets, name) ? featureSets[name] : undefined
  if (found !== undefined) return found
  const names = Object.keys(featureSets)
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no feature set "${name}" in runwright.yaml.`, {
    hint: names.length === 0 ? 'Declare it there under "featureSets".' : `There are: ${names.join(', ')}.`,
  })
}
