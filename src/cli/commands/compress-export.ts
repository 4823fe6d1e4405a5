import { resolve } from 'node:path'
import { defineCliCommand, usageError } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'compress export',
  summary: 'Writes the model of a candidate, the same as was measured, byte for byte.',
  details: `SEARCH is as for “runwright compress show”. Without --candidate it is the one that is recommended. The model is made
again from the original and the data, and its recipe is written beside it.`,
  example: 'runwright compress export calm-otter-42 --candidate 3 --out small.onnx',
  options: {
    candidate: { type: 'string', short: 'c', value: 'NUMBER', summary: 'Default: the one that is recommended' },
    out: { type: 'string', short: 'o', value: 'FILE', summary: 'Where the model is written' },
    model: { type: 'string', value: 'FILE', summary: 'The original, where it was moved' },
    data: { type: 'string', short: 'd', value: 'FILE', summary: 'The data, where it was moved' },
  },
  operands: { usage: 'SEARCH', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [name = ''], json, workspace }) {
    const { chooseCandidate, findSearch, parseCandidateNumber } = await import('../find-search.ts')
    const { makeCandidate } = await import('../make-candidate.ts')
    const { orCancelled } = await import('../../compress/or-cancelled.ts')
    const number = parseCandidateNumber('compress export', options.candidate)
    const { out, model, data } = options
    if (out === undefined) throw usageError('compress export', 'Give --out FILE.')
    await using cleanup = new AsyncDisposableStack()
    const found = await findSearch(context, name, async () => cleanup.use(await context.connect(workspace)))
    const candidate = chooseCandidate(found, number)
    const path = resolve(context.cwd, out)
    await orCancelled(makeCandidate(context, found.report, candidate, path, { model, data }), context.signal)
    const { sha256 } = candidate
    const told = { candidate: candidate.number, out: path, recipe: `${path}.recipe.json`, sha256 }
    context.stdout.write(json ? toJson(told) : `Wrote ${printable(out)}: ${printable(candidate.name)}.\n`)
  },
})
