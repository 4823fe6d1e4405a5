import type { RunDiff } from '../../protocol/run-diff.ts'
import { formatDiffMarkdown } from '../../protocol/run-diff-text.ts'
import { type ArtifactDiff, loadArtifactDiff } from '../artifact-diff.ts'
import { formatArtifactDiff } from '../artifact-tables.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { formatRunDiff } from '../diff-tables.ts'
import { findRun } from '../../client/find-run.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'compare',
  summary: 'Shows where runs differ: params, metrics, code, environment, data, command, tags, artifacts.',
  details: `A run is named by its id, the beginning of it, or its name. Metrics are compared with those of the first.
With --artifacts, every file of the runs is compared: by size and, where that is equal, by SHA-256.`,
  example: 'runwright compare calm-otter-42 3f2a91c0 --markdown',
  options: {
    all: { type: 'boolean', short: 'a', summary: 'Show what is equal, too' },
    artifacts: { type: 'boolean', summary: 'Compare the artifacts file by file, in place of the rest' },
    markdown: { type: 'boolean', summary: 'Print Markdown, for a report or a pull request' },
  },
  operands: { usage: 'RUN RUN…', min: 2, max: 100 },
  async run(context, { options, operands, json, workspace }) {
    if (options.markdown && json) throw usageError('compare', '--markdown and --json exclude each other.')
    if (options.markdown && options.artifacts) {
      throw usageError('compare', '--markdown and --artifacts exclude each other.')
    }
    await using client = await context.connect(workspace)
    const runIds = await Promise.all(operands.map((text) => findRun(client, text)))
    const twice = operands.find((_, index) => runIds.slice(0, index).some((runId) => runId === runIds[index]))
    if (twice !== undefined) throw usageError('compare', `"${twice}" names a run that was named before.`)
    const { stdout } = context
    if (options.artifacts) {
      const found = await loadArtifactDiff(client, runIds)
      if (json) stdout.write(toJson(options.all ? found : withoutEqualArtifacts(found)))
      else stdout.write(formatArtifactDiff(found, options.all, stdout.columns))
      return
    }
    const diff = await client.call('runs/diff', { runIds })
    if (json) stdout.write(toJson(options.all ? diff : withoutEqual(diff)))
    else if (options.markdown) stdout.write(formatDiffMarkdown(diff, options.all))
    else stdout.write(formatRunDiff(diff, options.all, context.now(), stdout.columns))
  },
})

function withoutEqual({ runs, sections }: RunDiff): RunDiff {
  const different = sections.map(({ name, rows }) => ({ name, rows: rows.filter(({ isDifferent }) => isDifferent) }))
  return { runs, sections: different.filter(({ rows }) => rows.length > 0) }
}

function withoutEqualArtifacts(diff: ArtifactDiff): ArtifactDiff {
  return { ...diff, artifacts: diff.artifacts.filter(({ isDifferent }) => isDifferent) }
}
