import { defineCliCommand, usageError } from '../command.ts'
import { openData } from '../open-data.ts'
import { localOption } from '../remote-place.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remote default',
  summary: 'Says which remote is meant where none is named.',
  example: 'runwright data remote default store',
  options: { unset: { type: 'boolean', short: 'u', summary: 'None is' }, local: localOption },
  operands: { usage: 'NAME', min: 0, max: 1 },
  async run(context, { options, operands: [name], json, workspace }) {
    if (options.unset === (name !== undefined)) throw usageError('data remote default', 'Give a NAME, or --unset.')
    const { setDefaultRemote } = await import('../../data/remote-settings.ts')
    using data = await openData(context, workspace)
    await setDefaultRemote(data.repository, name, options.local ? 'local' : 'shared')
    if (json) context.stdout.write(toJson({ name: name ?? null }))
    else
      context.stdout.write(name === undefined ? 'No remote is the default one.\n' : `${name} is the default remote.\n`)
  },
})
