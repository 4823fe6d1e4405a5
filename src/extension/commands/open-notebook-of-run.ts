import { artifactPaths } from '../../protocol/tag-names.ts'
import { defineCommand } from '../command.ts'
import { openArtifact } from '../open-artifact.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openNotebookOfRun',
  title: 'Open the Notebook as It Was',
  appliesTo: 'viewItem =~ /^run /',
  menu: '1_open@4',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await openArtifact(context, run, artifactPaths.notebook)
  },
})
