import type { ShownFigures, ShownModelTest } from '../../src/protocol/shown-model-test.ts'
import { type Cell, section, table } from '../shared/parts.ts'
import { bytesText, intervalText, numberText, ratioText, timeText } from './figures.ts'
import { countText, text } from './texts.ts'

type Performance = NonNullable<ShownModelTest['performance']>

/** Time, throughput and memory in each setting, and how each model starts. */
export function drawPerformance(report: ShownModelTest): readonly HTMLElement[] {
  const { performance } = report
  if (performance === undefined) return []
  return [
    section(text('speed'), table(text('speed'), speedColumns(), performance.comparisons.flatMap(speedRows))),
    section(text('start'), drawStart(performance, report)),
  ]
}

function speedColumns() {
  const number = (title: string) => ({ title, isNumber: true })
  return [
    { title: text('model') },
    number(text('threads')),
    number(text('batch')),
    ...['p50', 'p95', 'p99'].map(number),
    number(text('throughput')),
    number(text('cpu')),
    number(text('memory')),
    number(text('speedup')),
    number(text('interval.95')),
  ]
}

function speedRows({ setting, original, candidate, speedup }: Performance['comparisons'][number]): readonly Cell[][] {
  const row = (name: string, figures: ShownFigures, more: readonly string[]): Cell[] => [
    name,
    countText(setting.threads),
    countText(setting.batch),
    timeText(figures.p50.value),
    timeText(figures.p95.value),
    timeText(figures.p99.value),
    numberText(figures.throughput.value),
    timeText(figures.cpuMs),
    bytesText(figures.memoryBytes),
    ...more,
  ]
  return [
    row(text('original'), original, ['', '']),
    row(text('candidate'), candidate, [ratioText(speedup.value), intervalText(speedup, ratioText)]),
  ]
}

function drawStart({ startUp }: Performance, report: ShownModelTest): HTMLElement {
  const number = (title: string) => ({ title, isNumber: true })
  return table(
    text('start'),
    [{ title: text('model') }, number(text('start.first')), number(text('start.load')), number(text('size'))],
    (['original', 'candidate'] as const).map((name) => [
      text(name),
      timeText(startUp[name].startUp.value),
      timeText(startUp[name].load.value),
      bytesText(report[name].sizeBytes),
    ]),
  )
}
