import { defineCommand } from '../command.ts'
import { chooseFolder } from '../data/choose-data.ts'
import { writeDefinition } from '../features/write-definition.ts'

export default defineCommand({
  id: 'runwright.addFeatureSet',
  title: 'Add Feature Set…',
  when: 'isWorkspaceTrusted && workbenchState != empty',
  view: 'data',
  titleBar: '3_features@1',
  async run(context) {
    const folder = await chooseFolder(context)
    if (folder !== undefined) await writeDefinition(context, folder.uri)
  },
})
