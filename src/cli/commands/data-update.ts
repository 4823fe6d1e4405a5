import { defineCliCommand } from '../command.ts'
import { openData } from '../open-data.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'data update',
  summary: 'Brings imported data as it is now where it came from.',
  details: 'Where what is here was changed and is in no cache, nothing is done and it is named.',
  example: 'runwright data update data/train.csv',
  options: {
    rev: { type: 'string', value: 'REV', summary: 'Another branch, tag or commit of the repository from now on' },
  },
  operands: { usage: 'PATH…', min: 1, max: Infinity },
  ownsSignals: true,
  async run(context, { options: { rev }, operands, json, workspace }) {
    const { updateImport } = await import('../../data/import.ts')
    using data = await openData(context, workspace)
    const updated = []
    for (const path of data.toPaths(operands)) {
      updated.push(await updateImport(data.repository, path, { rev, env: context.env }, data.work))
    }
    data[Symbol.dispose]()
    if (json) return void context.stdout.write(toJson({ updated }))
    for (const { path, isChanged } of updated) {
      context.stdout.write(`${printable(path)}: ${isChanged ? 'brought anew' : 'as it was'}\n`)
    }
  },
})
