import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remote remove',
  summary: 'Takes a remote out of the settings; what it holds stays.',
  example: 'runwright data remote remove store',
  options: {},
  operands: { usage: 'NAME', min: 1, max: 1 },
  async run(context, { operands: [name = ''], json, workspace }) {
    const { removeRemote } = await import('../../data/remote-settings.ts')
    using data = await openData(context, workspace)
    await removeRemote(data.repository, name)
    context.stdout.write(json ? toJson({ name }) : `Remote ${name} is gone from the settings.\n`)
  },
})
