import type { ShownModelTest } from '../../src/protocol/shown-model-test.ts'
import { element } from '../shared/dom.ts'
import { type Cell, paragraph, section, table } from '../shared/parts.ts'
import { bytesText, intervalText, measureText, numberText, ratioText, shareText } from './figures.ts'
import { drawPerformance } from './performance.ts'
import { drawQuality } from './quality.ts'
import { countText, text } from './texts.ts'

/** All that a test found: what came of it first, then what it was judged by. */
export function drawReport(report: ShownModelTest): readonly HTMLElement[] {
  return [
    drawVerdict(report),
    drawTiles(report),
    ...drawGates(report),
    drawChecks(report),
    ...drawQuality(report),
    ...drawParity(report),
    ...drawRobustness(report),
    ...drawPerformance(report),
    ...drawPrecision(report),
    ...drawInvalidInputs(report),
  ]
}

function drawVerdict({ candidate, original, checks, gates, isPassed, data, target }: ShownModelTest): HTMLElement {
  const failed = [
    ...checks.filter((check) => !check.isPassed).map(({ name, title }) => nameCheck(name, title)),
    ...gates.filter(({ isMet }) => !isMet).map((gate) => gate.text),
  ]
  const { processor, cores } = target.machine
  return element(
    'div',
    { class: `verdict ${isPassed ? 'good' : 'bad'}`, role: 'status' },
    element('p', { class: 'verdict-word' }, text(isPassed ? 'passed' : 'failed')),
    paragraph(text('against', { candidate: candidate.name, original: original.name }), ''),
    ...(isPassed ? [] : [paragraph(text('failed.by', { what: failed.join(', ') }), '')]),
    paragraph(text(data.hasLabels ? 'data.labels' : 'data.noLabels', { name: data.name, count: data.samples })),
    paragraph(text('machine', { target: target.profile.title, processor, cores })),
    ...target.notes.map((note) => element('p', { class: 'quiet' }, element('bdi', {}, note))),
  )
}

/** The figures that most people look for, with those of the original. */
function drawTiles({ candidate, original, quality, parity, performance }: ShownModelTest): HTMLElement {
  const speed = performance?.comparisons[0]
  const agreement = parity.find((output) => output.agreement !== undefined)?.agreement
  const tiles = [
    speed && {
      label: text('tile.speedup'),
      value: ratioText(speed.speedup.value),
      note: intervalText(speed.speedup, ratioText),
    },
    {
      label: text('tile.size'),
      value: bytesText(candidate.sizeBytes),
      note: text('tile.original', { value: bytesText(original.sizeBytes) }),
    },
    speed && {
      label: text('tile.memory'),
      value: bytesText(speed.candidate.memoryBytes),
      note: text('tile.original', { value: bytesText(speed.original.memoryBytes) }),
    },
    quality?.task === 'classification' && {
      label: text('tile.accuracy'),
      value: shareText(quality.all.candidate.value),
      note: text('tile.original', { value: shareText(quality.all.original.value) }),
    },
    agreement && {
      label: text('tile.agreement'),
      value: shareText(agreement.value),
      note: intervalText(agreement, shareText),
    },
  ]
  const drawn = tiles.flatMap((tile) =>
    tile === undefined || tile === false || tile.value === ''
      ? []
      : [
          element(
            'div',
            { class: 'tile' },
            element('dt', {}, tile.label),
            element('dd', { class: 'tile-value' }, tile.value),
            element('dd', { class: 'quiet' }, tile.note),
          ),
        ],
  )
  return element('dl', { class: 'tiles' }, ...drawn)
}

function drawGates({ gates }: ShownModelTest): readonly HTMLElement[] {
  if (gates.length === 0) return []
  const rows = gates.map(({ goal, text: gate, measurement, isMet, isSure }): readonly Cell[] => {
    const format = (value: number) => measureText(goal.measure, value)
    const word = text(`gate.${measurement === undefined ? 'notMeasured' : isMet ? 'met' : 'missed'}`)
    const isUnsure = measurement !== undefined && !isSure
    return [
      element('bdi', { dir: 'ltr' }, gate),
      measurement === undefined ? '' : format(measurement.value),
      measurement === undefined ? '' : intervalText(measurement, format),
      mark(isMet, isUnsure ? text('gate.notSurely', { result: word }) : word),
    ]
  })
  return [
    section(
      text('gates'),
      table(
        text('gates'),
        [
          { title: text('gate') },
          { title: text('found'), isNumber: true },
          intervalColumn(),
          { title: text('result') },
        ],
        rows,
      ),
    ),
  ]
}

