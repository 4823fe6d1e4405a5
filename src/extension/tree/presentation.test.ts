import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { SectionElement, TreeElement } from './element.ts'
import { present, type Presentation } from './presentation.ts'
import { newExperiment, newRun, noon } from './test-elements.ts'

const run = newRun(1)
const section: SectionElement = { kind: 'section', id: 's', run, section: 'metrics' }

function check(sentence: string, element: TreeElement, shown: Partial<Presentation>): void {
  it(sentence, () => {
    const presentation: Partial<Presentation> = present(element, noon)
    const asked = Object.fromEntries(Object.entries(presentation).filter(([key]) => key in shown))
    assert.deepEqual(asked, shown)
  })
}

describe('an experiment', () => {
  const { experiment } = newExperiment()
  check('says how many runs it has', newExperiment(), {
    label: 'digits',
    description: '3 runs · accuracy',
    context: 'experiment',
  })
  check('says how many of them are running', newExperiment({ experiment: { ...experiment, activeRunCount: 2 } }), {
    description: '3 runs · 2 running · accuracy',
    spoken: 'Experiment digits, 3 runs, 2 running, accuracy',
  })
  check(
    'tells runs that wait from those that run',
    newExperiment({ experiment: { ...experiment, activeRunCount: 3, scheduledRunCount: 2 } }),
    { description: '3 runs · 1 running · 2 waiting · accuracy' },
  )
  check(
    'of a server that cannot count has at least so many',
    newExperiment({ experiment: { ...experiment, runCountIsAtLeast: true } }),
    {
      description: '3+ runs · accuracy',
    },
  )
})

describe('a run', () => {
  check('shows its headline metric and its age', newRun(1, { startTime: noon - 120_000 }, { headlineValue: 0.97234 }), {
    label: 'run-1',
    description: '0.9723 · 2m',
    spoken: 'Run run-1, finished, accuracy 0.9723, started 2 minutes ago',
    icon: { name: 'pass', color: 'testing.iconPassed' },
    context: 'run ended local',
    checked: false,
  })
  check('that goes on under a supervisor can be stopped', newRun(1, { status: 'RUNNING', stoppable: true }), {
    context: 'run active stoppable local',
    description: 'now',
  })
  const ofServer = newExperiment({ place: 'server' })
  check('of a server has nothing of what only an engine can do', newRun(1, {}, { experiment: ofServer }), {
    context: 'run ended',
  })
  check('that was chosen is checked', newRun(1, {}, { chosen: true }), { checked: true })
  check('cannot put markup or commands into its tooltip', newRun(1, { name: '[x](command:y) **b** <i> $(z)' }), {
    tooltip: [
      String.raw`**\[x\]\(command:y\) \*\*b\*\* \<i\> \$\(z\)**`,
      'finished',
      'started 2026-11-24 12:00:00 UTC',
      `\`${'1'.padStart(32, '0')}\``,
    ].join('\n\n'),
  })
})

describe('below a run', () => {
  const metric = { key: 'loss', value: 0.25, step: 1200, timestamp: noon }
  check(
    'a metric shows its value and its spark line',
    { kind: 'metric', id: 'm', section, metric, values: [1, 0.5, 0.25] },
    {
      label: 'loss',
      description: '0.25  █▃▁',
      spoken: 'Metric loss: 0.25 at step 1,200',
    },
  )
  check(
    'a metric logged once shows its value alone',
    { kind: 'metric', id: 'm', section, metric, values: [0.25] },
    {
      description: '0.25',
    },
  )
  check(
    'a file opens when it is clicked',
    {
      kind: 'artifact',
      id: 'a',
      run,
      parent: section,
      entry: { path: 'model/MLmodel', isDirectory: false, sizeBytes: 2048 },
    },
    { label: 'MLmodel', description: '2 KB', collapsible: 'none', click: 'runwright.openArtifact' },
  )
  check(
    'a model is told apart from other files',
    { kind: 'artifact', id: 'a', run, parent: section, entry: { path: 'model/model.onnx', isDirectory: false } },
    { label: 'model.onnx', context: 'artifact file onnx' },
  )
  check(
    'a folder unfolds',
    { kind: 'artifact', id: 'a', run, parent: section, entry: { path: 'model', isDirectory: true } },
    { label: 'model', collapsible: 'collapsed', context: 'artifact folder' },
  )
})

describe('what stands after the first page', () => {
  const experiment = newExperiment()
  check(
    'says how many of how many are shown',
    { kind: 'more', id: 'x', experiment, shown: 200, total: 10_000, totalIsAtLeast: false },
    {
      label: 'Load more (200 of 10,000)',
      click: 'runwright.loadMore',
    },
  )
})
