import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseRunId } from './ids.ts'
import { defaultExperimentId } from './mlflow/id-fields.ts'
import { englishLineage, formatLineage, formatMermaid } from './lineage-text.ts'
import type { LineageGraph, LineageNode } from './lineage.ts'
import { testEdge as edge, testModelVersion as model } from './test-lineage.ts'

const run = (name: string, more: object = {}): LineageNode => ({
  kind: 'run',
  key: `run:${name}`,
  id: parseRunId(name) ?? assert.fail(name),
  name,
  status: 'FINISHED',
  experimentId: defaultExperimentId,
  startTime: 0,
  isDeleted: false,
  moreUp: 0,
  moreDown: 0,
  ...more,
})
const data = (...paths: string[]): LineageNode => ({
  kind: 'data',
  key: `data:${paths[0]}`,
  id: 'abcdef0123456789',
  paths,
  moreUp: 0,
  moreDown: 0,
})
const show = (graph: LineageGraph) => formatLineage(graph, englishLineage, (text) => text)

describe('a lineage for people', () => {
  it('shows above what something came of, below what came of it, and nothing twice', () => {
    const graph = {
      nodes: [model, run('train', { moreUp: 7 }), data('clean.csv', 'copy.csv'), data('model.onnx'), run('use')],
      edges: [
        edge('run:train', 'registered', model.key),
        edge('data:clean.csv', 'read', 'run:train', { context: 'training', found: 'declared' }),
        edge('data:model.onnx', 'file', model.key),
        edge('run:train', 'wrote', 'data:model.onnx'),
        edge(model.key, 'loaded', 'run:use'),
      ],
    }
    assert.equal(
      show(graph),
      [
        'digits version 3 @champion',
        '',
        'came of',
        '├─ registered from run train (FINISHED)',
        '│  ├─ read clean.csv = copy.csv [abcdef0123] (training, declared)',
        '│  └─ … and 7 more',
        '└─ its file: model.onnx [abcdef0123]',
        '   └─ written by run train (FINISHED) (see above)',
        '',
        'led to',
        '└─ loaded by run use (FINISHED)',
        '',
      ].join('\n'),
    )
  })

  it('says so where nothing is known, and ends in a circle', () => {
    assert.equal(show({ nodes: [data('a')], edges: [] }), 'a [abcdef0123]\n\nnothing that is known\n')
    const circle = [edge('data:a', 'read', 'run:r'), edge('run:r', 'wrote', 'data:a')]
    assert.equal(show({ nodes: [data('a'), run('r')], edges: circle }).split('\n').length, 10)
  })

  it('can be drawn as a diagram, whatever the names are', () => {
    const graph = { nodes: [data('a "b" <i>|#.csv'), run('r')], edges: [edge('data:a "b" <i>|#.csv', 'read', 'run:r')] }
    assert.equal(
      formatMermaid(graph),
      [
        'flowchart LR',
        '  n0[("a #34;b#34; #60;i#62;#124;#35;.csv [abcdef0123]")]',
        '  n1(["run r (FINISHED)"])',
        '  n0 -->|read| n1',
        '',
      ].join('\n'),
    )
  })
})
