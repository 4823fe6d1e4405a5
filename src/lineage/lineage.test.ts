import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, it } from 'node:test'
import {
  type DataVersion,
  dataTags,
  digestOf,
  formatDataSource,
  type RunData,
  toDatasetInput,
} from '../protocol/data-versions.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import type { LineageDirection, LineageGraph, LineageKind } from '../protocol/lineage.ts'
import { openScratchLineage, type ScratchLineage } from './scratch-lineage.ts'

const hash = (kind: 'md5' | 'sha256', text: string) => createHash(kind).update(text).digest('hex')
const versionOf = (path: string, content = path): DataVersion => ({
  path,
  md5: hash('md5', content),
  sha256: hash('sha256', content),
})
const read = (version: DataVersion, context = 'input'): RunData => ({ version, context, found: 'declared' })
const wrote = (version: DataVersion): RunData => ({ version, context: 'output', found: 'declared' })

const ask = (
  lineage: ScratchLineage,
  [kind, id]: readonly [LineageKind, string],
  direction: LineageDirection = 'both',
  more: { depth?: number; limit?: number } = {},
) => lineage.of({ kind, id, direction, depth: 10, limit: 300, ...more })

/** As `run a → data x: read`, by what people see. */
function told({ nodes, edges }: LineageGraph): readonly string[] {
  const names = new Map(
    nodes.map((node) => [
      node.key,
      node.kind === 'data' ? node.paths.join(' = ') : node.kind === 'run' ? node.name : node.id,
    ]),
  )
  return edges.map(({ from, to, relation }) => `${names.get(from)} → ${names.get(to)}: ${relation}`).toSorted()
}

/** raw → prepare → clean → train → the model "digits", which is the file model.onnx too → evaluate. */
async function addChain(lineage: ScratchLineage) {
  const [raw, clean, file] = [versionOf('raw.csv'), versionOf('clean.csv'), versionOf('model.onnx')]
  const prepare = await lineage.addRun('prepare', [read(raw), wrote(clean)])
  const train = await lineage.addRun('train', [read(clean, 'training'), wrote(file)])
  const { modelId } = await lineage.tracking.models.create({ experimentId: defaultExperimentId, sourceRunId: train })
  await lineage.tracking.runs.logOutputs(train, [{ modelId, step: 0 }])
  const tags = [
    { key: dataTags.version, value: formatDataSource(file) },
    { key: dataTags.digest, value: digestOf(file) },
  ]
  const version = { name: 'digits', source: `models:/${modelId}`, modelId, runId: train, tags }
  await lineage.registry.versions.register(version, 'champion')
  const evaluate = await lineage.addRun('evaluate')
  await lineage.tracking.runs.logInputs(evaluate, { modelIds: [modelId] })
  return { raw, clean, file, prepare, train, evaluate, modelId }
}

const wholeChain = [
  'clean.csv → train: read',
  'digits/1 → evaluate: loaded',
  'model.onnx → digits/1: file',
  'prepare → clean.csv: wrote',
  'raw.csv → prepare: read',
  'train → digits/1: registered',
  'train → model.onnx: wrote',
]

