import type { Measurement } from '../../src/compress/goals.ts'
import { type Contest, isRefused, noise, type Refused, type Version } from './compare-task.ts'

/** A row for each model, in Markdown, and below it what others made of it that is of no use. */
export function describeContests(contests: readonly Contest[]): string {
  const header = '| model | original | best preset | ours | time and size of ours in the best preset’s | who wins |'
  const rows = contests.map((contest) => `| ${cellsOf(contest).join(' | ')} |`)
  const notes = contests.flatMap(({ task, presets }) =>
    presets.filter(isRefused).map(({ by, refusal }) => `- ${task.title}, ${by}: ${tidy(refusal)}`),
  )
  const refused = notes.length === 0 ? [] : ['', 'Presets that give no model:', '', ...notes]
  return [header, '|---|---|---|---|---|---|', ...rows, ...refused].join('\n')
}

function cellsOf({ task, original, best, ours, control, final }: Contest): readonly string[] {
  const beside = isRefused(ours) ? best : ours
  const before =
    beside === undefined
      ? ''
      : `${beside.duel.sizes[0].toFixed(2)} MB, ${beside.duel.comparison.original.p50.value.toPrecision(3)} ms, `
  return [
    task.title,
    `${before}${formatShare(original.score)}`,
    best === undefined ? 'none is as right and not slower, and smaller or faster' : formatVersion(best),
    formatVersion(ours),
    final === undefined ? '' : formatRange(final.duel.cost, (value) => value.toFixed(2)),
    nameWinner({ best, ours, control, final }),
  ]
}

/** Two that differ by less than measurements of one model do are even; nobody wins where one model differs from itself. */
export function nameWinner({
  best,
  ours,
  control,
  final,
}: Pick<Contest, 'best' | 'ours' | 'control' | 'final'>): string {
  if (isRefused(ours)) return best === undefined ? 'nobody: nothing is to be gained' : best.by
  const [least, most] = control.cost.interval ?? [1, 1]
  if (least > 1 + noise || most < 1 - noise) return 'not known: the machine was busy'
  const [low, high] = final?.duel.cost.interval ?? [0, Infinity]
  if (high < 1) return 'ours'
  return low > 1 + noise ? (best?.by ?? 'the original') : 'even'
}

function formatVersion(version: Version | Refused): string {
  if (isRefused(version)) return `refused: ${tidy(version.refusal)}`
  const { by, score, duel } = version
  const { comparison, sizes } = duel
  const memory = (comparison.candidate.memoryBytes / 1e6).toFixed(0)
  return `${by}: ${sizes[1].toFixed(2)} MB, ${comparison.candidate.p50.value.toPrecision(3)} ms, ${memory} MB of memory, ${formatShare(score)}`
}

function formatShare(score: Measurement): string {
  return `${formatRange(score, (value) => (100 * value).toFixed(1))} %`
}

function formatRange({ value, interval }: Measurement, format: (value: number) => string): string {
  return interval === undefined ? format(value) : `${format(value)} (${interval.map(format).join('–')})`
}

/** In a cell of a table, without folders of this machine. */
function tidy(text: string): string {
  return text
    .replaceAll(/\s+/g, ' ')
    .replaceAll('|', '/')
    .replaceAll(/(\/[\w.-]+)+\/(?=[\w.-])/g, '')
    .slice(0, 300)
}
