import { defineCommand } from '../command.ts'
import { compressModel } from '../compression/compress-model.ts'

export default defineCommand({
  id: 'runwright.compress',
  title: 'Compress…',
  when: 'isWorkspaceTrusted',
  fileMenu: '3_runwrightModel@3',
  fileMenuWhen: 'resourceExtname == .onnx',
  elementMenus: [
    { view: 'models', appliesTo: 'viewItem =~ /^model-version/', menu: '1_model@1' },
    { appliesTo: String.raw`viewItem =~ /^run .*\blocal\b/`, menu: '2_edit@7' },
    { appliesTo: 'viewItem =~ /^artifact file onnx/', menu: '2_model@3' },
  ],
  run: (context, ...args) => compressModel(context, args),
})
