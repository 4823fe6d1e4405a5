import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { isModelVersionElement } from '../models/element.ts'

export default defineCommand({
  id: 'runwright.showModelLineage',
  title: 'Show Lineage of Model',
  view: 'models',
  appliesTo: 'viewItem =~ /^model-version/',
  menu: '2_origin@1',
  accepts: isModelVersionElement,
  takes: 'one',
  async run(
    { lineage },
    [
      {
        connectionId,
        version: { name, version },
      },
    ],
  ) {
    lineage.open(
      connectionId,
      'model-version',
      `${name}/${version}`,
      localize('{name} version {version}', { name, version }),
    )
  },
})
