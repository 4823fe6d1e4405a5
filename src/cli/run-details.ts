import { dataTags } from '../protocol/data-versions.ts'
import type { ArtifactEntry, DatasetInput, Run } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import { displayWidth, formatAge, formatDuration, formatNumber, printable } from './text.ts'

/**
 * A run as a page of text for people.
 *
 * @param now milliseconds since 1970-01-01 UTC
 */
export function formatRun(run: Run, artifacts: readonly ArtifactEntry[], now: number): string {
  const tag = (name: string) => run.tags.find(({ key }) => key === name)?.value
  const commit = tag(tagNames.gitCommit)
  const dirty = tag(tagNames.gitDirty) === 'true' ? ', with uncommitted changes' : ''
  const exit = tag(tagNames.exitCode)
  const head: [string, string | undefined][] = [
    ['Run', run.runId],
    ['Name', run.name],
    ['Status', run.status + (exit === undefined ? '' : ` (exit ${exit})`)],
    ['Lifecycle', run.lifecycleStage === 'deleted' ? 'deleted' : undefined],
    ['Started', `${new Date(run.startTime).toISOString()} (${formatAge(now - run.startTime)})`],
    ['Took', formatDuration((run.endTime ?? now) - run.startTime)],
    ['User', run.userId === '' ? undefined : run.userId],
    ['Command', formatCommand(tag(tagNames.command))],
    ['Commit', commit === undefined ? undefined : `${commit} ${tag(tagNames.gitBranch) ?? ''}`.trim() + dirty],
  ]
  return [
    pairs(head.flatMap(([key, value]) => (value === undefined ? [] : [[key, value] as const]))),
    section(
      'Params',
      run.params.map(({ key, value }) => [key, value] as const),
    ),
    section(
      'Metrics',
      run.metrics.map(({ key, value, step }) => [key, `${formatNumber(value)} (step ${step})`] as const),
    ),
    section(
      'Datasets',
      run.datasets.map((input) => [input.dataset.name, describeDataset(input)] as const),
    ),
    section(
      'Artifacts',
      artifacts.map(
        ({ path, isDirectory, sizeBytes }) =>
          [isDirectory ? `${path}/` : path, sizeBytes === undefined ? '' : `${sizeBytes} bytes`] as const,
      ),
    ),
    section(
      'Tags',
      run.tags.filter(({ key }) => !shownAbove.has(key)).map(({ key, value }) => [key, value] as const),
    ),
  ]
    .filter((text) => text !== '')
    .join('\n')
}

/** Its digest, and what the run has to do with it. */
function describeDataset({ dataset, tags }: DatasetInput): string {
  const told = [dataTags.context, dataTags.found].map((key) => tags.find((tag) => tag.key === key)?.value)
  const notes = told.filter((note) => note !== undefined)
  return notes.length === 0 ? dataset.digest : `${dataset.digest} (${notes.join(', ')})`
}

const shownAbove: ReadonlySet<string> = new Set([
  tagNames.runName,
  tagNames.user,
  tagNames.command,
  tagNames.gitCommit,
  tagNames.gitBranch,
  tagNames.gitDirty,
  tagNames.exitCode,
])

/** The words of the command tag, quoted where a shell would need it; the tag itself when it holds no such list. */
function formatCommand(json: string | undefined): string | undefined {
  if (json === undefined) return undefined
  let words: unknown
  try {
    words = JSON.parse(json)
  } catch {
    return json
  }
  if (!Array.isArray(words)) return json
  return words.map((word) => (/^[\w./:=@%+,-]+$/.test(String(word)) ? String(word) : `'${String(word)}'`)).join(' ')
}

function section(title: string, rows: readonly (readonly [string, string])[]): string {
  return rows.length === 0 ? '' : `${title}\n${pairs(rows, '  ')}`
}

function pairs(rows: readonly (readonly [string, string])[], indent = ''): string {
  const printed = rows.map(([key, value]) => [printable(key), printable(value)] as const)
  const width = Math.max(...printed.map(([key]) => displayWidth(key)))
  return printed
    .map(([key, value]) => `${indent}${key}${' '.repeat(width - displayWidth(key))}  ${value}`.trimEnd() + '\n')
    .join('')
}
