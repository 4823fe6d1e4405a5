import { formatMessage } from '../base/format-message.ts'
import type { DiffedRun, DiffRow, DiffSection, RunDiff } from './run-diff.ts'
import type { RunStatus } from './runs.ts'

type Value = DiffRow['values'][number]

/** What `formatDiffMarkdown` says in a language of its own. */
export interface DiffLabels {
  readonly title: string
  readonly key: string
  readonly runId: string
  readonly status: string
  readonly started: string
  readonly better: string
  readonly worse: string
  readonly nothing: string
  readonly sections: Readonly<Record<DiffSection['name'], string>>
  readonly statuses: Readonly<Record<RunStatus, string>>
  counts(different: number, total: number): string
}

export const englishDiffLabels: DiffLabels = {
  title: 'Comparison of Runs',
  key: 'Key',
  runId: 'Run',
  status: 'Status',
  started: 'Started',
  better: 'better',
  worse: 'worse',
  nothing: 'The runs do not differ.',
  sections: {
    params: 'Params',
    metrics: 'Metrics',
    code: 'Code',
    environment: 'Environment',
    data: 'Data',
    command: 'Command',
    tags: 'Tags',
    artifacts: 'Artifacts',
  },
  statuses: {
    RUNNING: 'running',
    SCHEDULED: 'scheduled',
    FINISHED: 'finished',
    FAILED: 'failed',
    KILLED: 'killed',
  },
  counts: (different, total) =>
    formatMessage(
      '{different} of {total} {different, plural, one {differs} other {differ}}',
      { different, total },
      'en',
    ),
}

/** A section with the rows to show, and how many of all its rows differ. */
export interface ShownSection {
  readonly name: DiffSection['name']
  readonly rows: readonly DiffRow[]
  readonly differentCount: number
  readonly totalCount: number
}

/** The sections with something to show: the rows that differ, or all rows. */
export function selectRows({ sections }: RunDiff, showsEqual: boolean): readonly ShownSection[] {
  return sections
    .map(({ name, rows }) => {
      const different = rows.filter(({ isDifferent }) => isDifferent)
      return {
        name,
        rows: showsEqual ? rows : different,
        differentCount: different.length,
        totalCount: rows.length,
      }
    })
    .filter(({ rows }) => rows.length > 0)
}

/** The same diff with one of its runs first, which the others are then compared with. */
export function withReference(diff: RunDiff, runId: string): RunDiff {
  const place = diff.runs.findIndex((run) => run.runId === runId)
  if (place < 1) return diff
  const toFront = <Item>(items: readonly Item[]) => [...items.slice(place, place + 1), ...items.toSpliced(place, 1)]
  return {
    runs: toFront(diff.runs),
    sections: diff.sections.map(({ name, rows }) => ({
      name,
      rows: rows.map((row) => ({ ...row, values: toFront(row.values) })),
    })),
  }
}

/** Names of the runs by which a reader tells them apart: with the beginning of the id where a name is not the only one. */
export function nameRuns(runs: readonly Pick<DiffedRun, 'runId' | 'name'>[]): readonly string[] {
  const counts = Map.groupBy(runs, ({ name }) => name)
  return runs.map(({ name, runId }) => ((counts.get(name)?.length ?? 0) > 1 ? `${name} (${runId.slice(0, 8)})` : name))
}

/** How a value stands to the reference run's. */
export interface Delta {
  /** Value minus reference. */
  readonly difference: number
  /** Undefined when neither is better, or nothing says which direction is. */
  readonly verdict: 'better' | 'worse' | undefined
}

/** Undefined unless both are finite numbers that differ. */
export function compareValues(value: Value, reference: Value, goal: DiffRow['goal']): Delta | undefined {
  if (typeof value !== 'number' || typeof reference !== 'number') return undefined
  const difference = value - reference
  if (!Number.isFinite(difference) || difference === 0) return undefined
  if (goal === undefined) return { difference, verdict: undefined }
  return { difference, verdict: difference > 0 === (goal === 'maximize') ? 'better' : 'worse' }
}

/** How a run's number stands to the first run's, where that tells something: of metrics, and of counts of data. */
export function findDelta(section: DiffSection['name'], row: DiffRow, place: number): Delta | undefined {
  if (place === 0 || (section !== 'metrics' && section !== 'data')) return undefined
  return compareValues(row.values[place] ?? null, row.values[0] ?? null, row.goal)
}

/** A difference with its sign, and as many digits as a person compares: `+0.12`, `−3e-05`. Counts have all of theirs. */
export function formatDifference(difference: number): string {
  const size = Math.abs(difference)
  const digits = String(Number.isSafeInteger(size) ? size : Number(size.toPrecision(3)))
  return `${difference < 0 ? '−' : '+'}${digits}`
}

