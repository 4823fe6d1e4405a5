import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { createHash } from 'node:crypto'
import { RunwrightError } from '../protocol/errors.ts'
import type { ImportedPoints } from '../protocol/import.ts'
import { readDelimitedLines, toNumber } from './delimited-lines.ts'
import { listLocalFiles, resolveNamed } from './local-files.ts'
import { noFiles, withRunsAlone } from './plain-source.ts'
import { createPointColumns } from './point-columns.ts'
import type { RunSource, SourceRun } from './run-source.ts'

export interface CsvOptions {
  /** Of the runs. */
  readonly experiment: string
  /** The column with the step; default: the first of the usual ones that is there, else lines are counted. */
  readonly stepColumn: string | undefined
  /** The column with the time, in seconds or milliseconds since 1970-01-01 UTC. */
  readonly timeColumn: string | undefined
}

/** In this order, as loggers call them. */
const usualSteps = ['step', 'global_step', 'epoch', 'iteration', 'iter']

/**
 * Runs as tables: a file, or each `.csv` and `.tsv` of a folder, is a run, and each column of numbers a metric.
 *
 * @throws RESOURCE_DOES_NOT_EXIST where there is no table
 */
export async function openCsv(named: string, options: CsvOptions): Promise<RunSource> {
  const path = await resolveNamed(named)
  const isFile = (await stat(path)).isFile()
  const files: string[] = isFile ? [basename(path)] : []
  const root = isFile ? dirname(path) : path
  if (!isFile) {
    for await (const file of listLocalFiles(path)) if (/\.[ct]sv$/i.test(file.path)) files.push(file.path)
  }
  if (files.length === 0) {
    throw new RunwrightError('RESOURCE_DOES_NOT_EXIST', `There is no table at ${path}.`, {
      hint: 'Name a .csv or .tsv file, or a folder with some.',
    })
  }
  return {
    kind: 'csv',
    runCount: files.length,
    async *runs() {
      for (const name of files) yield await readRun(join(root, ...name.split('/')), name, options)
    },
    ...withRunsAlone,
  }
}

async function readRun(path: string, name: string, options: CsvOptions): Promise<SourceRun> {
  const { size, mtimeMs, birthtimeMs } = await stat(path)
  return {
    key: name,
    name: name.replace(/\.[ct]sv$/i, ''),
    experiment: options.experiment,
    experimentTags: [],
    status: 'FINISHED',
    userId: '',
    startTime: Math.floor(Math.min(birthtimeMs, mtimeMs)),
    params: [],
    tags: [],
    datasets: [],
    fingerprint: createHash('sha256')
      .update(JSON.stringify([size, mtimeMs, options]))
      .digest('hex'),
    points: () => readPoints(path, options),
    artifacts: noFiles,
  }
}

async function* readPoints(path: string, { stepColumn, timeColumn }: CsvOptions): AsyncGenerator<ImportedPoints> {
  const columns = createPointColumns()
  const delimiter = /\.tsv$/i.test(path) ? '\t' : ','
  let names: readonly string[] | undefined
  let [stepIndex, timeIndex, count] = [-1, -1, 0]
  for await (const cells of readDelimitedLines(createReadStream(path), delimiter)) {
    if (names === undefined) {
      names = cells.map((name) => name.trim())
      stepIndex =
        findColumn(names, path, stepColumn) ?? names.findIndex((name) => usualSteps.includes(name.toLowerCase()))
      timeIndex = findColumn(names, path, timeColumn) ?? -1
      continue
    }
    const step = stepIndex === -1 ? count : toNumber(cells[stepIndex])
    const timestamp = timeIndex === -1 ? 0 : toMilliseconds(toNumber(cells[timeIndex]))
    count += 1
    for (const [index, name] of names.entries()) {
      const value = index === stepIndex || index === timeIndex ? undefined : toNumber(cells[index])
      if (value !== undefined && step !== undefined) columns.add(name, Math.round(step), timestamp, value)
    }
    if (columns.isFull) yield* columns.take()
  }
  yield* columns.take()
}

/** @throws INVALID_PARAMETER_VALUE when a column that was named is not there */
function findColumn(names: readonly string[], path: string, named: string | undefined): number | undefined {
  if (named === undefined) return undefined
  const index = names.indexOf(named)
  if (index !== -1) return index
  throw new RunwrightError(
    'INVALID_PARAMETER_VALUE',
    `${path} has no column "${named}"; there are: ${names.join(', ')}`,
  )
}

/** Nobody's seconds reach the milliseconds of 1973. */
function toMilliseconds(time: number | undefined): number {
  if (time === undefined || !Number.isFinite(time) || time < 0) return 0
  return Math.round(time < 1e11 ? time * 1000 : time)
}
