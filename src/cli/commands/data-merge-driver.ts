import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { RunwrightError } from '../../protocol/errors.ts'
import { defineCliCommand, exitCodes } from '../command.ts'
import { formatConflicts } from '../data-conflicts.ts'

export default defineCliCommand({
  name: 'data merge-driver',
  summary: 'Merges a .dvc file for git, which calls it by itself after "runwright data hooks install --merge".',
  details: `Writes the merged file over OURS. Exits with 1 when both branches have changed a file of the folder, so that git shows
the .dvc file as in conflict; OURS then has our side of such files.`,
  example: 'runwright data merge-driver base ours theirs data.dvc',
  options: {},
  operands: { usage: 'BASE OURS THEIRS PATH', min: 4, max: 4 },
  async run(context, { operands: [base = '', ours = '', theirs = '', pointer = ''] }) {
    const { mergePointers } = await import('../../data/merge.ts')
    const { openDataRepository } = await import('../../data/repository.ts')
    const [old, our, their] = await Promise.all([base, ours, theirs].map((file) => readFile(file, 'utf8')))
    if (our === undefined || their === undefined) return exitCodes.failed
    const sides = { base: old === '' ? undefined : old, ours: our, theirs: their }
    try {
      const repository = await openDataRepository(path.dirname(path.resolve(context.cwd, pointer)))
      const { text, conflicts } = mergePointers(repository, sides, pointer)
      await writeFile(ours, text)
      if (conflicts.length === 0) return exitCodes.ok
      context.stderr.write(formatConflicts(pointer, conflicts))
    } catch (error) {
      // Git goes on with other files, and our side of this one stays.
      if (!(error instanceof RunwrightError)) throw error
      context.stderr.write(`${pointer}: ${error.message}\n${error.hint === undefined ? '' : `  ${error.hint}\n`}`)
    }
    return exitCodes.failed
  },
})
