import { defineCliCommand } from '../command.ts'
import { readTokens } from '../read-tokens.ts'
import { accessOptions, readAccess } from '../server-access.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels environments',
  summary: 'Lists what kernels can be started in, best first.',
  details: `Nothing is run to find them, and no other machine is asked, but for the server that is named. Where KERNEL says
no, ipykernel is to be installed first.`,
  example: 'runwright kernels environments',
  options: {
    server: { type: 'string', value: 'TARGET|URL', summary: 'What this Jupyter Server can start' },
    ...accessOptions,
  },
  async run(context, { options, json, workspace }) {
    await using client = await context.connect(workspace)
    const given = readAccess('kernels environments', options, context.env)
    const tokens = { ...(await readTokens(workspace, context.env)), ...given?.tokens }
    const server = options.server === undefined ? {} : { server: options.server }
    const access = given === undefined ? {} : { access: given.access }
    const asked = { tokens, ...server, ...access }
    const { environments } = await client.call('kernels/environments', asked)
    if (json) return void context.stdout.write(toJson({ environments }))
    const rows = environments.map((each) => [
      each.name,
      each.kind,
      `${each.language} ${each.version ?? ''}`.trim(),
      each.hasKernel ? 'yes' : 'no',
      each.environmentId,
    ])
    const titles = [{ title: 'NAME' }, { title: 'KIND' }, { title: 'LANGUAGE' }, { title: 'KERNEL' }, { title: 'ID' }]
    context.stdout.write(formatTable(titles, rows, undefined))
  },
})
