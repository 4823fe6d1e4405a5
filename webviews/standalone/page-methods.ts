import { createMemoryTable, type MemoryRun } from '../../src/client/memory-table.ts'
import type { CurveWindow } from '../../src/protocol/curves.ts'
import { RunwrightError } from '../../src/protocol/errors.ts'
import type { MethodName, Methods } from '../../src/protocol/methods.ts'
import type { PageData } from '../../src/protocol/page-data.ts'
import { createUnknownCursors, createUnknownTails } from '../../src/protocol/unknown-tails.ts'
import { getCell, type TableColumn } from '../../src/protocol/run-table.ts'

type Answers = { readonly [M in MethodName]?: (params: Methods[M]['params']) => Methods[M]['result'] }

/**
 * The engine's methods, as far as the page can answer them.
 *
 * @throws NOT_IMPLEMENTED for what it holds nothing of
 */
export function createPageMethods(data: PageData): (method: MethodName, params: unknown) => object {
  const table = createMemoryTable(toMemoryRuns(data), new Set(data.keys.metrics))
  const curveId = (axis: string, runId: string, key: string) => JSON.stringify([axis, runId, key])
  const curves = new Map(data.curves.map(({ axis, runId, key, window }) => [curveId(axis, runId, key), window]))
  const answers: Answers = {
    'table/rows': (params) => table.rows(params),
    'table/keys': () => data.keys,
    'table/groups': (params) => table.groups(params),
    'table/statistics': (params) => table.statistics(params),
    'curves/window': ({ curves: asked, axis, from = -Infinity, to = Infinity }) => ({
      cursors: createUnknownCursors(asked.length),
      curves: asked.map(({ runId, key }) => {
        const whole = curves.get(curveId(axis, runId, key))
        return whole === undefined ? { kind: 'missing' } : cut(whole, from, to)
      }),
    }),
    'curves/tail': ({ curves }) => createUnknownTails(curves.length),
    'runs/diff'({ runIds }) {
      const { diff } = data
      const places = runIds.map((runId) => diff?.runs.findIndex((run) => run.runId === runId) ?? -1)
      if (diff === null || places.includes(-1)) throw createMissing('how these runs differ')
      const pick = <Item>(items: readonly Item[]) => places.flatMap((place) => items.slice(place, place + 1))
      return {
        runs: pick(diff.runs),
        sections: diff.sections.map(({ name, rows }) => ({
          name,
          rows: rows.map((row) => {
            const values = pick(row.values)
            return { ...row, values, isDifferent: values.some((value) => !Object.is(value, values[0])) }
          }),
        })),
      }
    },
  }
  return (method, params) => {
    const found = Object.hasOwn(answers, method) ? answers[method] : undefined
    if (found === undefined) throw createMissing('this')
    // SAFETY: the page's own calls are typed as the methods are.
    return (found as (params: unknown) => object)(params)
  }
}

function createMissing(what: string): RunwrightError {
  return new RunwrightError('NOT_IMPLEMENTED', `This page holds nothing of ${what}. Open the view in its workspace.`)
}

function toMemoryRuns({ rows, columns }: PageData): MemoryRun[] {
  // The same for the same column, in whatever order its parts stand.
  const idOf = (column: TableColumn) => JSON.stringify(Object.entries(column).toSorted(([a], [b]) => (a < b ? -1 : 1)))
  const values = new Map(columns.map(({ column, values }) => [idOf(column), values]))
  return rows.map((row, index) => {
    const value = (column: TableColumn) => {
      const found = values.get(idOf(column))
      return found === undefined ? undefined : getCell(found, index)
    }
    return { ...row, value, startTime: Number(value({ kind: 'attribute', key: 'start_time' }) ?? 0) }
  })
}

/** What lies in the stretch, and one piece more on either side, so that lines go on to the edge. */
function cut(window: CurveWindow, from: number, to: number): CurveWindow {
  if (window.kind === 'missing') return window
  const [starts, ends] = window.kind === 'points' ? [window.xs, window.xs] : [window.starts, window.ends]
  const first = Math.max(0, ends.findIndex((end) => end >= from) - 1)
  const behind = starts.findIndex((start) => start > to)
  const last = behind < 0 ? starts.length : behind + 1
  if (window.kind === 'points') {
    const { xs, values, steps } = window
    const part = { xs: xs.slice(first, last), values: values.slice(first, last) }
    return { kind: 'points', ...part, ...(steps === undefined ? {} : { steps: steps.slice(first, last) }) }
  }
  return {
    kind: 'buckets',
    starts: starts.slice(first, last),
    ends: ends.slice(first, last),
    firsts: window.firsts.slice(first, last),
    lasts: window.lasts.slice(first, last),
    mins: window.mins.slice(first, last),
    maxs: window.maxs.slice(first, last),
    specials: window.specials.slice(first, last),
  }
}
