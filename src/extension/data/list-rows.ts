import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { DataConflict, DataDecision, DataMerge } from '../../protocol/data-merge.ts'
import type { OutStatus } from '../../protocol/data-status.ts'
import { describeError } from '../tree/error-notice.ts'
import type { RepositoryState } from './data-feed.ts'
import { type DataChangeElement, type DataConflictElement, dataChanges, type DataElement } from './element.ts'

/** Rows of one kind below one row: more of them nobody reads. */
const maxRows = 200

/** Repositories where there are several, else what is tracked in the one. */
export function listRoots(repositories: readonly RepositoryState[]): readonly DataElement[] {
  const [only] = repositories
  if (only !== undefined && repositories.length === 1) return listOuts(only)
  return repositories.map((state): DataElement => ({
    kind: 'data-repository',
    id: state.root,
    root: state.root,
    label: basename(state.root),
    outs: state.status?.outs ?? [],
  }))
}

/** What went wrong, then all that is tracked. */
export function listOuts({ root, status, error }: RepositoryState): readonly DataElement[] {
  const trouble = error === undefined ? [] : listTrouble(root, error)
  const outs = (status?.outs ?? []).map((out): DataElement => ({
    kind: 'data-out',
    // VS Code unfolds a row by itself only when it has not seen it before.
    id: out.state === 'conflict' ? `${root}//conflict//${out.path}` : `${root}//${out.path}`,
    root,
    out,
  }))
  return [...trouble, ...outs]
}

/** In a tracked folder: the files that are not as they should be, then what lies in it. */
export async function listTrackedFolder(root: string, out: OutStatus): Promise<readonly DataElement[]> {
  const changes = dataChanges.flatMap((change) => {
    const { count, paths } = out[change]
    const shown = paths.slice(0, maxRows).map((path): DataChangeElement => ({
      kind: 'data-change',
      id: `${root}//${change}//${path}`,
      root,
      change,
      path,
      name: path.slice(out.path.length + 1),
    }))
    return [...shown, ...rest(`${root}//${change}//${out.path}//rest`, count - shown.length)]
  })
  return [...changes, ...(await listFolder(root, out.path))]
}

/** The files that two branches have changed: those that nobody has decided yet, then the others. */
export function listConflicts(
  root: string,
  { path: out }: Pick<OutStatus, 'path'>,
  { conflicts, decided, theirRevision, isDone }: DataMerge,
): readonly DataElement[] {
  const merge: readonly DataElement[] = isDone ? [{ kind: 'data-merge', id: `${root}//merge//${out}`, root, out }] : []
  const toRow = (
    file: string,
    conflict: DataConflict | undefined,
    side: DataDecision['side'] | undefined,
  ): DataConflictElement => ({
    kind: 'data-conflict',
    id: `${root}//conflict//${out}//${file}`,
    root,
    out,
    file,
    conflict,
    decided: side,
    theirRevision,
  })
  const open = conflicts.slice(0, maxRows).map((conflict) => toRow(conflict.path, conflict, undefined))
  const others = decided.slice(0, maxRows).map(({ path, side }) => toRow(path, undefined, side))
  return [
    ...merge,
    ...open,
    ...rest(`${root}//conflict//${out}//rest`, conflicts.length - open.length),
    ...others,
    ...rest(`${root}//decided//${out}//rest`, decided.length - others.length),
  ]
}

/** What went wrong in place of rows. @param id of the row that they would be below */
export function listTrouble(id: string, error: unknown): readonly DataElement[] {
  return [{ kind: 'data-trouble', id: `${id}//trouble`, ...describeError(error) }]
}

/** Sub-folders, then files; nothing where there is no folder. */
export async function listFolder(root: string, path: string): Promise<readonly DataElement[]> {
  const entries = await readdir(join(root, path), { withFileTypes: true }).catch(() => [])
  const sorted = entries.toSorted(
    (a, b) => Number(b.isDirectory()) - Number(a.isDirectory()) || (a.name < b.name ? -1 : 1),
  )
  const shown = sorted.slice(0, maxRows).map((entry): DataElement => ({
    kind: 'data-entry',
    id: `${root}//in//${path}/${entry.name}`,
    root,
    path: `${path}/${entry.name}`,
    isFolder: entry.isDirectory(),
  }))
  return [...shown, ...rest(`${root}//in//${path}//rest`, entries.length - shown.length)]
}

function rest(id: string, count: number): readonly DataElement[] {
  return count > 0 ? [{ kind: 'data-rest', id, count }] : []
}
