import { RunwrightError } from '../../protocol/errors.ts'
import { defineCliCommand } from '../command.ts'
import { findRunningEngine } from '../running-engine.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'engine stop',
  summary: 'Ends the engine of the workspace.',
  details: 'Refused while runs go on, because their supervisors would start it again.',
  example: 'runwright engine stop',
  options: {
    force: { type: 'boolean', summary: 'Also while runs go on' },
  },
  async run({ stdout }, { options, json, workspace }) {
    await using client = await findRunningEngine(workspace)
    if (client === undefined) {
      stdout.write(json ? toJson({ stopped: false }) : `No engine runs for ${workspace}.\n`)
      return
    }
    const { activeRunCount, pid } = await client.call('engine/status', {})
    if (activeRunCount > 0 && !options.force) {
      throw new RunwrightError('INVALID_STATE', `The engine has ${activeRunCount} active run(s).`, {
        hint: 'Wait for them or end them by "runwright runs stop"; or use --force.',
      })
    }
    await client.call('engine/stop', {})
    stdout.write(json ? toJson({ stopped: true, pid }) : `Stopped the engine (process ${pid}).\n`)
  },
})
