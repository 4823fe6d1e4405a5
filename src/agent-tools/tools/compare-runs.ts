import { findRun } from '../../client/find-run.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { formatDiffMarkdown } from '../../protocol/run-diff-text.ts'
import { defineAgentTool } from '../agent-tool.ts'

export default defineAgentTool({
  name: 'runwright_compare_runs',
  referenceName: 'runwrightCompareRuns',
  title: 'Compare Runs',
  summary: 'Shows where runs differ: params, metrics, code, environment, data, command, tags, artifacts.',
  description: `Shows where 2 to 20 runs differ: params, metrics (against the first run, with which one is better), commit and uncommitted changes, environment and packages, datasets, command, tags, artifacts. What is equal is left out unless asked for.`,
  icon: '$(diff)',
  effect: 'reads',
  fields: {
    runs: {
      type: 'texts',
      description: 'Ids of runs, the beginnings of ids, or names; metrics are compared with the first.',
      required: true,
      min: 2,
      max: 20,
    },
    all: { type: 'flag', description: 'Show what is equal, too.' },
  },
  async run({ client, signal }, { runs, all = false }) {
    const runIds = await Promise.all(runs.map((text) => findRun(client, text)))
    if (new Set(runIds).size < runIds.length) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', 'One run is named twice.')
    }
    return formatDiffMarkdown(await client.call('runs/diff', { runIds }, { signal }), all)
  },
})
