import { toFileName } from '../../git/git-path.ts'
import { addLfsFiles } from '../../lfs/add.ts'
import { formatSize } from '../../protocol/quantities.ts'
import { defineCliCommand } from '../command.ts'
import { openLfsCommand } from '../lfs-command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'lfs add',
  summary: 'Puts files under Git LFS: contents into .git/lfs, a line into .gitattributes.',
  details: `The files stay as they are. Where Git LFS is installed, "git add" of them and of .gitattributes then commits pointers.
Where it is not, it would commit their contents: --stage puts the pointers into the index instead, and "runwright lfs push" sends
the contents before "git push".`,
  example: 'runwright lfs add models/base.onnx --stage',
  options: {
    stage: { type: 'boolean', summary: 'Put the pointers into the index, too' },
  },
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options, operands, json, workspace }) {
    using command = await openLfsCommand(context, { workspace, operands, json })
    const { repository, paths, work } = command
    const result = await addLfsFiles(repository, paths, { isStaged: options.stage }, work)
    command[Symbol.dispose]()
    const sizeBytes = result.added.reduce((sum, { pointer }) => sum + pointer.sizeBytes, 0)
    if (json) {
      const added = result.added.map(({ path, pointer }) => ({ path: toFileName(path), ...pointer }))
      const [pointers, tracked] = [result.pointers.map(toFileName), result.tracked.map(toFileName)]
      return void context.stdout.write(toJson({ added, pointers, tracked, isStaged: options.stage }))
    }
    const what = result.added.length === 1 ? toFileName(result.added[0]?.path ?? '') : `${result.added.length} files`
    context.stdout.write(`Put ${printable(what)} (${formatSize(sizeBytes)}) into Git LFS.\n`)
    if (result.pointers.length > 0) context.stdout.write(`${result.pointers.length} were pointers already.\n`)
    const rest = options.stage
      ? '"git add .gitattributes", then commit'
      : '"git add" of them and .gitattributes, then commit'
    context.stdout.write(`Next: ${rest}.\n`)
  },
})
