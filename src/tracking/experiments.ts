import { RunwrightError } from '../protocol/errors.ts'
import type { Experiment, ExperimentSummary } from '../protocol/experiments.ts'
import type { ExperimentId } from '../protocol/ids.ts'
import type { Tag } from '../protocol/runs.ts'
import type { Sql, SqlRow } from '../store/database.ts'
import { findNumber, getNumber } from '../store/row.ts'
import { searchExperiments } from './experiment-search.ts'
import {
  getActiveExperimentRow,
  getExperimentRow,
  getLifecycleStage,
  loadExperiments,
  toExperimentId,
} from './experiment-rows.ts'
import { lifecycleCondition } from './search-condition.ts'
import { loadTableKeys } from './table/keys.ts'
import { deleteTag, writeTags } from './tags.ts'
import type { TrackingParts } from './tracking-parts.ts'
import type { Experiments } from './tracking.ts'

export function createExperiments({ database, changed, now }: TrackingParts): Experiments {
  /** One transaction on one experiment, then the news of it. */
  async function change<T>(experimentId: ExperimentId, work: (sql: Sql) => Promise<T>): Promise<T> {
    const result = await database.write(work)
    changed({ kind: 'experiment', experimentId })
    return result
  }

  async function insert(sql: Sql, { name, artifactLocation, tags = [] }: NewExperiment): Promise<ExperimentId> {
    const time = now()
    const row = await sql.get(
      `insert into experiments (name, artifact_location, creation_time, last_update_time) values (?, ?, ?, ?)
         returning id`,
      name,
      artifactLocation ?? '',
      time,
      time,
    )
    const rowId = getNumber(row ?? {}, 'id')
    if (artifactLocation === undefined) {
      await sql.run('update experiments set artifact_location = ? where id = ?', `mlflow-artifacts:/${rowId}`, rowId)
    }
    await writeTags(sql, 'experiment', rowId, tags)
    return toExperimentId(rowId)
  }

  return {
    async create(experiment) {
      checkName(experiment.name)
      checkArtifactLocation(experiment.artifactLocation)
      const experimentId = await database.write(async (sql) => {
        if ((await findRowByName(sql, experiment.name)) !== undefined) throw createNameTakenError(experiment.name)
        return insert(sql, experiment)
      })
      changed({ kind: 'experiment', experimentId })
      return experimentId
    },

    async ensure(name) {
      checkName(name)
      const { summary, isNew } = await database.write(async (sql) => {
        const row = await findRowByName(sql, name)
        if (row !== undefined && getLifecycleStage(row) === 'deleted') throw createNameDeletedError(name)
        if (row === undefined) await insert(sql, { name })
        return { summary: getFirst(await listSummaries(sql, 'name = ?', name)), isNew: row === undefined }
      })
      if (isNew) changed({ kind: 'experiment', experimentId: summary.experimentId })
      return summary
    },

    get: (experimentId) =>
      database.read(async (sql) => getFirst(await loadExperiments(sql, [await getExperimentRow(sql, experimentId)]))),

    findByName: (name) =>
      database.read(async (sql) => {
        const row = await findRowByName(sql, name)
        return row === undefined ? undefined : (await loadExperiments(sql, [row]))[0]
      }),

    list: (view) => database.read((sql) => listSummaries(sql, lifecycleCondition('e.lifecycle_stage', view))),

    search: (query) => database.read((sql) => searchExperiments(sql, query)),

    rename: (experimentId, name) =>
      change(experimentId, async (sql) => {
        checkName(name)
        const row = await getExperimentRow(sql, experimentId)
        if (getLifecycleStage(row) === 'deleted') {
          throw new RunwrightError('INVALID_STATE', 'Cannot rename a non-active experiment.', {
            hint: 'Restore the experiment first.',
          })
        }
        const other = await findRowByName(sql, name)
        if (other !== undefined && other['id'] !== row['id']) throw createNameTakenError(name)
        await sql.run('update experiments set name = ? where id = ?', name, getNumber(row, 'id'))
        await touch(sql, row, now())
      }),

    delete: (experimentId) =>
      change(experimentId, async (sql) => {
        const row = await getExperimentRow(sql, experimentId)
        if (getLifecycleStage(row) === 'deleted') throw createStageError(experimentId)
        await sql.run(`update experiments set lifecycle_stage = 'deleted' where id = ?`, getNumber(row, 'id'))
        await sql.run(
          `update runs set lifecycle_stage = 'deleted', deleted_with_experiment = 1, deleted_time = ?
             where experiment = ? and lifecycle_stage = 'active'`,
          now(),
          getNumber(row, 'id'),
        )
        await touch(sql, row, now())
      }),

    restore: (experimentId) =>
      change(experimentId, async (sql) => {
        const row = await getExperimentRow(sql, experimentId)
        if (getLifecycleStage(row) === 'active') throw createStageError(experimentId)
        await sql.run(`update experiments set lifecycle_stage = 'active' where id = ?`, getNumber(row, 'id'))
        // Runs that had been deleted one by one before stay deleted.
        await sql.run(
          `update runs set lifecycle_stage = 'active', deleted_with_experiment = 0, deleted_time = null
             where experiment = ? and deleted_with_experiment = 1`,
          getNumber(row, 'id'),
        )
        await touch(sql, row, now())
      }),

    setTag: (experimentId, tag) =>
      change(experimentId, async (sql) => {
        const row = await getActiveExperimentRow(sql, experimentId)
        await writeTags(sql, 'experiment', getNumber(row, 'id'), [tag])
        await touch(sql, row, now())
      }),

    deleteTag: (experimentId, key) =>
      change(experimentId, async (sql) => {
        const row = await getActiveExperimentRow(sql, experimentId)
        await deleteTag(sql, 'experiment', getNumber(row, 'id'), key, `experiment with id ${experimentId}`)
        await touch(sql, row, now())
      }),

    keys: (experimentId) => database.read((sql) => loadTableKeys(sql, [experimentId])),
  }
}

