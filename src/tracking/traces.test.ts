import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { parseTraceFilter } from '../protocol/mlflow/filter.ts'
import { defaultExperimentId } from '../protocol/mlflow/id-fields.ts'
import { parseTraceOrder } from '../protocol/mlflow/order-by.ts'
import type { AnyValue, Attribute, Span } from '../protocol/otlp/span.ts'
import type { NewTrace } from '../protocol/traces.ts'
import { openScratchTracking, type ScratchTracking } from './scratch-tracking.ts'

const hex = (number: number, digits: number) => number.toString(16).padStart(digits, '0')
const traceIdOf = (number: number) => `tr-${hex(number, 32)}`
const text = (value: string): AnyValue => ({ kind: 'text', value })
const whole = (value: number): AnyValue => ({ kind: 'integer', value: String(value) })

function makeSpan(trace: number, id: number, change: Partial<Span> = {}): Span {
  return {
    traceId: hex(trace, 32),
    spanId: hex(id, 16),
    name: `span ${id}`,
    kind: 0,
    traceState: '',
    startTime: 1_700_000_000_000_000_000n + BigInt(id) * 1_000_000n,
    endTime: 1_700_000_000_500_000_000n,
    status: { code: 'UNSET', message: '' },
    attributes: [],
    events: [],
    links: [],
    resource: [],
    ...change,
  }
}

/** A span that is below another. */
const child = (trace: number, id: number, parent: number, change: Partial<Span> = {}) =>
  makeSpan(trace, id, { parentSpanId: hex(parent, 16), ...change })

function makeTrace(traceId: string, change: Partial<NewTrace> = {}): NewTrace {
  const [requestTime, state] = [1_700_000_000_000, 'OK'] as const
  return {
    traceId,
    experimentId: defaultExperimentId,
    requestTime,
    state,
    metadata: [],
    tags: [],
    assessments: [],
    ...change,
  }
}

const log = (tracking: ScratchTracking, ...spans: Span[]) => tracking.traces.logSpans(defaultExperimentId, spans)
/** A trace with all its spans. */
const read = async (tracking: ScratchTracking, traceId: string, allowPartial: boolean) => {
  const { info, spans } = await tracking.traces.get(traceId, allowPartial)
  return { info, spans: (await Array.fromAsync(spans)).flat() }
}
const metadataOf = async (tracking: ScratchTracking, traceId: string) =>
  Object.fromEntries((await tracking.traces.info(traceId)).metadata.map(({ key, value }) => [key, value]))

