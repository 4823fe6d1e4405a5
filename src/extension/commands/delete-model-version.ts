import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { isModelVersionElement } from '../models/element.ts'
import { confirmDeletion } from '../models/confirm-deletion.ts'

export default defineCommand({
  id: 'runwright.deleteModelVersion',
  title: 'Delete Model Version…',
  icon: '$(trash)',
  view: 'models',
  appliesTo: 'viewItem =~ /^model-version/',
  menu: '5_delete@1',
  accepts: isModelVersionElement,
  takes: 'one',
  async run(context, [{ connectionId, version: of }]) {
    const { name, version, aliases } = of
    const question = localize('Delete version {version} of “{name}”?', { name, version })
    const lost = aliases.map((alias) => `@${alias}`).join(', ')
    const detail = [
      ...(lost === '' ? [] : [localize('Programs that load {aliases} will find nothing.', { aliases: lost })]),
      localize('This cannot be undone, and the number is not given again. The run and its files stay.'),
    ]
    if (!(await confirmDeletion(context, question, detail.join(' ')))) return
    const client = await context.connections.client(connectionId)
    await client.call('models/delete', { name, version })
  },
})