describe('the lineage of runs, data and models', () => {
  it('leads from raw data down to the run that loaded the model, and from there all the way up', async () => {
    await using lineage = await openScratchLineage()
    const { raw, evaluate } = await addChain(lineage)
    assert.deepEqual(told(await ask(lineage, ['data', digestOf(raw)], 'down')), wholeChain)
    assert.deepEqual(told(await ask(lineage, ['run', evaluate], 'up')), wholeChain)
  })

  it('leads from the middle both ways, and not to what is only beside it', async () => {
    await using lineage = await openScratchLineage()
    const { train, clean } = await addChain(lineage)
    await lineage.addRun('another reader', [read(clean)])
    assert.deepEqual(told(await ask(lineage, ['run', train])), wholeChain)
    assert.deepEqual(told(await ask(lineage, ['model-version', 'digits/1'], 'down')), ['digits/1 → evaluate: loaded'])
    assert.deepEqual(await ask(lineage, ['data', digestOf(versionOf('raw.csv'))], 'up').then(told), [])
  })

  it('tells of each what people know it by, and says how it was found', async () => {
    await using lineage = await openScratchLineage()
    const { train } = await addChain(lineage)
    const { nodes, edges } = await ask(lineage, ['run', train], 'up', { depth: 1 })
    assert.deepEqual(
      nodes.map((node) => [node.kind, node.id, node.moreUp]),
      [
        ['run', train, 0],
        ['data', digestOf(versionOf('clean.csv')), 1],
      ],
    )
    assert.deepEqual(edges, [
      {
        from: `data:${digestOf(versionOf('clean.csv'))}`,
        to: `run:${train}`,
        relation: 'read',
        found: 'declared',
        context: 'training',
      },
    ])
    const { nodes: models } = await ask(lineage, ['model-version', 'digits/1'], 'up', { depth: 1 })
    assert.equal(models[0]?.kind === 'model-version' && models[0].aliases.join(), 'champion')
  })

  it('goes by the content: the same bytes under another path, in another experiment, are the same version', async () => {
    await using lineage = await openScratchLineage()
    const elsewhere = await lineage.tracking.experiments.create({ name: 'elsewhere' })
    const writer = await lineage.addRun('writer', [wrote(versionOf('a.bin', 'bytes'))])
    const reader = await lineage.tracking.runs.create({ experimentId: elsewhere, name: 'reader' })
    await lineage.tracking.runs.logInputs(reader.runId, {
      datasets: [toDatasetInput(read(versionOf('b.bin', 'bytes')))],
    })
    assert.deepEqual(told(await ask(lineage, ['run', writer], 'down')), [
      'b.bin = a.bin → reader: read',
      'writer → b.bin = a.bin: wrote',
    ])
    assert.deepEqual(told(await ask(lineage, ['run', reader.runId], 'up')).length, 2)
  })

  it('knows a version without SHA-256, as DVC alone writes it, again by its md5', async () => {
    await using lineage = await openScratchLineage()
    const { sha256, ...byMd5 } = versionOf('a.bin')
    const writer = await lineage.addRun('writer', [wrote(byMd5)])
    const reader = await lineage.addRun('reader', [read({ ...byMd5, ...(sha256 === undefined ? {} : { sha256 }) })])
    const whole = ['a.bin → reader: read', 'writer → a.bin: wrote']
    assert.deepEqual(told(await ask(lineage, ['run', writer], 'down')), whole)
    assert.deepEqual(told(await ask(lineage, ['run', reader], 'up')), whole)
    for (const digest of [byMd5.md5 ?? '', sha256 ?? ''])
      assert.deepEqual(told(await ask(lineage, ['data', digest])), whole)
  })

  it('takes two versions of one md5 and different SHA-256 for two', async () => {
    await using lineage = await openScratchLineage()
    const { md5 = '' } = versionOf('a.bin')
    await lineage.addRun('good', [wrote({ path: 'a.bin', md5, sha256: hash('sha256', 'good') })])
    await lineage.addRun('forged', [wrote({ path: 'a.bin', md5, sha256: hash('sha256', 'forged') })])
    await lineage.addRun('by md5', [read({ path: 'a.bin', md5 })])
    assert.deepEqual(told(await ask(lineage, ['data', hash('sha256', 'good')])), ['good → a.bin: wrote'])
    assert.deepEqual(told(await ask(lineage, ['data', md5])), ['a.bin → by md5: read'])
  })

  it('leads through a model of no registered name from the run that logged it to the run that loaded it', async () => {
    await using lineage = await openScratchLineage()
    const train = await lineage.addRun('train')
    const { modelId } = await lineage.tracking.models.create({ experimentId: defaultExperimentId, sourceRunId: train })
    const tune = await lineage.addRun('tune')
    await lineage.tracking.runs.logInputs(tune, { modelIds: [modelId] })
    assert.deepEqual(told(await ask(lineage, ['run', train], 'down')), ['train → tune: loaded'])
    assert.deepEqual(told(await ask(lineage, ['run', tune], 'up')), ['train → tune: loaded'])
  })

  it('follows datasets that were logged by other means too', async () => {
    await using lineage = await openScratchLineage()
    const dataset = { name: 'iris', digest: 'abcd1234', sourceType: 'code', source: '{"tags":{}}' }
    const runId = await lineage.addRun('autolog')
    await lineage.tracking.runs.logInputs(runId, { datasets: [{ dataset, tags: [] }] })
    const { nodes } = await ask(lineage, ['data', 'abcd1234'])
    assert.deepEqual(
      nodes.map((node) => (node.kind === 'data' ? node.paths : node.kind === 'run' ? node.name : '')),
      [['iris'], 'autolog'],
    )
    // What claims to be ours and is no JSON breaks nothing.
    const broken = { ...dataset, digest: 'broken', sourceType: 'runwright_data', source: 'no json' }
    await lineage.tracking.runs.logInputs(runId, { datasets: [{ dataset: broken, tags: [] }] })
    assert.equal((await ask(lineage, ['data', 'broken'])).nodes.length, 2)
  })

  it('ends where a run reads what it wrote', async () => {
    await using lineage = await openScratchLineage()
    const [a, b] = [versionOf('a'), versionOf('b')]
    await lineage.addRun('first', [read(a), wrote(b)])
    const second = await lineage.addRun('second', [read(b), wrote(a)])
    assert.equal((await ask(lineage, ['run', second])).edges.length, 4)
  })

  it('lists the newest of very many and says how many more there are', async () => {
    await using lineage = await openScratchLineage()
    const raw = versionOf('raw.csv')
    for (let at = 0; at < 30; at++) await lineage.addRun(`run ${at}`, [read(raw)])
    const { nodes } = await ask(lineage, ['data', digestOf(raw)], 'down', { limit: 12 })
    assert.deepEqual([nodes[0]?.moreDown, nodes.length, nodes[1]?.kind === 'run' && nodes[1].name], [20, 11, 'run 29'])
  })

  it('says what it cannot find', async () => {
    await using lineage = await openScratchLineage()
    const missing = (...of: [LineageKind, string]) =>
      assert.rejects(ask(lineage, of), { code: 'RESOURCE_DOES_NOT_EXIST' })
    await missing('run', '0'.repeat(32))
    await missing('data', 'f'.repeat(64))
    await missing('model-version', 'digits/7')
    await assert.rejects(ask(lineage, ['model-version', 'digits']), { code: 'INVALID_PARAMETER_VALUE' })
  })

  it('knows all data of all runs, the deleted ones too, for whatever collects garbage', async () => {
    await using lineage = await openScratchLineage()
    const { md5: a = '', sha256: ofA = '' } = versionOf('a')
    const { sha256: b = '' } = versionOf('b')
    const deleted = await lineage.addRun('deleted', [read(versionOf('a')), wrote({ path: 'b', sha256: b })])
    await lineage.addRun('other', [read(versionOf('a'))])
    await lineage.tracking.runs.delete([deleted])
    assert.deepEqual(new Set(await lineage.hashes()), new Set([a, ofA, b]))
  })

  it('does not count a deleted model version, and shows a deleted run as such', async () => {
    await using lineage = await openScratchLineage()
    const { train } = await addChain(lineage)
    await lineage.registry.versions.delete('digits', 1)
    await lineage.tracking.runs.delete([train])
    const { nodes } = await ask(lineage, ['run', train], 'down')
    assert.deepEqual(
      nodes.map((node) => (node.kind === 'run' ? `${node.name} ${node.isDeleted}` : node.kind)),
      ['train true', 'data', 'evaluate false'],
    )
  })
})