describe('a trace', () => {
  it('is there from its first span on, and in progress until the one has ended that it begins with', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, child(1, 2, 1, { endTime: 0n }))
    const before = await read(tracking, traceIdOf(1), true)
    assert.deepEqual(
      [before.info.state, before.info.executionDuration, before.spans.length],
      ['IN_PROGRESS', undefined, 1],
    )
    await log(tracking, makeSpan(1, 1, { endTime: 0n }))
    assert.equal((await tracking.traces.info(traceIdOf(1))).state, 'IN_PROGRESS')
    await log(tracking, makeSpan(1, 1), child(1, 2, 1))
    const { info, spans } = await read(tracking, traceIdOf(1), false)
    assert.deepEqual([info.state, info.requestTime, info.executionDuration], ['OK', 1_700_000_000_001, 499])
    assert.deepEqual(
      spans.map((span) => JSON.parse(span).name),
      ['span 1', 'span 2'],
    )
  })

  it('has failed when the span has that it begins with', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, makeSpan(1, 1, { status: { code: 'ERROR', message: 'bad' } }))
    assert.equal((await tracking.traces.info(traceIdOf(1))).state, 'ERROR')
  })

  it('is as its client says, whether that comes before its spans or after them', async () => {
    const told = makeTrace(traceIdOf(1), {
      requestTime: 1_700_000_000_900,
      executionDuration: 7,
      requestPreview: 'asked',
      metadata: [{ key: 'mlflow.trace.session', value: 'own' }],
      tags: [{ key: 'team', value: 'red' }],
    })
    const root = makeSpan(1, 1, {
      endTime: 1_700_000_005_000_000_000n,
      attributes: [
        { key: 'session.id', value: text('of the span') },
        { key: 'mlflow.spanInputs', value: text('of the span') },
        { key: 'mlflow.spanOutputs', value: text('answered') },
      ],
    })
    for (const isFirst of [true, false]) {
      await using tracking = await openScratchTracking()
      if (!isFirst) await log(tracking, root)
      await tracking.traces.start(told)
      if (isFirst) await log(tracking, root)
      const info = await tracking.traces.info(traceIdOf(1))
      assert.deepEqual([info.requestTime, info.executionDuration], [1_700_000_000_900, 7])
      assert.deepEqual([info.requestPreview, info.responsePreview], ['asked', '"answered"'])
      assert.equal((await metadataOf(tracking, traceIdOf(1)))['mlflow.trace.session'], 'own')
      assert.deepEqual(
        info.tags.map(({ key }) => key),
        ['mlflow.artifactLocation', 'mlflow.trace.spansLocation', 'team'],
      )
    }
  })

  it('loses nothing when two clients send parts of it at once', async () => {
    await using tracking = await openScratchTracking()
    const ids = Array.from({ length: 60 }, (_, index) => index + 2)
    await Promise.all([
      ...ids.map((id) => log(tracking, child(1, id, 1))),
      log(tracking, makeSpan(1, 1)),
      tracking.traces.start(makeTrace(traceIdOf(1), { tags: [{ key: 'team', value: 'red' }] })),
      ...ids.map((id) => log(tracking, child(1, id, 1))),
    ])
    const { info, spans } = await read(tracking, traceIdOf(1), false)
    assert.deepEqual([spans.length, info.tags.some(({ key }) => key === 'team')], [61, true])
  })

  it('is not whole before all spans are there that its client has told of', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, makeSpan(1, 1))
    await tracking.traces.start(
      makeTrace(traceIdOf(1), { metadata: [{ key: 'mlflow.trace.sizeStats', value: '{"num_spans": 2}' }] }),
    )
    await assert.rejects(read(tracking, traceIdOf(1), false), /not fully exported yet/)
    assert.deepEqual(await tracking.traces.list([traceIdOf(1)]), [])
    assert.equal((await read(tracking, traceIdOf(1), true)).spans.length, 1)
    await log(tracking, child(1, 2, 1))
    assert.equal((await tracking.traces.list([traceIdOf(1)])).length, 1)
  })

  it('sums up tokens once, whatever the order and company in which its spans come', async () => {
    const usage = (input: number): Attribute => ({
      key: 'mlflow.chat.tokenUsage',
      value: { kind: 'map', value: [{ key: 'input_tokens', value: whole(input) }] },
    })
    // Each span is below one before it; those of no tokens say nothing.
    const tree = fc.array(fc.record({ parent: fc.nat(7), tokens: fc.option(fc.integer({ min: 1, max: 99 })) }), {
      minLength: 1,
      maxLength: 7,
    })
    const companies = fc.array(fc.array(fc.nat(6), { minLength: 1, maxLength: 3 }), { maxLength: 8 })
    const tokensOf = async (exports: readonly (readonly Span[])[]) => {
      await using tracking = await openScratchTracking()
      for (const spans of exports) await log(tracking, ...spans)
      return (await metadataOf(tracking, traceIdOf(1)))['mlflow.trace.tokenUsage']
    }
    await fc.assert(
      fc.asyncProperty(tree, companies, async (nodes, sent) => {
        const spans = nodes.map(({ parent, tokens }, index) => {
          const change = { attributes: tokens === null ? [] : [usage(tokens)] }
          return index === 0 ? makeSpan(1, 1, change) : child(1, index + 1, (parent % index) + 1, change)
        })
        const some = sent
          .map((numbers) => spans.filter((_, index) => numbers.includes(index)))
          .filter(({ length }) => length > 0)
        const rest = spans.filter((span) => !some.flat().includes(span)).map((span) => [span])
        assert.equal(await tokensOf([...some, ...rest.toReversed()]), await tokensOf([spans]))
      }),
      { numRuns: 60 },
    )
    assert.equal(
      await tokensOf([
        [child(1, 3, 2, { attributes: [usage(3)] })],
        [child(1, 4, 1, { attributes: [usage(2)] })],
        [child(1, 2, 1, { attributes: [usage(5)] })],
      ]),
      '{"input_tokens": 7, "output_tokens": 0, "total_tokens": 0}',
    )
  })

  it('survives spans that are their own parents', async () => {
    await using tracking = await openScratchTracking()
    const cost: Attribute = { key: 'mlflow.llm.cost', value: text('{"total_cost": 0.5}') }
    await log(tracking, child(1, 2, 3, { attributes: [cost] }), child(1, 3, 2, { attributes: [cost] }))
    assert.deepEqual(Object.keys(await metadataOf(tracking, traceIdOf(1))), [])
  })

  it('keeps integers that no double holds, and texts that are JSON as what they say', async () => {
    await using tracking = await openScratchTracking()
    const attributes: Attribute[] = [
      { key: 'big', value: { kind: 'integer', value: '9007199254740993' } },
      { key: 'json', value: text('{"a": [1.0, 9007199254740993]}') },
      { key: 'plain', value: text('17') },
    ]
    await log(tracking, makeSpan(1, 1, { attributes }))
    const [span = ''] = (await read(tracking, traceIdOf(1), true)).spans
    assert.match(span, /"key":"big","value":\{"int_value":9007199254740993\}/)
    assert.match(span, /"double_value":1\},\{"int_value":9007199254740993\}/)
    assert.match(span, /"key":"plain","value":\{"string_value":"17"\}/)
    assert.match(span, /"start_time_unix_nano":1700000000001000000/)
  })

  it('leaves nothing behind when it is deleted', async () => {
    await using tracking = await openScratchTracking()
    for (const number of [1, 2]) {
      await log(tracking, makeSpan(number, 1))
      const traceId = traceIdOf(number)
      await tracking.traces.linkToRun([traceId], 'a-run')
      await tracking.traces.linkPrompts(traceId, ['asker/1'])
      await tracking.assessments.create(traceId, {
        kind: 'feedback',
        name: 'good',
        value: 'true',
        source: { type: 'HUMAN' },
        metadata: [],
      })
    }
    const found = { traceIds: [traceIdOf(1), traceIdOf(9)] }
    assert.equal(await tracking.traces.delete(defaultExperimentId, found), 1)
    const tables = ['traces', 'trace_tags', 'spans', 'assessments', 'trace_runs', 'trace_prompts']
    const counts = await tracking.read((sql) =>
      Promise.all(tables.map((table) => sql.get(`select count(*) as count from ${table}`))),
    )
    assert.deepEqual(
      counts.map((row) => row?.['count']),
      [1, 2, 1, 1, 1, 1],
    )
  })

  it('is stored with all others of an export, or none of them is', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, makeSpan(1, 1), makeSpan(2, 1))
    await tracking.write((sql) => sql.run(`create unique index refuse on spans (trace) where name = 'refused'`))
    const refused = [1, 2].map((span) => makeSpan(4, span, { name: 'refused' }))
    await assert.rejects(log(tracking, makeSpan(3, 1), ...refused))
    assert.equal((await tracking.traces.infos([1, 2, 3, 4].map(traceIdOf))).length, 2)
  })
})

