import { existsSync } from 'node:fs'
import path from 'node:path'
import { formatMessage } from '../../base/format-message.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import type { SavedView } from '../../protocol/saved-view.ts'
import { type ExportFormat, exportFormats, exportView, findFormat, openExport } from '../../views/export-view.ts'
import { createView } from '../../views/new-view.ts'
import { listViewPaths, readView } from '../../views/view-file.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'views export',
  summary:
    'Writes the table of a saved view, or of an experiment, with every run: CSV, Markdown, Parquet, or one HTML page.',
  details: `An HTML page opens from a disk, without a server, with the table, charts and differences of the view.
VIEW is the file of a view, or its name in .runwright/views. Without --output, CSV and Markdown are printed.
A file is written complete or not at all.`,
  example: 'runwright views export best-runs --output runs.parquet',
  options: {
    experiment: {
      type: 'string',
      short: 'e',
      value: 'NAME',
      multiple: true,
      summary: 'All of this, in place of a view',
    },
    filter: { type: 'string', value: 'TEXT', summary: 'Only runs that match; replaces the filter of the view' },
    format: {
      type: 'string',
      short: 'f',
      value: 'FORMAT',
      summary: `${exportFormats.join(', ')}. Default: by --output`,
    },
    output: { type: 'string', short: 'o', value: 'FILE', summary: 'Where to write; replaced when it is there' },
  },
  operands: { usage: 'VIEW', min: 0, max: 1 },
  async run(context, { options, operands: [name], json, workspace }) {
    const { output, experiment } = options
    const format = chooseFormat(options.format, output)
    if (json && output === undefined)
      throw usageError('views export', '--json needs --output: it tells what was written.')
    if ((name === undefined) === (experiment.length === 0)) {
      throw usageError('views export', 'Name either a VIEW or an --experiment.')
    }
    const found =
      name === undefined
        ? createView(experiment.join(', '), experiment, 'runs')
        : await findView(context.cwd, workspace, name)
    const view: SavedView = options.filter === undefined ? found : { ...found, filter: options.filter }
    await using client = await context.connect(workspace)
    const { signal, stdout, stderr, webviewFolder } = context
    const how = { client, view, format, signal, webviewFolder, language: 'en' as const }
    const onProgress = (count: number, total: number) => {
      if (stderr.isTTY === true) stderr.write(`\r${count} of ${total} runs${count === total ? '\n' : ''}`)
    }
    if (output === undefined) {
      for await (const piece of (await openExport(how)).pieces) stdout.write(piece)
      return
    }
    const target = path.resolve(context.cwd, output)
    const written = await exportView(target, { ...how, onProgress })
    const { rowCount, columnCount, sizeBytes } = written
    if (json) stdout.write(toJson({ path: target, format, ...written }))
    else stdout.write(`${output}: ${formatMessage(writtenText, { rowCount, columnCount, sizeBytes }, 'en')}\n`)
  },
})

const writtenText =
  '{rowCount, plural, one {# run} other {# runs}}, {columnCount, plural, one {# column} other {# columns}}, ' +
  '{sizeBytes, plural, one {# byte} other {# bytes}}.'

function chooseFormat(named: string | undefined, output: string | undefined): ExportFormat {
  const format = named ?? (output === undefined ? 'csv' : findFormat(output))
  const known = exportFormats.find((known) => known === format)
  if (known === undefined) {
    const what =
      named === undefined ? `What to write to ${output} is not told by its ending` : `--format ${named} is none`
    throw usageError('views export', `${what}: name one of ${exportFormats.join(', ')}.`)
  }
  if (known === 'parquet' && output === undefined) throw usageError('views export', 'Parquet needs --output.')
  if (known === 'html' && output === undefined) throw usageError('views export', 'A page needs --output.')
  return known
}

async function findView(cwd: string, workspace: string, name: string): Promise<SavedView> {
  const named = path.resolve(cwd, name)
  if (existsSync(named)) return readView(named)
  const paths = await listViewPaths(workspace)
  const found = paths.find((file) => path.basename(file, '.json') === name)
  if (found !== undefined) return readView(found)
  const names = paths.map((file) => path.basename(file, '.json'))
  throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no view "${name}".`, {
    hint: names.length === 0 ? 'No view is saved in this workspace yet.' : `There are: ${names.join(', ')}.`,
  })
}
