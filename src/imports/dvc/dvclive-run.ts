import { createHash } from 'node:crypto'
import { parse } from 'yaml'
import { isRecord, parseForeignJson } from '../../protocol/json.ts'
import type { ImportedPoints } from '../../protocol/import.ts'
import type { Param, Tag } from '../../protocol/runs.ts'
import { readDelimitedLines, toNumber } from '../delimited-lines.ts'
import { createPointColumns } from '../point-columns.ts'
import type { SourceFile, SourceRun } from '../run-source.ts'
import { type FileTree, readText, toStream } from './file-tree.ts'

const curves = 'plots/metrics/'

/** Folders that dvclive has written, by what it always leaves. */
export function findDvcliveFolders({ files }: FileTree): string[] {
  const folders = new Set<string>()
  for (const path of files.keys()) {
    const [, curve] = /^(.*\/|)plots\/metrics\/.+\.tsv$/.exec(path) ?? []
    if (curve !== undefined) folders.add(curve)
    const [, summary] = /^(.*\/|)metrics\.json$/.exec(path) ?? []
    if (summary !== undefined && files.has(`${summary}params.yaml`)) folders.add(summary)
  }
  return [...folders].toSorted()
}

/** What of a run its files do not say. */
type Named = Pick<SourceRun, 'key' | 'experiment' | 'name' | 'startTime' | 'userId'> & { readonly tags: readonly Tag[] }

/** @param folder with a `/` at its end, or empty */
export async function readDvcliveRun(tree: FileTree, folder: string, named: Named): Promise<SourceRun> {
  const paths = [...tree.files.keys()].filter((path) => path.startsWith(folder)).toSorted()
  const hash = createHash('sha256')
  for (const path of paths) hash.update(`${path}\0${await tree.stamp(path)}\0`)
  const text = async (name: string) => (tree.files.has(folder + name) ? readText(tree.open(folder + name)) : undefined)
  return {
    ...named,
    experimentTags: [],
    status: 'FINISHED',
    params: flatten(parseYaml((await text('params.yaml')) ?? '')),
    datasets: [],
    fingerprint: hash.digest('hex'),
    points: () => readPoints(tree, folder, paths),
    artifacts: () => listFiles(tree, folder, paths),
  }
}

/** Each curve, and of what has none its last value. */
async function* readPoints(tree: FileTree, folder: string, paths: readonly string[]): AsyncGenerator<ImportedPoints> {
  const known = new Set<string>()
  for (const path of paths) {
    if (!path.startsWith(folder + curves) || !path.endsWith('.tsv')) continue
    const key = path.slice(folder.length + curves.length, -'.tsv'.length)
    known.add(key)
    yield* readCurve(key, tree.open(path))
  }
  if (!tree.files.has(`${folder}metrics.json`)) return
  const summary = parseForeignJson(await readText(tree.open(`${folder}metrics.json`)))
  const values = flatten(summary, '/')
  const step = toNumber(values.find(({ key }) => key === 'step')?.value) ?? 0
  const columns = createPointColumns()
  for (const { key, value } of values) {
    const number = toNumber(value)
    if (key !== 'step' && !known.has(key) && number !== undefined) columns.add(key, step, 0, number)
  }
  yield* columns.take()
}

/** Columns `timestamp` (where it was asked for), `step` and the metric. Without times all points have the same. */
async function* readCurve(key: string, bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ImportedPoints> {
  const columns = createPointColumns()
  let names: readonly string[] | undefined
  for await (const cells of readDelimitedLines(bytes, '\t')) {
    if (names === undefined) {
      names = cells
      continue
    }
    const cell = (name: string) => toNumber(cells[names?.indexOf(name) ?? -1])
    const value = toNumber(cells.at(-1))
    if (value !== undefined) columns.add(key, cell('step') ?? 0, cell('timestamp') ?? 0, value)
    if (columns.isFull) yield* columns.take()
  }
  yield* columns.take()
}

/** Pictures and what else lies there; numbers and params have come otherwise. */
async function* listFiles(tree: FileTree, folder: string, paths: readonly string[]): AsyncGenerator<SourceFile> {
  if (folder === '') return
  for (const path of paths) {
    const name = path.slice(folder.length)
    if (name.startsWith(curves) || name === 'metrics.json' || name === 'params.yaml') continue
    yield { path: name, sizeBytes: tree.files.get(path) ?? 0, open: async () => toStream(tree.open(path)) }
  }
}

function parseYaml(text: string): unknown {
  const value: unknown = parse(text, { maxAliasCount: 100 })
  return value
}

/** The leaves of nested values, by their path. */
export function flatten(value: unknown, between = '.', path = ''): Param[] {
  if (!isRecord(value)) {
    return path === '' ? [] : [{ key: path, value: typeof value === 'string' ? value : JSON.stringify(value) }]
  }
  return Object.entries(value).flatMap(([name, inside]) =>
    flatten(inside, between, path === '' ? name : `${path}${between}${name}`),
  )
}
