import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import { recordOf } from '../protocol/json.ts'
import { traceKeys, type TraceInfo } from '../protocol/traces.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { getActiveExperimentRow, getExperimentRow } from './experiment-rows.ts'
import { logTraceSpans } from './traces/log-spans.ts'
import { openTrace, type PlacedTrace, placeSpans } from './traces/read-spans.ts'
import { collectFacts } from './traces/span-facts.ts'
import { deleteTraces, selectTraces } from './traces/delete-traces.ts'
import { writeTrace } from './traces/start-trace.ts'
import { artifactTag, getTraceRow, loadTraceInfo, loadTraceInfos, writeEntries } from './traces/trace-rows.ts'
import { searchTraces } from './traces/trace-search.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Traces } from './tracking.ts'

export function createTraces({ database, now, randomBytes }: TrackingParts): Traces {
  return {
    start: (trace) => {
      const time = now()
      return database.write(async (sql) => {
        await writeTrace(sql, trace, time)
        return loadTraceInfo(sql, trace.traceId)
      })
    },

    begin: ({ experimentId, requestTime, metadata, tags }) => {
      const traceId = Buffer.from(randomBytes(16)).toString('hex')
      return database.write(async (sql) => {
        const experiment = await getActiveExperimentRow(sql, experimentId)
        await sql.run(
          `insert into traces (trace_id, experiment, request_time, state) values (?, ?, ?, 'IN_PROGRESS')`,
          traceId,
          getNumber(experiment, 'id'),
          requestTime,
        )
        const id = getNumber(await getTraceRow(sql, traceId), 'id')
        await writeEntries(sql, 'trace_metadata', id, metadata)
        await writeEntries(sql, 'trace_tags', id, [...tags, artifactTag(experiment, traceId)])
        return loadTraceInfo(sql, traceId)
      })
    },

    end: (traceId, { time, state, metadata, tags }) =>
      database.write(async (sql) => {
        const id = getNumber(await getTraceRow(sql, traceId), 'id')
        await sql.run(
          'update traces set execution_duration = ? - request_time, state = ? where id = ?',
          time,
          state,
          id,
        )
        await writeEntries(sql, 'trace_metadata', id, metadata)
        await writeEntries(sql, 'trace_tags', id, tags)
        return loadTraceInfo(sql, traceId)
      }),

    logSpans: (experimentId, spans, runId) => {
      const facts = collectFacts(spans)
      const begun = facts.filter(({ state }) => state !== undefined).map(({ traceId }) => traceId)
      return database.write(async (sql) => {
        const experiment = await getExperimentRow(sql, experimentId)
        for (const ofTrace of facts) await logTraceSpans(sql, experiment, ofTrace)
        if (runId !== undefined) await linkToRun(sql, begun, runId)
      })
    },

    info: (traceId) => database.read((sql) => loadTraceInfo(sql, traceId)),

    infos: (traceIds, experimentIds) => database.read((sql) => loadInfos(sql, traceIds, experimentIds)),

    get: async (traceId, allowPartial) => {
      const placed = await database.read(async (sql) => {
        const [info] = await loadInfos(sql, [traceId])
        if (info === undefined) throw missing(`Trace with ID ${traceId} is not found.`)
        return placeSpans(sql, [info])
      })
      const [trace] = placed.filter((each) => allowPartial || isWhole(each))
      if (trace !== undefined) return openTrace(database, trace)
      throw missing(`Trace with ID ${traceId} is not fully exported yet, please try again later.`)
    },

    list: async (traceIds, experimentIds) => {
      const placed = await database.read(async (sql) => placeSpans(sql, await loadInfos(sql, traceIds, experimentIds)))
      return placed.filter(isWhole).map((trace) => openTrace(database, trace))
    },

    search: (experimentIds, query) => database.read((sql) => searchTraces(sql, experimentIds, query)),

    setTag: (traceId, tag) =>
      database.write(async (sql) =>
        writeEntries(sql, 'trace_tags', getNumber(await getTraceRow(sql, traceId), 'id'), [tag]),
      ),

    deleteTag: (traceId, key) =>
      database.write(async (sql) => {
        const deleted = await sql.run(
          'delete from trace_tags where key = ? and trace = (select id from traces where trace_id = ?)',
          key,
          traceId,
        )
        if (deleted === 0) throw missing(`No trace tag with key '${key}' for trace with ID '${traceId}'`)
      }),

    delete: (experimentId, which) =>
      database.write(async (sql) => {
        const experiment = getNumber(await getExperimentRow(sql, experimentId), 'id')
        return deleteTraces(sql, await selectTraces(sql, experiment, which))
      }),

    linkToRun: (traceIds, runId) => database.write((sql) => linkToRun(sql, traceIds, runId)),

    linkPrompts: (traceId, prompts) =>
      database.write(async (sql) => {
        if (prompts.length === 0) return
        const id = getNumber(await getTraceRow(sql, traceId), 'id')
        for (const prompt of prompts) {
          await sql.run('insert into trace_prompts (trace, prompt) values (?, ?) on conflict do nothing', id, prompt)
        }
      }),
  }
}

function missing(message: string): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', message)
}

async function linkToRun(sql: Sql, traceIds: readonly string[], runId: string): Promise<void> {
  for (const traceId of traceIds) {
    await sql.run('insert into trace_runs (trace_id, run_id) values (?, ?) on conflict do nothing', traceId, runId)
  }
}

async function loadInfos(
  sql: Sql,
  traceIds: readonly string[],
  experimentIds?: readonly ExperimentId[],
): Promise<readonly TraceInfo[]> {
  const rows = await sql.all(
    `select t.* from traces t join json_each(?) asked on asked.value = t.trace_id
       where cast(? as text) is null or t.experiment in (select cast(value as bigint) from json_each(?))
       order by asked.key`,
    JSON.stringify([...new Set(traceIds)]),
    experimentIds === undefined ? null : 1,
    JSON.stringify(experimentIds ?? []),
  )
  return loadTraceInfos(sql, rows)
}

/** Whether all spans are there that the client has told of; of one that has told of none, whether there is any. */
function isWhole({ info, places }: PlacedTrace): boolean {
  const stats = info.metadata.find(({ key }) => key === traceKeys.sizeStats)?.value
  return places.length > 0 && places.length >= countTold(stats)
}

function countTold(stats: string | undefined): number {
  try {
    const { num_spans: count } = recordOf(JSON.parse(stats ?? '{}'))
    return typeof count === 'number' ? count : 0
  } catch {
    return 0
  }
}
