import { RunwrightError } from '../../protocol/errors.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { findRunningEngine } from '../running-engine.ts'
import { formatDuration, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'engine status',
  summary: 'Shows the engine of the workspace.',
  details: 'Starts none: it exits 3 when none runs.',
  example: 'runwright engine status',
  options: {},
  async run(context, { json, workspace }) {
    await using client = await findRunningEngine(workspace)
    if (client === undefined) {
      if (!json) {
        throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No engine runs for ${workspace}.`, {
          hint: 'The next command that needs one starts it.',
        })
      }
      context.stdout.write(toJson({ running: false, workspace }))
      return exitCodes.notFound
    }
    const status = await client.call('engine/status', {})
    if (json) return void context.stdout.write(toJson({ running: true, ...status }))
    const rows = [
      ['Workspace', status.workspace],
      ['Version', status.version],
      ['Process', `${status.pid}, up ${formatDuration(context.now() - status.startedAt)}`],
      ['Tracking URI', status.trackingUri],
      ['Store', `${status.storePath} (${formatMiB(status.storeSizeBytes)})`],
      ['Active runs', String(status.activeRunCount)],
      ['Subscribers', String(status.subscriberCount)],
      ['Memory', formatMiB(status.residentMemoryBytes)],
    ]
    context.stdout.write(rows.map(([name = '', value]) => `${name.padEnd(14)}${value}\n`).join(''))
  },
})

function formatMiB(sizeBytes: number): string {
  return `${(sizeBytes / (1 << 20)).toFixed(1)} MiB`
}
