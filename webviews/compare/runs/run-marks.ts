import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { TableColumn, TableRow } from '../../../src/protocol/run-table.ts'
import { tagNames } from '../../../src/protocol/tag-names.ts'
import type { PopoverParts } from '../../shared/popover.ts'
import { text } from '../../shared/texts.ts'
import type { Parts } from '../tab.ts'
import { showNoteDialog } from './note-dialog.ts'
import type { TableModel } from './table-model.ts'

export const starColumn: TableColumn = { kind: 'tag', key: tagNames.starred }
export const noteColumn: TableColumn = { kind: 'tag', key: tagNames.note }

/** What people have marked a run with. */
export interface RunMarks {
  readonly isStarred: boolean
  /** Empty for none. */
  readonly note: string
}

export function readMarks(model: TableModel | undefined, line: number): RunMarks {
  const valueOf = (column: TableColumn) => {
    const cell = model?.cell(line, column)
    return cell !== undefined && cell !== 'loading' && 'value' in cell ? cell.value : undefined
  }
  return { isStarred: valueOf(starColumn) === 'true', note: String(valueOf(noteColumn) ?? '') }
}

export interface MarkActions {
  star(runIds: readonly RunId[], isStarred: boolean): void
  editNote(run: TableRow, note: string, anchor: PopoverParts['anchor']): void
}

/** Marks are tags, so that every MLflow client sees them. */
export function createMarkActions({ host }: Parts, said: (message: string) => void): MarkActions {
  const setTag = (runId: RunId, key: string, value: string) => host.call('runs/set-tag', { runId, key, value })
  return {
    async star(runIds, isStarred) {
      try {
        for (const runId of runIds) await setTag(runId, tagNames.starred, String(isStarred))
      } catch (error) {
        if (!(error instanceof RunwrightError)) throw error
        said(text('runs.actionFailed', { message: error.message }))
      }
    },
    editNote({ runId, name }, note, anchor) {
      showNoteDialog({ anchor, name, note, save: async (next) => void (await setTag(runId, tagNames.note, next)) })
    },
  }
}
