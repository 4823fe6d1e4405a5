import { defaultExperimentId } from '../../src/protocol/mlflow/id-fields.ts'
import type { LineageGraph, LineageNode } from '../../src/protocol/lineage.ts'
import { testEdge as edge, testModelVersion as version } from '../../src/protocol/test-lineage.ts'

const none = { moreUp: 0, moreDown: 0 }

const run = (name: string): LineageNode => ({
  kind: 'run',
  key: `run:${name}`,
  id: name,
  name,
  status: 'FINISHED',
  experimentId: defaultExperimentId,
  startTime: 0,
  isDeleted: false,
  ...none,
})

const data = (path: string, digit: string, more: object = {}): LineageNode => ({
  kind: 'data',
  key: `data:${digit.repeat(16)}`,
  id: digit.repeat(16),
  paths: [path],
  ...none,
  ...more,
})

const [raw, clean, test, file] = [
  data('data/raw.csv', '1', { moreDown: 7 }),
  data('data/clean.csv', '2'),
  data('data/test.csv', '3'),
  data('models/digits.onnx', '4'),
]

/** From raw data to the run that uses the model that was made of it. */
export const digitsLineage: LineageGraph = {
  nodes: [version, run('train'), file, clean, test, run('prepare'), raw, run('serve')],
  edges: [
    edge(raw.key, 'read', 'run:prepare', { found: 'declared' }),
    edge('run:prepare', 'wrote', clean.key, { found: 'declared' }),
    edge(clean.key, 'read', 'run:train', { context: 'training', found: 'opened' }),
    edge(test.key, 'read', 'run:train', { context: 'evaluation', found: 'declared' }),
    edge('run:train', 'wrote', file.key, { found: 'declared' }),
    edge('run:train', 'registered', version.key),
    edge(file.key, 'file', version.key),
    edge(version.key, 'loaded', 'run:serve'),
  ],
}

/** Data that very many runs read. */
export function fanLineage(count: number): LineageGraph {
  const all = data('data/all.csv', '5')
  const runs = Array.from({ length: count }, (_, index) => run(`reader-${index}`))
  return { nodes: [all, ...runs], edges: runs.map(({ key }) => edge(all.key, 'read', key)) }
}
