import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { confirmDeletion } from '../models/confirm-deletion.ts'
import { isRegisteredModelElement } from '../models/element.ts'

export default defineCommand({
  id: 'runwright.deleteRegisteredModel',
  title: 'Delete Registered Model…',
  view: 'models',
  appliesTo: 'viewItem == registered-model',
  menu: '5_delete@1',
  accepts: isRegisteredModelElement,
  takes: 'one',
  async run(
    context,
    [
      {
        connectionId,
        model: { name },
      },
    ],
  ) {
    const question = localize('Delete “{name}” with all of its versions?', { name })
    const detail = localize('This cannot be undone. The runs and their files stay.')
    if (!(await confirmDeletion(context, question, detail))) return
    const client = await context.connections.client(connectionId)
    await client.call('models/delete', { name })
  },
})
