import { defineCommand } from '../command.ts'
import { openArtifact } from '../open-artifact.ts'
import { isArtifactElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openArtifact',
  title: 'Open Artifact',
  appliesTo: 'viewItem =~ /^artifact file/',
  menu: '1_open@1',
  accepts: isArtifactElement,
  takes: 'one',
  async run(context, [{ run, entry }]) {
    await openArtifact(context, run, entry.path)
  },
})
