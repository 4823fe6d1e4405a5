import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { FeatureSetList, ListedFeatureSet } from '../../protocol/feature-versions.ts'
import { projectFileName } from '../../protocol/project-file.ts'
import { createCoalesced } from '../tree/coalesced.ts'

/** The feature sets of a workspace folder, as they were last seen. */
export interface FolderFeatures {
  /** Absolute path. */
  readonly folder: string
  readonly name: string
  readonly featureSets: readonly ListedFeatureSet[]
  /** Why they could not be read. */
  readonly error: unknown
}

export interface FeatureFeedParts {
  /** Absolute paths of the folders of the workspace; none while it is not trusted. */
  listFolders(): readonly string[]
  readFeatureSets(folder: string): Promise<FeatureSetList>
  changed(): void
}

/** The feature sets of all folders. */
export interface FeatureFeed {
  /** Folders that have some, or whose cannot be read. */
  list(): readonly FolderFeatures[]
  /** Reads them again; asked for often, they are read once. */
  reload(): Promise<void>
}

export function createFeatureFeed({ listFolders, readFeatureSets, changed }: FeatureFeedParts): FeatureFeed {
  let found: readonly FolderFeatures[] = []

  const read = async (folder: string): Promise<FolderFeatures> => {
    const named = { folder, name: basename(folder) }
    try {
      return { ...named, ...(await readFeatureSets(folder)), error: undefined }
    } catch (error) {
      return { ...named, featureSets: [], error }
    }
  }

  return {
    list: () => found,
    reload: createCoalesced(async () => {
      const folders = listFolders()
      const declares = await Promise.all(folders.map(declaresFeatures))
      const states = await Promise.all(folders.filter((_, index) => declares[index]).map(read))
      const after = states.filter(({ featureSets, error }) => featureSets.length > 0 || error !== undefined)
      if (isDeepStrictEqual(after, found)) return
      found = after
      changed()
    }),
  }
}

/** Most folders have none, and need no program to say so. */
async function declaresFeatures(folder: string): Promise<boolean> {
  const text = await readFile(join(folder, projectFileName), 'utf8').catch(() => '')
  return /^\s*["']?featureSets["']?\s*:/m.test(text)
}