function drawChecks({ checks }: ShownModelTest): HTMLElement {
  return section(
    text('checks'),
    table(
      text('checks'),
      [{ title: text('check') }, { title: text('result') }, { title: text('seen') }],
      checks.map(({ name, title, isPassed, details }) => [
        nameCheck(name, title),
        mark(isPassed, text(isPassed ? 'check.passed' : 'check.failed')),
        element('bdi', { class: 'sentence' }, details),
      ]),
    ),
  )
}

function drawParity({ parity }: ShownModelTest): readonly HTMLElement[] {
  if (parity.length === 0) return []
  const numbers = ['maxError', 'meanError', 'relativeError', 'cosine', 'leastCosine', 'agreement'] as const
  return [
    section(
      text('parity'),
      table(
        text('parity'),
        [{ title: text('output') }, ...numbers.map((name) => ({ title: text(`parity.${name}`), isNumber: true }))],
        parity.map(({ output, maxError, meanError, relativeError, cosine, leastCosine, agreement }) => [
          output,
          numberText(maxError),
          numberText(meanError),
          shareText(relativeError),
          numberText(cosine.value),
          numberText(leastCosine),
          agreement === undefined ? '' : shareText(agreement.value),
        ]),
      ),
    ),
  ]
}

function drawRobustness({ robustness }: ShownModelTest): readonly HTMLElement[] {
  if (robustness.length === 0) return []
  const number = (title: string) => ({ title, isNumber: true })
  return [
    section(
      text('robustness'),
      table(
        text('robustness'),
        [
          { title: text('disturbance') },
          number(text('samples')),
          number(text('same')),
          intervalColumn(),
          number(text('original.right')),
          number(text('candidate.right')),
          number(text('nonFinite')),
        ],
        robustness.map(({ title, samples, agreement, accuracy, nonFinite }) => [
          title,
          countText(samples),
          shareText(agreement.value),
          intervalText(agreement, shareText),
          accuracy === undefined ? '' : shareText(accuracy.original),
          accuracy === undefined ? '' : shareText(accuracy.candidate),
          nonFinite.original === 0 && nonFinite.candidate === 0
            ? ''
            : text('change', { old: countText(nonFinite.original), new: countText(nonFinite.candidate) }),
        ]),
      ),
    ),
  ]
}

function drawPrecision({ precision }: ShownModelTest): readonly HTMLElement[] {
  if (precision === undefined) return []
  const { floatNodes, integerNodes } = precision
  const count = { count: floatNodes.length, all: floatNodes.length + integerNodes }
  const list = table(
    text('floats'),
    [{ title: text('node') }, { title: text('operator') }],
    floatNodes.map(({ node, operator }) => [node, operator]),
  )
  return [
    section(text('floats'), paragraph(text('floats.count', count), ''), ...(floatNodes.length === 0 ? [] : [list])),
  ]
}

function drawInvalidInputs({ invalidInputs }: ShownModelTest): readonly HTMLElement[] {
  if (invalidInputs.length === 0) return []
  return [
    section(
      text('invalid'),
      table(
        text('invalid'),
        [{ title: text('input') }, { title: text('original') }, { title: text('candidate') }],
        invalidInputs.map(({ title, original, candidate }) => [title, nameReaction(original), nameReaction(candidate)]),
      ),
    ),
  ]
}

function nameReaction(reaction: string): string {
  switch (reaction) {
    case 'answered':
    case 'refused':
    case 'ended':
      return text(`reaction.${reaction}`)
    default:
      return reaction
  }
}

/** A check that this version knows has its name in the reader's language. */
function nameCheck(name: string, title: string): string {
  switch (name) {
    case 'loads':
    case 'signature':
    case 'runs':
    case 'finite':
    case 'determinism':
    case 'invalid-inputs':
      return text(`check.${name}`)
    default:
      return title
  }
}

/** What came of something: a sign, a colour and the word. */
function mark(isGood: boolean, word: string): HTMLElement {
  const sign = element('span', { class: 'sign', 'aria-hidden': 'true' }, isGood ? '✓' : '✗')
  return element('span', { class: isGood ? 'good' : 'bad' }, sign, ' ', word)
}

function intervalColumn() {
  return { title: text('interval.95'), isNumber: true }
}
