import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data hooks remove',
  summary: 'Takes away what "runwright data hooks install" has installed.',
  details: 'Hooks that were there before are put back.',
  example: 'runwright data hooks remove',
  options: {},
  async run(context, { json, workspace }) {
    const { removeHooks } = await import('../../data/hooks.ts')
    using data = await openData(context, workspace)
    const removed = await removeHooks(data.repository, context.env)
    if (json) return void context.stdout.write(toJson({ removed }))
    context.stdout.write(removed.length === 0 ? 'There were none.\n' : `Removed ${removed.join(', ')}.\n`)
  },
})