/**
 * A value of a row as a reader wants it: numbers with six significant digits (all of them where six would hide that
 * they differ), sizes in units, a command as one line, a commit by its beginning. Undefined where a run has none.
 */
export function formatDiffValue(section: DiffSection['name'], row: DiffRow, value: Value): string | undefined {
  if (value === null) return undefined
  if (section === 'artifacts' && typeof value === 'number') return formatSize(value, row.values)
  if (typeof value === 'number') return formatNumber(value, row.values)
  if (section === 'command' && row.key === 'command') return parseWords(value)?.map(quoteWord).join(' ') ?? value
  if (section === 'code' && row.key === 'commit' && /^[0-9a-f]{40,}$/.test(value)) return value.slice(0, 10)
  return value
}

function formatNumber(value: number, row: DiffRow['values']): string {
  if (!Number.isFinite(value)) return String(value)
  const short = (number: number) => Number(number.toPrecision(6))
  return String(hasLookalike(value, row, short) ? value : short(value))
}

/** Whether another number of the row is written the same. Only numbers nearby can be, and writing is what costs. */
function hasLookalike(value: number, row: DiffRow['values'], write: (number: number) => unknown): boolean {
  const reach = Math.abs(value) / 50
  return row.some(
    (other) =>
      typeof other === 'number' && other !== value && Math.abs(other - value) <= reach && write(other) === write(value),
  )
}

const sizeUnits = ['KB', 'MB', 'GB', 'TB'] as const

/** 1,024 bytes to the KB; in bytes where sizes that differ would look the same. */
function formatSize(sizeBytes: number, row: DiffRow['values']): string {
  const short = (bytes: number) => {
    const power = Math.min(sizeUnits.length, Math.floor(Math.log2(Math.max(1, bytes)) / 10))
    return power === 0 ? `${bytes} B` : `${Number((bytes / 1024 ** power).toPrecision(3))} ${sizeUnits[power - 1]}`
  }
  return hasLookalike(sizeBytes, row, short) ? `${sizeBytes} B` : short(sizeBytes)
}

/** The words of a command as a supervisor writes them; undefined when it is no list of texts. */
function parseWords(text: string): readonly string[] | undefined {
  try {
    const words: unknown = JSON.parse(text)
    return Array.isArray(words) && words.every((word) => typeof word === 'string') ? words : undefined
  } catch {
    return undefined
  }
}

function quoteWord(word: string): string {
  return /^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}

/** A cell in one line of plain text: the value, and how it stands to the first run's. Empty where a run has none. */
export function formatDiffCell(
  section: DiffSection['name'],
  row: DiffRow,
  place: number,
  labels: Pick<DiffLabels, 'better' | 'worse'>,
): string {
  const value = row.values[place] ?? null
  const text = formatDiffValue(section, row, value) ?? ''
  const delta = findDelta(section, row, place)
  if (delta === undefined) return text
  const verdict = delta.verdict === undefined ? '' : ` ${labels[delta.verdict]}`
  return `${text} (${formatDifference(delta.difference)}${verdict})`
}

/** When a run was started, to the minute: `2026-11-24 12:00 UTC`. */
export function formatStart(startTime: number): string {
  return `${new Date(startTime).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

/** A diff as a page of Markdown, with a table for the runs and one for each section. The first run is the reference. */
export function formatDiffMarkdown(diff: RunDiff, showsEqual: boolean, labels = englishDiffLabels): string {
  const names = nameRuns(diff.runs)
  const sections = selectRows(diff, showsEqual)
  const head = formatMarkdownTable(
    ['', ...names],
    [
      [labels.runId, ...diff.runs.map(({ runId }) => runId)],
      [labels.status, ...diff.runs.map(({ status }) => labels.statuses[status])],
      [labels.started, ...diff.runs.map(({ startTime }) => formatStart(startTime))],
    ],
  )
  const bodies = sections.map(({ name, rows, differentCount, totalCount }) => {
    const title = `## ${labels.sections[name]} (${labels.counts(differentCount, totalCount)})`
    const cells = rows.map((row) => [
      row.key,
      ...row.values.map((_, place) => formatDiffCell(name, row, place, labels)),
    ])
    return `${title}\n\n${formatMarkdownTable([labels.key, ...names], cells)}`
  })
  const rest = sections.length === 0 ? [`${labels.nothing}\n`] : bodies
  return [`# ${labels.title}\n`, head, ...rest].join('\n')
}

function formatMarkdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeMarkdown).join(' | ')} |\n`
  return line(head) + `|${' --- |'.repeat(head.length)}\n` + rows.map(line).join('')
}

/** Whatever was logged shows as it is, on one line. An underscore inside a word is no mark and stays readable. */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll(/[\\`*{}[\]<>|~#]|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\$&`)
    .replaceAll(/\s*[\p{Cc}\p{Zl}\p{Zp}]+\s*/gu, ' ')
}
