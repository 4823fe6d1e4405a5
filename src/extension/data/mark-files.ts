import { join } from 'node:path'
import type { OutStatus } from '../../protocol/data-status.ts'
import { localize } from '../localize.ts'
import { nameChange } from './data-presentation.ts'
import type { RepositoryState } from './data-feed.ts'
import { dataChanges, type DataChange } from './element.ts'

/** How a file is marked in VS Code's own explorer. */
export interface FileMark {
  /** One letter. */
  readonly badge: string
  readonly tooltip: string
  /** Of a theme. */
  readonly color: string
  /** Whether the folders above are coloured too. */
  readonly spreads: boolean
}

const modified = 'gitDecoration.modifiedResourceForeground'
const looks: Readonly<Record<DataChange, Pick<FileMark, 'badge' | 'color'>>> = {
  changed: { badge: 'M', color: modified },
  edited: { badge: '!', color: 'list.errorForeground' },
  added: { badge: 'A', color: 'gitDecoration.untrackedResourceForeground' },
  removed: { badge: 'D', color: 'gitDecoration.deletedResourceForeground' },
  notInCache: { badge: 'F', color: 'list.warningForeground' },
}

/** All files that are marked, by their absolute paths. Of a folder's many changes those that the status names. */
export function markFiles(repositories: readonly RepositoryState[]): ReadonlyMap<string, FileMark> {
  const marks = new Map<string, FileMark>()
  for (const { root, status } of repositories) {
    for (const out of status?.outs ?? []) {
      for (const change of dataChanges.toReversed()) {
        for (const path of out[change].paths) marks.set(join(root, path), markChange(change))
      }
      const [path, mark] = markOut(out) ?? []
      if (path !== undefined && mark !== undefined) marks.set(join(root, path), mark)
    }
  }
  return marks
}

function markChange(change: DataChange): FileMark {
  const tooltip = localize('Data: {what}', { what: nameChange(change) })
  return { ...looks[change], tooltip, spreads: change !== 'notInCache' }
}

/** What is missing has no file of its own to mark: then its `.dvc` file is. */
function markOut({ path, pointer, state, notInCache }: OutStatus): readonly [string, FileMark] | undefined {
  switch (state) {
    case 'changed':
      return [path, markChange('changed')]
    case 'new':
      return [path, { ...looks.added, tooltip: localize('Data: not committed yet'), spreads: true }]
    case 'missing':
      return [pointer, { ...looks.removed, tooltip: localize('Data: missing in the workspace'), spreads: true }]
    case 'conflict': {
      const color = 'gitDecoration.conflictingResourceForeground'
      return [pointer, { badge: 'C', color, tooltip: localize('Data: in conflict'), spreads: true }]
    }
    case 'clean':
      return notInCache.count === 0 ? undefined : [path, markChange('notInCache')]
  }
}
