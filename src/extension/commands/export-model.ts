import { defineCommand } from '../command.ts'
import { exportModel } from '../runs/export-model.ts'
import { addressOf } from '../runs/run-address.ts'
import { type ArtifactElement, isArtifactElement, isRunElement, type RunElement } from '../tree/element.ts'

const isExportable = (value: unknown): value is RunElement | ArtifactElement =>
  isRunElement(value) || isArtifactElement(value)

export default defineCommand({
  id: 'runwright.exportModel',
  title: 'Export to ONNX…',
  when: 'isWorkspaceTrusted',
  appliesTo: String.raw`viewItem =~ /^(run .*\blocal\b|artifact folder$)/`,
  menu: '2_edit@6',
  accepts: isExportable,
  takes: 'one',
  async run(context, [element]) {
    if (element.kind === 'run') await exportModel(context, addressOf(element))
    else await exportModel(context, addressOf(element.run), element.entry.path)
  },
})
