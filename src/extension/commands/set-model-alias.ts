import { checkNewAlias } from '../../protocol/mlflow/names.ts'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { isModelVersionElement } from '../models/element.ts'
import { pickOrType } from '../runs/pick-or-type.ts'

export default defineCommand({
  id: 'runwright.setModelAlias',
  title: 'Set Alias…',
  icon: '$(tag)',
  view: 'models',
  appliesTo: 'viewItem =~ /^model-version/',
  menu: ['inline@1', '3_edit@1'],
  accepts: isModelVersionElement,
  takes: 'one',
  async run(context, [{ connectionId, version: of }]) {
    const { name, version } = of
    const client = await context.connections.client(connectionId)
    const title = localize('Set Alias on {name} Version {version}', { name, version })
    const others = client
      .call('models/get', { name })
      .then(({ model }) => model.aliases.filter((each) => each.version !== version).map(({ alias }) => alias))
    const placeholder = localize('Alias, such as “champion”; one of another version moves here')
    const alias = await pickOrType(context, title, placeholder, others)
    if (alias === undefined) return
    checkNewAlias(alias)
    await client.call('models/set-alias', { name, version, alias })
  },
})
