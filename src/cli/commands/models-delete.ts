import { defineCliCommand } from '../command.ts'
import { parseVersion } from '../model-version.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models delete',
  summary: 'Deletes a registered model with all its versions, or one version.',
  details: 'It cannot be undone. The runs and their files stay.',
  example: 'runwright models delete digits --version 2',
  options: {
    version: { type: 'string', value: 'VERSION', summary: 'Only this version; its number is not given again' },
  },
  operands: { usage: 'NAME', min: 1, max: 1 },
  async run(context, { options, operands, json, workspace }) {
    const [name = ''] = operands
    const version = options.version === undefined ? undefined : parseVersion('models delete', options.version)
    await using client = await context.connect(workspace)
    const what = version === undefined ? { name } : { name, version }
    await client.call('models/delete', what)
    const shown = version === undefined ? `Deleted ${name}\n` : `Deleted ${name} version ${version}\n`
    context.stdout.write(json ? toJson(what) : shown)
  },
})
