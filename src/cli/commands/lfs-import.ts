import { openDataRepository } from '../../data/repository.ts'
import { importLfsFiles } from '../../lfs/import.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand } from '../lfs-command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs import',
  summary: 'Takes files from Git LFS into versions of data, as "data add" makes them.',
  details: `Contents are fetched, the index lets go of the pointers, and .dvc files stand for them; the files stay as they are.
A folder that has only files of Git LFS becomes one version. Earlier commits keep their pointers, and .gitattributes its
lines.`,
  example: 'runwright lfs import data/images models/base.onnx',
  options: {
    remote: { type: 'string', value: 'NAME', summary: "From this remote. Default: the branch's, else origin" },
  },
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands, json })
    const { repository, paths, lfs, work } = command
    const data = await openDataRepository(repository.root)
    const imported = await importLfsFiles({ repository, data, paths, remote: options.remote, context: lfs }, work)
    command[Symbol.dispose]()
    if (json) {
      context.stdout.write(toJson({ imported }))
      return
    }
    for (const { path, pointer, sizeBytes } of imported) {
      context.stdout.write(`${printable(path)}: ${formatSize(sizeBytes ?? 0)}, in ${printable(pointer)}\n`)
    }
    context.stdout.write('Next: "git add" of the .dvc files and .gitignore, then commit.\n')
  },
})
