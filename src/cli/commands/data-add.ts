import { formatInteger, formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data add',
  summary: 'Puts files and folders under version control, beside Git.',
  details: `Their bytes go to the cache, a .dvc file beside each stands for it in Git, and .gitignore keeps the data itself
out of Git. DVC reads and writes the same files. What is added again is recorded as it is now.`,
  example: 'runwright data add data/images model.onnx',
  options: {},
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { operands, json, workspace }) {
    const { addPaths } = await import('../../data/add.ts')
    using data = await openData(context, workspace)
    const added = await addPaths(data.repository, data.toPaths(operands), data.work, context.env)
    data[Symbol.dispose]()
    if (json) {
      context.stdout.write(toJson({ added }))
      return
    }
    for (const { path, pointer, sizeBytes, fileCount, isChanged } of added) {
      const files = fileCount === undefined ? '' : `${formatInteger(fileCount)} files, `
      const what = isChanged ? `${files}${formatSize(sizeBytes ?? 0)}, in ${pointer}` : 'as it was'
      context.stdout.write(`${printable(path)}: ${printable(what)}\n`)
    }
  },
})
