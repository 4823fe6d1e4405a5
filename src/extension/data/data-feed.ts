import type { DataStatus } from '../../protocol/data-status.ts'
import { createCoalesced } from '../tree/coalesced.ts'

/** A repository with data, as it was last seen. */
export interface RepositoryState {
  /** Absolute path, as the workspace spells it. */
  readonly root: string
  /** Undefined until it is known. */
  readonly status: DataStatus | undefined
  /** Why the status could not be read, or is not up to date. */
  readonly error: unknown
}

export interface DataFeedParts {
  /** Absolute paths of the repositories of the workspace; none while it is not trusted. */
  listRoots(): Promise<readonly string[]>
  readStatus(root: string): Promise<DataStatus>
  changed(): void
  failed(root: string, error: unknown): void
}

/** How the data of all repositories stands. */
export interface DataFeed {
  /** Undefined until the repositories are known. */
  list(): readonly RepositoryState[] | undefined
  /** Looks for repositories, and reads the status of all. */
  reload(): Promise<void>
  /** Reads the status of one again; asked for often, it is read once. */
  refresh(root: string): Promise<void>
  /** What was read elsewhere, with what the remote lacks. */
  setStatus(root: string, status: DataStatus): void
}

export function createDataFeed({ listRoots, readStatus, changed, failed }: DataFeedParts): DataFeed {
  let states: ReadonlyMap<string, RepositoryState> | undefined
  const readers = new Map<string, () => Promise<void>>()

  const set = (root: string, change: Partial<RepositoryState>) => {
    const before = states?.get(root)
    if (before === undefined) return
    states = new Map([...(states ?? []), [root, { ...before, ...change }]])
    changed()
  }

  const read = async (root: string) => {
    try {
      const status = await readStatus(root)
      set(root, { status: keepRemote(status, states?.get(root)?.status), error: undefined })
    } catch (error) {
      failed(root, error)
      set(root, { error })
    }
  }

  const refresh = async (root: string) => {
    const reader = readers.get(root) ?? createCoalesced(() => read(root))
    readers.set(root, reader)
    await reader()
  }

  return {
    list: () => states && [...states.values()],
    reload: createCoalesced(async () => {
      const roots = await listRoots()
      const fresh = { status: undefined, error: undefined }
      states = new Map(roots.map((root) => [root, states?.get(root) ?? { root, ...fresh }]))
      for (const root of readers.keys()) if (!states.has(root)) readers.delete(root)
      if (roots.length === 0) changed()
      await Promise.all(roots.map(refresh))
    }),
    refresh,
    setStatus: (root, status) => set(root, { status, error: undefined }),
  }
}

/** What the remote lacked of a version it lacks still, as far as is known. */
function keepRemote(status: DataStatus, before: DataStatus | undefined): DataStatus {
  const known = new Map((before?.outs ?? []).map(({ path, hash, notInRemote }) => [`${path}:${hash}`, notInRemote]))
  const outs = status.outs.map((out) => {
    const notInRemote = known.get(`${out.path}:${out.hash}`)
    return notInRemote === undefined ? out : { ...out, notInRemote }
  })
  return { ...status, outs }
}
