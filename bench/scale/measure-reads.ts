import { encodeBulk } from '../../src/protocol/bulk.ts'
import type { Client } from '../../src/protocol/client.ts'
import type { ExperimentId, RunId } from '../../src/protocol/ids.ts'
import type { Methods } from '../../src/protocol/methods.ts'
import type { Aggregate, TableColumn } from '../../src/protocol/run-table.ts'
import { median } from '../median.ts'

export type ReadFigure =
  'firstPage' | 'sort' | 'deepPage' | 'filter' | 'groups' | 'open' | 'zoom' | 'zoomTime' | 'curveKb' | 'wide' | 'wideMb'

/** Times that each read is repeated; the median counts. */
const repetitions = 7

const metric = (key: string, aggregate: Aggregate = 'last'): TableColumn => ({ kind: 'metric', key, aggregate })
const columns: readonly TableColumn[] = [
  { kind: 'attribute', key: 'start_time' },
  ...['accuracy', 'val_accuracy', 'loss', 'val_loss', 'epoch_seconds'].map((key) => metric(key)),
  ...['optimizer', 'learning_rate', 'batch_size', 'layers', 'dropout', 'seed'].map(
    (key) => ({ kind: 'param', key }) as const,
  ),
]

/** What a drawing of common width shows. */
const buckets = 1200

/** What the views ask for, from the call to the last byte of its answer taken apart. */
export async function measureReads(client: Client, longRun: RunId): Promise<Record<ReadFigure, number>> {
  const { experiments } = await client.call('experiments/list', {})
  const find = (name: string) =>
    experiments.filter((experiment) => experiment.name === name).map(({ experimentId }) => experimentId)
  const [sweep, wide] = [find('sweep'), find('wide')]
  const rows = (params: Partial<Methods['table/rows']['params']>) =>
    timeCall(() => client.call('table/rows', { experimentIds: sweep, columns, ...params }))
  const sorts = [metric('accuracy'), metric('loss', 'min'), metric('epoch_seconds', 'max'), metric('val_loss')]
  const sorted: number[] = []
  for (const [index, column] of sorts.entries()) {
    sorted.push(await rows({ order: [{ column, descending: index % 2 === 0 }], areTotalsKnown: true }))
  }
  const deepOrder = [{ column: metric('loss', 'min'), descending: false }]
  const { runCount = 0 } = await client.call('table/rows', { experimentIds: sweep, columns: [], limit: 1 })
  return {
    firstPage: await rows({}),
    sort: Math.max(...sorted),
    deepPage: await rows({ order: deepOrder, offset: Math.floor(runCount * 0.9), areTotalsKnown: true }),
    filter: await rows({ filter: 'accuracy > 0.9 and learning_rate <= 1e-3' }),
    groups: await timeCall(() =>
      client.call('table/groups', {
        experimentIds: sweep,
        by: [{ kind: 'param', key: 'optimizer' }],
        metrics: [{ kind: 'metric', key: 'accuracy', aggregate: 'last' }],
      }),
    ),
    ...(await measureCurve(client, longRun)),
    ...(await measureWide(client, wide)),
  }
}

async function measureCurve(client: Client, runId: RunId) {
  const curves = [{ runId, key: 'loss' }]
  const read = (axis: 'step' | 'time', window: { from?: number; to?: number }) =>
    client.call('curves/window', { curves, axis, buckets, ...window })
  const whole = await read('step', {})
  const byTime = await read('time', {})
  // Another stretch each time, so that nothing is read twice.
  let turn = 0
  const zoomInto = (answer: typeof whole) => {
    const [curve] = answer.curves
    const [start, end] = curve?.kind === 'buckets' ? [curve.starts[0] ?? 0, curve.ends.at(-1) ?? 0] : [0, 1]
    turn += 1
    const from = start + (end - start) * ((turn * 0.137) % 0.9)
    return { from, to: from + (end - start) / 100 }
  }
  return {
    open: await timeCall(() => read('step', {})),
    zoom: await timeCall(() => read('step', zoomInto(whole))),
    zoomTime: await timeCall(() => read('time', zoomInto(byTime))),
    curveKb: encodeBulk(whole).byteLength / 1000,
  }
}

/** What the comparison shows first of an experiment: its keys, then the rows and columns that fit. */
async function measureWide(client: Client, experimentIds: readonly ExperimentId[]) {
  let sizeBytes = 0
  const wide = await timeCall(async () => {
    const keys = await client.call('table/keys', { experimentIds })
    const shown = [
      ...keys.metrics.slice(0, 20).map((key) => metric(key)),
      ...keys.params.slice(0, 20).map((key) => ({ kind: 'param', key }) as const),
    ]
    const page = await client.call('table/rows', { experimentIds, columns: shown })
    sizeBytes = encodeBulk(page).byteLength + JSON.stringify(keys).length
  })
  return { wide, wideMb: sizeBytes / 1e6 }
}

async function timeCall(call: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let count = 0; count < repetitions; count++) {
    const start = performance.now()
    await call()
    times.push(performance.now() - start)
  }
  return median(times)
}
