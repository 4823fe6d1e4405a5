import { defineCliCommand, usageError } from '../command.ts'
import { printable, toJson } from '../text.ts'

export default defineCliCommand({
  name: 'compress register',
  summary: 'Makes the model of a candidate the next version of a registered model.',
  details: `SEARCH is as for “runwright compress show”. Without --candidate it is the one that is recommended. Tags of the version
say by which recipe it was made, which goals it was held to, and how its test ended. One that failed its test is refused.`,
  example: 'runwright compress register calm-otter-42 --name digits --alias small',
  options: {
    candidate: { type: 'string', short: 'c', value: 'NUMBER', summary: 'Default: the one that is recommended' },
    name: { type: 'string', short: 'n', value: 'NAME', summary: 'The registered model, made when there is none' },
    alias: { type: 'string', short: 'a', value: 'ALIAS', summary: 'Set this alias on the version, or move it there' },
    'even-if-failed': { type: 'boolean', summary: 'Also one that failed its test; its version says so' },
    model: { type: 'string', value: 'FILE', summary: 'The original, where it was moved' },
    data: { type: 'string', short: 'd', value: 'FILE', summary: 'The data, where it was moved' },
  },
  operands: { usage: 'SEARCH', min: 1, max: 1 },
  ownsSignals: true,
  async run(context, { options, operands: [search = ''], json, workspace }) {
    const { chooseCandidate, findSearch, parseCandidateNumber } = await import('../find-search.ts')
    const { registerCandidate } = await import('../register-candidate.ts')
    const { orCancelled } = await import('../../compress/or-cancelled.ts')
    const number = parseCandidateNumber('compress register', options.candidate)
    const { name, alias, model, data } = options
    if (name === undefined) throw usageError('compress register', 'Give --name NAME.')
    await using client = await context.connect(workspace)
    const found = await findSearch(context, search, async () => client)
    const registration = { name, alias, isForced: options['even-if-failed'], model, data }
    const work = registerCandidate(context, client, found.report, chooseCandidate(found, number), registration)
    const version = await orCancelled(work, context.signal)
    const shown = `Registered ${version.name} version ${version.version} from ${version.source}\n`
    context.stdout.write(json ? toJson({ version }) : printable(shown.trimEnd()) + '\n')
  },
})
