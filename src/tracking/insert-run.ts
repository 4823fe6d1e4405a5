import { RunwrightError } from '../protocol/errors.ts'
import type { ExperimentId, RunId } from '../protocol/ids.ts'
import type { DatasetInput, Param, RunStatus, Tag } from '../protocol/runs.ts'
import { tagNames } from '../protocol/tag-names.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'
import { getActiveExperimentRow } from './experiment-rows.ts'
import { writeDatasetInputs } from './inputs.ts'
import { writeParams } from './params.ts'
import { createRunName } from './run-names.ts'
import { getRunRow, toRunId } from './run-rows.ts'
import { writeTags } from './tags.ts'
import type { TrackingParts } from './tracking-parts.ts'

/** A run about to be made, with all that chance and clock had to say. */
export interface NewRun {
  readonly runId: RunId
  readonly experimentId: ExperimentId
  readonly name: string
  readonly status: RunStatus
  readonly userId: string
  /** Milliseconds since 1970-01-01 UTC. */
  readonly startTime: number
  readonly params: readonly Param[]
  readonly tags: readonly Tag[]
  readonly inputs: readonly DatasetInput[]
}

/** @throws INVALID_PARAMETER_VALUE when the run is given two names */
export function prepareRun(
  given: Pick<NewRun, 'experimentId'> & Partial<Omit<NewRun, 'runId'>>,
  { now, randomBytes }: Pick<TrackingParts, 'now' | 'randomBytes'>,
): NewRun {
  const { name, tags } = settleName(given, randomBytes)
  return {
    runId: toRunId(Buffer.from(randomBytes(16)).toString('hex')),
    experimentId: given.experimentId,
    name,
    status: given.status ?? 'RUNNING',
    userId: given.userId ?? '',
    startTime: given.startTime ?? now(),
    params: given.params ?? [],
    tags,
    inputs: given.inputs ?? [],
  }
}

/** Within the transaction of whoever needs the run together with something else. @throws RESOURCE_DOES_NOT_EXIST */
export async function insertRun(sql: Sql, run: NewRun): Promise<void> {
  const experiment = await getActiveExperimentRow(sql, run.experimentId)
  await sql.run(
    'insert into runs (run_id, experiment, name, status, user_id, start_time) values (?, ?, ?, ?, ?, ?)',
    run.runId,
    getNumber(experiment, 'id'),
    run.name,
    run.status,
    run.userId,
    run.startTime,
  )
  const rowId = getNumber(await getRunRow(sql, run.runId), 'id')
  await writeParams(sql, rowId, run.runId, run.params)
  await writeTags(sql, 'run', rowId, run.tags)
  await writeDatasetInputs(sql, { rowId, experimentRowId: getNumber(experiment, 'id') }, run.inputs)
}

/** A run's name is kept in its tag too, where older clients look for it. @throws INVALID_PARAMETER_VALUE when they differ */
function settleName(
  { name, tags = [] }: { readonly name?: string; readonly tags?: readonly Tag[] },
  randomBytes: TrackingParts['randomBytes'],
): { name: string; tags: readonly Tag[] } {
  const tagged = tags.find(({ key }) => key === tagNames.runName)?.value
  if (name && tagged && name !== tagged) {
    throw new RunwrightError(
      'INVALID_PARAMETER_VALUE',
      `Both 'run_name' argument and 'mlflow.runName' tag are specified, but with different values ` +
        `(run_name='${name}', mlflow.runName='${tagged}').`,
    )
  }
  const settled = name || tagged || createRunName(randomBytes)
  const others = tags.filter(({ key }) => key !== tagNames.runName)
  return { name: settled, tags: [...others, { key: tagNames.runName, value: settled }] }
}
