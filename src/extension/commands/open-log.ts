import { artifactPaths } from '../../protocol/tag-names.ts'
import { defineCommand } from '../command.ts'
import { openArtifact } from '../open-artifact.ts'
import { isRunElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openLog',
  title: 'Open Log',
  icon: '$(output)',
  appliesTo: 'viewItem =~ /^run /',
  menu: '1_open@1',
  accepts: isRunElement,
  takes: 'one',
  async run(context, [run]) {
    await openArtifact(context, run, artifactPaths.log)
  },
})
