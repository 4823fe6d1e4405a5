import { defineCliCommand } from '../command.ts'
import { readTokens } from '../read-tokens.ts'
import { formatTable } from '../table.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'kernels environments',
  summary: 'Lists what kernels can be started in, best first.',
  details: `Nothing is run to find them, and no other machine is asked, but for the server that is named. Where KERNEL says
no, ipykernel is to be installed first.`,
  example: 'runwright kernels environments',
  options: {
    server: { type: 'string', value: 'TARGET', summary: 'What this Jupyter Server of runwright.yaml can start' },
  },
  async run(context, { options, json, workspace }) {
    await using client = await context.connect(workspace)
    const tokens = await readTokens(workspace, context.env)
    const asked = options.server === undefined ? { tokens } : { tokens, server: options.server }
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
