import { findRun } from '../../client/find-run.ts'
import { defineCliCommand, usageError } from '../command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'models register',
  summary: 'Makes the model of a run the next version of a registered model.',
  details:
    'The registered model is made when there is none of that name. The files stay where the run logged them. ' +
    '--path may be left out where the run has one model only.',
  example: 'runwright models register calm-otter-42 --name digits --alias champion',
  options: {
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'The registered model' },
    path: { type: 'string', short: 'p', value: 'PATH', summary: 'A logged model’s name or id, or an artifact path' },
    data: { type: 'string', value: 'PATH', summary: 'Its file under version control, whose version it points at' },
    alias: { type: 'string', short: 'a', value: 'ALIAS', summary: 'Set this alias on the version, or move it there' },
  },
  operands: { usage: 'RUN', min: 1, max: 1 },
  async run(context, { options, operands, json, workspace }) {
    const { name, path, alias, data } = options
    if (name === undefined) throw usageError('models register', 'Give --name NAME.')
    const { loadNamedVersions } = await import('../../data/named-versions.ts')
    const source = { folder: context.cwd, env: context.env }
    const [file] = data === undefined ? [] : await loadNamedVersions(source, [data])
    await using client = await context.connect(workspace)
    const runId = await findRun(client, operands[0] ?? '')
    const { version } = await client.call('models/register', {
      runId,
      name,
      ...(path === undefined ? {} : { path }),
      ...(alias === undefined ? {} : { alias }),
      ...(file === undefined ? {} : { data: file }),
    })
    const shown = `Registered ${version.name} version ${version.version} from ${version.source}\n`
    context.stdout.write(json ? toJson({ version }) : shown)
  },
})
