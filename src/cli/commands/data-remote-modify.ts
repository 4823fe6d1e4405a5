import { defineCliCommand, usageError } from '../command.ts'
import { openData } from '../open-data.ts'
import { localOption } from '../remote-place.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data remote modify',
  summary: 'Sets an option of a remote: endpointurl, region, profile, user, keyfile, …',
  details: `Options have DVC's names. Passwords and keys go to .dvc/config.local with --local; better still, leave them to where
the cloud's own tools have them: AWS_… variables, ~/.aws/credentials, ~/.ssh/config.`,
  example: 'runwright data remote modify store profile research',
  options: { unset: { type: 'boolean', short: 'u', summary: 'Take the option out' }, local: localOption },
  operands: { usage: 'NAME OPTION VALUE', min: 2, max: 3 },
  async run(context, { options, operands: [name = '', option = '', value], json, workspace }) {
    if (options.unset === (value !== undefined)) throw usageError('data remote modify', 'Give a VALUE, or --unset.')
    const { modifyRemote } = await import('../../data/remote-settings.ts')
    using data = await openData(context, workspace)
    await modifyRemote(data.repository, { name, option, value }, options.local ? 'local' : 'shared')
    context.stdout.write(
      json ? toJson({ name, option }) : `${option} of ${name} is ${options.unset ? 'gone' : 'set'}.\n`,
    )
  },
})
