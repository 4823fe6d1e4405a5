import { basename, dirname } from 'node:path'
import { defineCommand } from '../command.ts'
import { localize } from '../localize.ts'
import { askGates } from '../models/ask-gates.ts'
import { chooseCandidate } from '../models/choose-candidate.ts'
import { listRegisteredModels, listWorkspaceFiles } from '../models/list-models.ts'
import { pickFile } from '../models/pick-file.ts'

export default defineCommand({
  id: 'runwright.testModel',
  title: 'Test Model…',
  icon: '$(beaker)',
  when: 'isWorkspaceTrusted',
  fileMenu: '3_runwrightModel@2',
  fileMenuWhen: 'resourceExtname == .onnx',
  elementMenus: [
    { view: 'models', appliesTo: 'viewItem =~ /^model-version/', menu: '1_model@2' },
    { appliesTo: 'viewItem =~ /^artifact file onnx/', menu: '2_model@2' },
    { appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`, menu: '2_edit@6' },
  ],
  async run(context, ...args) {
    const candidate = await chooseCandidate(context, args, localize('Test Model'))
    if (candidate === undefined) return
    const title = localize('Test {name}', { name: basename(candidate) })
    const [files, registered] = await Promise.all([
      listWorkspaceFiles(context, ['onnx']),
      listRegisteredModels(context),
    ])
    const original = await pickFile(context, {
      title,
      placeHolder: localize('The original: the model that this one was made of'),
      choices: [...files, ...registered].filter(({ path }) => path !== candidate),
      filters: { ONNX: ['onnx'] },
    })
    if (original === undefined) return
    const endings = ['npz', 'csv', 'tsv', 'parquet']
    const data = await pickFile(context, {
      title,
      placeHolder: localize('Data: arrays or columns named as the inputs, and “labels” where there are any'),
      choices: await listWorkspaceFiles(context, endings),
      filters: { [localize('Data')]: endings },
    })
    if (data === undefined) return
    const gates = await askGates(context, title)
    if (gates === undefined) return
    await context.modelTests.run({ folder: dirname(candidate), candidate, original, data, gates })
  },
})