interface NewExperiment {
  readonly name: string
  readonly artifactLocation?: string
  readonly tags?: readonly Tag[]
}

async function findRowByName(sql: Sql, name: string): Promise<SqlRow | undefined> {
  return sql.get('select * from experiments where name = ?', name)
}

async function touch(sql: Sql, row: SqlRow, time: number): Promise<void> {
  await sql.run('update experiments set last_update_time = ? where id = ?', time, getNumber(row, 'id'))
}

/** Newest change first, where a new run is a change too. */
async function listSummaries(sql: Sql, condition: string, ...values: string[]): Promise<ExperimentSummary[]> {
  const rows = await sql.all(
    `select e.*,
       (select count(*) from runs r where r.experiment = e.id and r.lifecycle_stage = 'active') as run_count,
       (select count(*) from runs r where r.experiment = e.id and r.lifecycle_stage = 'active'
          and r.status in ('RUNNING', 'SCHEDULED')) as active_run_count,
       (select count(*) from runs r where r.experiment = e.id and r.lifecycle_stage = 'active'
          and r.status = 'SCHEDULED') as scheduled_run_count,
       (select max(r.start_time) from runs r where r.experiment = e.id
          and r.lifecycle_stage = 'active') as last_start_time
     from experiments e where ${condition} order by e.id desc`,
    ...values,
  )
  const changeOf = (row: SqlRow) =>
    Math.max(getNumber(row, 'last_update_time'), findNumber(row, 'last_start_time') ?? 0)
  rows.sort((a, b) => changeOf(b) - changeOf(a))
  const experiments = await loadExperiments(sql, rows)
  return experiments.map((experiment, index) => {
    const row = rows[index] ?? {}
    return {
      ...experiment,
      runCount: getNumber(row, 'run_count'),
      activeRunCount: getNumber(row, 'active_run_count'),
      scheduledRunCount: getNumber(row, 'scheduled_run_count'),
    }
  })
}

function checkName(name: string): void {
  if (name === '') {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Invalid experiment name: ''`, {
      hint: 'Give the experiment a name of at least one character.',
    })
  }
}

/** Only places inside our own artifact folder: whoever names a location must not make us read or write elsewhere. */
function checkArtifactLocation(location: string | undefined): void {
  if (location === undefined) return
  const components = /^mlflow-artifacts:\/(?!\/)(.*)$/.exec(location)?.[1]?.replace(/\/$/, '').split('/')
  if (components !== undefined && !components.some((part) => ['', '.', '..'].includes(part) || /[\\%?#]/.test(part))) {
    return
  }
  throw new RunwrightError('INVALID_PARAMETER_VALUE', `The artifact location '${location}' is none of this server's.`, {
    hint: 'Leave artifact_location out, or name a folder such as mlflow-artifacts:/my-experiment.',
  })
}

function createNameTakenError(name: string): RunwrightError {
  return new RunwrightError('RESOURCE_ALREADY_EXISTS', `Experiment(name=${name}) already exists.`, {
    hint: 'Choose another name. A deleted experiment keeps its name; restore it to use it again.',
  })
}

function createNameDeletedError(name: string): RunwrightError {
  return new RunwrightError('INVALID_PARAMETER_VALUE', `The experiment '${name}' is deleted.`, {
    hint: 'Restore it, or choose another name.',
  })
}

/** MLflow looks only in the stage where deleting or restoring makes sense and hence finds nothing. */
function createStageError(experimentId: ExperimentId): RunwrightError {
  return new RunwrightError('RESOURCE_DOES_NOT_EXIST', `No Experiment with id=${experimentId} exists`, {
    hint: 'It is already in that state.',
  })
}

function getFirst<T extends Experiment>(experiments: readonly T[]): T {
  const [first] = experiments
  if (first === undefined) throw new TypeError('The experiment is gone within its own transaction.')
  return first
}
