import { type DataFinding, dataTags } from '../protocol/data-versions.ts'
import type { DatasetInput, Tag } from '../protocol/runs.ts'
import type { Sql } from '../store/database.ts'
import { getNumber } from '../store/row.ts'

/**
 * Links datasets to a run. One that the experiment has is not stored twice; a link that is there keeps its tags, unless it
 * was only seen that the program opened the file, and now it is said what for.
 */
export async function writeDatasetInputs(
  sql: Sql,
  run: { readonly rowId: number; readonly experimentRowId: number },
  inputs: readonly DatasetInput[],
): Promise<void> {
  for (const { dataset, tags } of inputs) {
    const { name, digest, sourceType, source, schema = null, profile = null } = dataset
    await sql.run(
      `insert into datasets (experiment, name, digest, source_type, source, schema, profile)
         values (?, ?, ?, ?, ?, ?, ?) on conflict do nothing`,
      run.experimentRowId,
      name,
      digest,
      sourceType,
      source,
      schema,
      profile,
    )
    const row = await sql.get(
      'select id from datasets where experiment = ? and name = ? and digest = ?',
      run.experimentRowId,
      name,
      digest,
    )
    const datasetRowId = getNumber(row ?? {}, 'id')
    const isNew = await sql.run(
      'insert into inputs (run, dataset) values (?, ?) on conflict do nothing',
      run.rowId,
      datasetRowId,
    )
    if (isNew === 0 && !(isFound(tags, 'declared') && (await removeOpened(sql, run.rowId, datasetRowId)))) continue
    for (const { key, value } of tags) {
      await sql.run(
        `insert into input_tags (run, dataset, key, value) values (?, ?, ?, ?)
           on conflict (run, dataset, key) do update set value = excluded.value`,
        run.rowId,
        datasetRowId,
        key,
        value,
      )
    }
  }
}

function isFound(tags: readonly Tag[], finding: DataFinding): boolean {
  return tags.some(({ key, value }) => key === dataTags.found && value === finding)
}

/** Takes the tags from a link to a file that was seen being opened; false for any other. */
async function removeOpened(sql: Sql, runRowId: number, datasetRowId: number): Promise<boolean> {
  const of = 'run = ? and dataset = ?'
  const found = await sql.get(
    `select value from input_tags where ${of} and key = ?`,
    runRowId,
    datasetRowId,
    dataTags.found,
  )
  if (found?.['value'] !== ('opened' satisfies DataFinding)) return false
  await sql.run(`delete from input_tags where ${of}`, runRowId, datasetRowId)
  return true
}

export async function writeRunModels(
  sql: Sql,
  runRowId: number,
  direction: 'input' | 'output',
  models: readonly { readonly modelId: string; readonly step: number }[],
): Promise<void> {
  for (const { modelId, step } of models) {
    await sql.run(
      'insert into run_models (run, direction, model_id, step) values (?, ?, ?, ?) on conflict do nothing',
      runRowId,
      direction,
      modelId,
      step,
    )
  }
}
