import { defineCommand } from '../command.ts'
import { askCommandLine } from '../data/command-line.ts'
import { chooseFolder } from '../data/choose-data.ts'
import { tellDone } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

export default defineCommand({
  id: 'runwright.initializeData',
  title: 'Initialize Data Versioning',
  when: 'isWorkspaceTrusted && workbenchState != empty',
  view: 'data',
  async run(context) {
    const folder = await chooseFolder(context)
    if (folder === undefined) return
    await askCommandLine(context.cli, { folder: folder.uri.fsPath, words: ['init'] })
    await context.data.reload()
    tellDone(context, localize('Data can be put under version control here now.'))
  },
})
