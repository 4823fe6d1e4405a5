import { defineCommand } from '../command.ts'
import { openArtifact } from '../open-artifact.ts'
import { openSource } from '../open-source.ts'
import { isFieldElement } from '../tree/element.ts'

export default defineCommand({
  id: 'runwright.openField',
  title: 'Open',
  inPalette: false,
  appliesTo: "viewItem == 'field opens'",
  menu: '1_open@1',
  accepts: isFieldElement,
  takes: 'one',
  async run(context, [{ section, opens }]) {
    if (opens === 'source') await openSource(context, section.run)
    else if (opens !== undefined) await openArtifact(context, section.run, opens.artifactPath)
  },
})