describe('a search for traces', () => {
  it('finds a span of which all of it is true, by the value of its attributes', async () => {
    await using tracking = await openScratchTracking()
    const model = (name: string): Attribute[] => [{ key: 'model.name', value: text(name) }]
    await log(tracking, makeSpan(1, 1, { attributes: model('gpt') }), child(1, 2, 1, { name: 'other' }))
    await log(
      tracking,
      makeSpan(2, 1, { name: 'other', attributes: [...model('llama'), { key: 'n', value: whole(7) }] }),
    )
    const find = async (filter: string) => {
      const query = { filter: parseTraceFilter(filter), limit: 10 }
      const { items } = await tracking.traces.search([defaultExperimentId], query)
      return items.map(({ traceId }) => Number.parseInt(traceId.slice(3), 16))
    }
    assert.deepEqual(await find("span.attributes.model.name = 'gpt'"), [1])
    assert.deepEqual(await find("span.attributes.`model.name` LIKE '%a%'"), [2])
    assert.deepEqual(await find("span.attributes.n = '7'"), [2])
    assert.deepEqual(await find("span.name = 'other' AND span.attributes.model.name LIKE '%'"), [2])
    assert.deepEqual(await find("trace.text ILIKE '%LLAMA%'"), [2])
    await tracking.traces.setTag(traceIdOf(2), { key: 'team', value: 'red' })
    assert.deepEqual(await find("tags.team LIKE 're%'"), [2])
    assert.deepEqual(await find("span.name ILIKE 'O%' AND tags.team ILIKE 'R%'"), [2])
  })

  it('gives every trace once in pages, ties by their ids', async () => {
    await using tracking = await openScratchTracking()
    await log(tracking, ...[3, 1, 2].map((number) => makeSpan(number, 1)))
    const orderBy = parseTraceOrder(['status ASC'])
    const pages: string[] = []
    let pageToken: string | undefined
    do {
      const query = { orderBy, limit: 1, ...(pageToken === undefined ? {} : { pageToken }) }
      const page = await tracking.traces.search([defaultExperimentId], query)
      pages.push(...page.items.map(({ traceId }) => traceId))
      pageToken = page.nextPageToken
    } while (pageToken !== undefined)
    assert.deepEqual(pages, [1, 2, 3].map(traceIdOf))
  })

  it('finds what is said of a session by each of its traces', async () => {
    await using tracking = await openScratchTracking()
    const session = { key: 'mlflow.trace.session', value: 's-1' }
    for (const number of [1, 2, 3]) {
      const metadata = number === 3 ? [] : [session]
      await tracking.traces.start(makeTrace(traceIdOf(number), { metadata }))
    }
    await tracking.assessments.create(traceIdOf(1), {
      kind: 'feedback',
      name: 'polite',
      value: '0.5',
      source: { type: 'CODE' },
      metadata: [session],
    })
    const count = async (filter: string) =>
      (await tracking.traces.search([defaultExperimentId], { filter: parseTraceFilter(filter), limit: 9 })).items.length
    assert.equal(await count('feedback.polite >= 0.5'), 2)
    assert.equal(await count('feedback.polite > 0.5'), 0)
    assert.equal(await count('feedback.polite IS NULL'), 1)
  })
})
