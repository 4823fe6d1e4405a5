import { formatValue, markdownTable } from '../base/markdown-table.ts'
import type {
  AudioFacts,
  ChangedFiles,
  ContentDiff,
  DataDiff,
  FileDiff,
  FolderDiff,
  ImageFacts,
  ModelDiff,
  TextDiff,
} from '../protocol/data-diff.ts'
import { formatCount, formatSize } from '../protocol/quantities.ts'
import { formatTableDiff } from './content/table-markdown.ts'
import { arrow, bulletList, code } from './content/markdown-words.ts'

/** Files and tensors that are listed; `--json` has more of them. */
const maxRows = 50

/** What changed, for people: a report, a pull request, a terminal. */
export function formatDataDiff(diff: DataDiff): string {
  return diff.type === 'file' ? formatFile(diff) : formatFolder(diff)
}

function formatFile({ state, old, new: now, content }: FileDiff): string {
  const name = code(now?.name ?? old?.name ?? '')
  const sizes = arrow(old && formatSize(old.sizeBytes), now && formatSize(now.sizeBytes))
  const renamed = old !== undefined && now !== undefined && old.name !== now.name ? `, before ${code(old.name)}` : ''
  const title = `# ${name}: ${state}\n\n${sizes}${renamed}\n`
  return content === undefined ? title : `${title}\n${formatContent(content, '##')}`
}

function formatContent(content: ContentDiff, level: string): string {
  switch (content.kind) {
    case 'table':
      return formatTableDiff(content, level)
    case 'image':
      return `${arrow(content.old && describeImage(content.old), content.new && describeImage(content.new))}\n`
    case 'audio':
      return `${arrow(content.old && describeAudio(content.old), content.new && describeAudio(content.new))}\n`
    case 'text':
      return formatText(content)
    case 'model':
      return formatModel(content, level)
    case 'opaque':
      return `${content.reason}\n`
  }
}

function describeImage({ format, width, height }: ImageFacts): string {
  return width === null || height === null ? format.toUpperCase() : `${format.toUpperCase()}, ${width} × ${height}`
}

function describeAudio({ format, sampleRate, channels, bitsPerSample, durationSeconds }: AudioFacts): string {
  const bits = bitsPerSample === null ? '' : `, ${bitsPerSample} bit`
  const duration = durationSeconds === null ? '' : `, ${formatValue(durationSeconds)} s`
  return `${format.toUpperCase()}, ${sampleRate} Hz, ${formatCount(channels, 'channel')}${bits}${duration}`
}

function formatText({ old, new: now, lines, notes }: TextDiff): string {
  const counts = `${arrow(old && formatCount(old.lineCount, 'line'), now && formatCount(now.lineCount, 'line'))}`
  const changes = lines === null ? '' : ` (+${lines.added} −${lines.removed})`
  const hunks = (lines?.hunks ?? []).map(
    ({ oldStart, oldLines, newStart, newLines, lines }) =>
      `@@ -${oldStart},${oldLines} +${newStart},${newLines} @@\n${lines.join('\n')}\n`,
  )
  return `${counts}${changes}\n${hunks.length === 0 ? '' : `\n${fenced('diff', hunks.join(''))}`}${bulletList(notes)}`
}

/** A fence that the text itself cannot close. */
function fenced(language: string, text: string): string {
  const longest = text.matchAll(/`+/g).reduce((most, [run]) => Math.max(most, run.length), 2)
  const fence = '`'.repeat(longest + 1)
  return `${fence}${language}\n${text}${fence}\n`
}

function formatModel(model: ModelDiff, level: string): string {
  const { old, new: now, properties, operators, nodes, tensors, equalTensors, notes } = model
  const describe = ({ nodeCount, tensorCount, parameterCount }: NonNullable<typeof old>) =>
    [
      ...(nodeCount === 0 ? [] : [formatCount(nodeCount, 'node')]),
      formatCount(tensorCount, 'tensor'),
      formatCount(parameterCount, 'parameter'),
    ].join(', ')
  const changedOperators = operators.filter(({ oldCount, newCount }) => oldCount !== newCount)
  const parts = [
    `${arrow(old && describe(old), now && describe(now))}; ${formatCount(equalTensors, 'tensor')} equal\n`,
    section(
      `${level} Properties`,
      ['Property', 'Old', 'New'],
      properties.map((each) => [each.name, each.old ?? '', each.new ?? '']),
    ),
    section(
      `${level} Operators`,
      ['Operator', 'Old', 'New'],
      changedOperators.map((each) => [each.operator, String(each.oldCount), String(each.newCount)]),
    ),
    section(
      `${level} Nodes`,
      ['Change', 'Node', 'Operator', 'Differs'],
      nodes.map(({ change, name, operator, differs }) => [change, name, operator, differs.join(', ')]),
    ),
    section(
      `${level} Tensors`,
      ['Change', 'Tensor', 'Type', 'Shape', 'Max |Δ|', 'Relative L2', 'Cosine'],
      tensors.map(({ change, name, old, new: now, difference }) => [
        change,
        name,
        arrow(old?.dataType, now?.dataType),
        arrow(old?.shape.join('×'), now?.shape.join('×')),
        formatOptional(difference?.maxAbsolute),
        formatOptional(difference?.relativeL2),
        formatOptional(difference?.cosine),
      ]),
    ),
    bulletList(notes),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function formatOptional(value: number | null | undefined): string {
  return value === undefined || value === null ? '' : formatValue(value)
}

function section(title: string, header: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return ''
  const more = rows.length > maxRows ? `\n${rows.length - maxRows} more are not shown.\n` : ''
  return `${title}\n\n${markdownTable(header, rows.slice(0, maxRows))}${more}`
}

function formatFolder(diff: FolderDiff): string {
  const { state, old, new: now, classes, contents, notes } = diff
  const totals = ({ fileCount, sizeBytes }: FolderDiff['old']) =>
    `${formatCount(fileCount, 'file')}, ${formatSize(sizeBytes)}`
  const lists = (['added', 'removed', 'renamed', 'changed'] as const).map((name) => [name, diff[name]] as const)
  const summary = lists.map(([name, files]) => [name, String(files.count), formatSize(files.sizeBytes)])
  const changedClasses = classes.filter(({ oldCount, newCount }) => oldCount !== newCount)
  const parts = [
    `# Folder: ${state}\n\n${arrow(totals(old), totals(now))}; ${formatCount(diff.equalCount, 'file')} equal\n`,
    state === 'equal' ? '' : markdownTable(['Change', 'Files', 'Size'], summary),
    section(
      '## Classes',
      ['Class', 'Old', 'New'],
      changedClasses.map((each) => [each.name, String(each.oldCount), String(each.newCount)]),
    ),
    ...lists.map(([name, files]) => formatFiles(name, files)),
    ...contents.map(({ path, content }) => `## ${code(path)}\n\n${formatContent(content, '###')}`),
    bulletList(notes),
  ]
  return parts.filter((part) => part !== '').join('\n')
}

function formatFiles(name: string, { files }: ChangedFiles): string {
  const rows = files.map(({ path, oldPath, oldSizeBytes, newSizeBytes }) => [
    oldPath === undefined ? path : `${oldPath} → ${path}`,
    arrow(
      oldSizeBytes === undefined ? undefined : formatSize(oldSizeBytes),
      newSizeBytes === undefined ? undefined : formatSize(newSizeBytes),
    ),
  ])
  return section(`## ${name.charAt(0).toUpperCase()}${name.slice(1)}`, ['File', 'Size'], rows)
}
