import { findRun } from '../../client/find-run.ts'
import type { Client } from '../../protocol/client.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseWords } from '../../protocol/recorded-launch.ts'
import { findTag, hasEnded, type Run } from '../../protocol/runs.ts'
import { artifactPaths, tagNames } from '../../protocol/tag-names.ts'
import { defineAgentTool, type ToolContext } from '../agent-tool.ts'
import { cleanLog, findErrorLines, readTail } from '../log-tail.ts'
import { formatMoment, formatValue } from '../../base/markdown-table.ts'

/** Bytes of the log that are looked at, from its end. */
const tailBytes = 256 << 10

export default defineAgentTool({
  name: 'runwright_explain_run',
  referenceName: 'runwrightExplainRun',
  title: 'Explain How a Run Ended',
  summary: 'Shows how a run ended: status, exit code, the end of its log, metrics that are not finite.',
  description: `Shows what is known of how a run ended, to find out why it failed: status, exit code or signal, duration, command, metrics whose latest value is NaN or infinite, lines of the log that name errors, and the end of the log. Works for a run that goes on, too.`,
  icon: '$(output)',
  effect: 'reads',
  fields: {
    run: { type: 'text', description: 'Id of the run, the beginning of it, or its name.', required: true },
    lines: { type: 'integer', description: 'Lines of the log to show, from its end. Default: 60.', min: 1, max: 400 },
  },
  async run(context, { run: text, lines = 60 }) {
    const { client, signal } = context
    const { run } = await client.call('runs/get', { runId: await findRun(client, text) }, { signal })
    const log = await loadLog(client, run, signal)
    return [...describeEnd(run, context), ...describeLog(log, lines)].join('\n') + '\n'
  },
})

async function loadLog(client: Client, { runId }: Run, signal: AbortSignal): Promise<string | undefined> {
  try {
    return cleanLog(await readTail(await client.download(runId, artifactPaths.log, signal), tailBytes))
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}

function describeEnd(run: Run, { now }: ToolContext): string[] {
  const exit = findTag(run, tagNames.exitCode)
  const command = parseWords(findTag(run, tagNames.command) ?? '')
  const seconds = formatValue(((run.endTime ?? now()) - run.startTime) / 1000)
  const broken = run.metrics.filter(({ value }) => !Number.isFinite(value))
  return [
    `# Run ${run.name} (${run.runId})`,
    '',
    `- Status: ${run.status}${hasEnded(run.status) ? '' : ', it has not ended'}`,
    `- Exit: ${exit === undefined ? 'not recorded' : `${exit}${explainExit(exit)}`}`,
    `- Started: ${formatMoment(run.startTime)} UTC, ${hasEnded(run.status) ? 'took' : 'for'} ${seconds} s`,
    ...(command === undefined ? [] : [`- Command: \`${command.join(' ')}\``]),
    ...broken.map(({ key, value, step }) => `- Metric ${key} is ${value} at step ${step}`),
    ...(run.metrics.length === 0 ? ['- It logged no metric'] : []),
  ]
}

/** What exit codes of shells and signals commonly mean; nothing for others. */
function explainExit(exit: string): string {
  if (exit === '137' || exit === 'SIGKILL') return ' (killed; often the system, for want of memory)'
  if (exit === '139' || exit === 'SIGSEGV') return ' (a crash in native code)'
  if (exit === '127') return ' (the program was not found)'
  if (exit === '126') return ' (the program may not be executed)'
  if (exit === '130' || exit === 'SIGINT') return ' (interrupted from the keyboard)'
  if (exit === '143' || exit === 'SIGTERM') return ' (asked to end)'
  return ''
}

function describeLog(log: string | undefined, count: number): string[] {
  if (log === undefined) return ['', 'It has no log: only runs of “runwright run” keep their output.']
  const lines = log.split('\n')
  const shown = lines.slice(-count)
  const errors = findErrorLines(lines.slice(0, -count))
  const fence = '~~~~'
  return [
    ...(errors.length === 0 ? [] : ['', 'Lines before that name errors:', '', fence, ...errors, fence]),
    '',
    `The last ${shown.length} lines of its output:`,
    '',
    fence,
    ...shown,
    fence,
  ]
}
