import { defineCliCommand } from '../command.ts'
import { toJson } from '../text.ts'

export default defineCliCommand({
  name: 'compress show',
  summary: 'Shows what a search for a smaller model has found, also while it goes on.',
  details: `SEARCH is the run of “runwright compress”, that of one of its candidates, or a file that “runwright compress
--json” has printed. Of a candidate it shows the recipe, its figures, what was changed layer by layer, and what still runs
in float.`,
  example: 'runwright compress show calm-otter-42 --candidate 3',
  options: {
    candidate: { type: 'string', short: 'c', value: 'NUMBER', summary: 'Show this one' },
  },
  operands: { usage: 'SEARCH', min: 1, max: 1 },
  async run(context, { options, operands: [name = ''], json, workspace }) {
    const { chooseCandidate, findSearch, parseCandidateNumber } = await import('../find-search.ts')
    const { loadCandidateLayers } = await import('../../client/load-candidate-layers.ts')
    const { describeReport, describeReported } = await import('../compress-report-text.ts')
    const number = parseCandidateNumber('compress show', options.candidate)
    await using cleanup = new AsyncDisposableStack()
    const connect = async () => cleanup.use(await context.connect(workspace))
    const found = await findSearch(context, name, connect)
    const { columns } = context.stdout
    if (number === undefined && found.named === undefined) {
      context.stdout.write(json ? toJson(found.written) : describeReport(found.report, columns))
      return
    }
    const candidate = chooseCandidate(found, number)
    const layers =
      candidate.runId === undefined ? undefined : await loadCandidateLayers(await connect(), candidate.runId)
    const { measurements } = candidate
    const printed = { ...candidate, measurements: Object.fromEntries(measurements), layers }
    context.stdout.write(json ? toJson(printed) : describeReported(found.report, candidate, layers, columns))
  },
})
