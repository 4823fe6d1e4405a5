import { defineCliCommand } from '../command.ts'
import { parseVersion } from '../model-version.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models alias',
  summary: 'Sets an alias on a version of a registered model, or moves it there.',
  details: 'Programs load the version as models:/NAME@ALIAS.',
  example: 'runwright models alias digits 3 champion',
  options: {},
  operands: { usage: 'NAME VERSION ALIAS', min: 3, max: 3 },
  async run(context, { operands, json, workspace }) {
    const [name = '', word = '', alias = ''] = operands
    const version = parseVersion('models alias', word)
    await using client = await context.connect(workspace)
    await client.call('models/set-alias', { name, version, alias })
    context.stdout.write(json ? toJson({ name, version, alias }) : `${name}@${alias} is version ${version}\n`)
  },
})
