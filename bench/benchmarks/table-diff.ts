import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { isRecord } from '../../src/protocol/json.ts'
import { writeTable } from '../../src/data/content/write-table.ts'
import { defineBenchmark } from '../benchmark.ts'

const cli = join(import.meta.dirname, '../../dist/cli.js')

export default defineBenchmark({
  name: 'table-diff',
  summary:
    'runwright data compare of two Parquet files of 1,000,000 rows and 10 columns: 1 % of the rows added, 1 % removed, 1.5 % changed; hashes of the files, rows by key, statistics and distributions of all columns, in two processes from their start to their end',
  measures: {
    cpu: { label: 'processor time of both processes', unit: 's', target: { atMost: 1 } },
    wall: { label: 'from the start to the end', unit: 's' },
    wholeRows: { label: 'processor time where no column is a key', unit: 's' },
  },
  async open({ isQuick, folder }) {
    const rows = isQuick ? 50_000 : 1_000_000
    const files = { old: join(folder, 'old.parquet'), new: join(folder, 'new.parquet') }
    const keyless = { old: join(folder, 'old-keyless.parquet'), new: join(folder, 'new-keyless.parquet') }
    await writeTable(files.old, oldRows(rows), 'FORMAT parquet')
    await writeTable(files.new, newRows(rows), 'FORMAT parquet')
    for (const side of ['old', 'new'] as const) {
      const without = `SELECT * EXCLUDE (id, note), id % 1000 AS part, id // 7 AS seventh FROM '${files[side]}'`
      await writeTable(keyless[side], without, 'FORMAT parquet')
    }
    return {
      async ours() {
        const { cpuSeconds, wallSeconds } = await compare(files, 'id')
        return { cpu: cpuSeconds, wall: wallSeconds, wholeRows: (await compare(keyless, undefined)).cpuSeconds }
      },
      [Symbol.asyncDispose]: async () => undefined,
    }
  },
})

function oldRows(rows: number): string {
  return `SELECT i AS id, (hash(i) % 1000)::INTEGER AS a, hash(i * 7) / 1e18 AS b, hash(i * 23) / 1e19 AS x,
    (hash(i * 29) % 1000003) / 1e4 AS y, 'user_' || hash(i * 3) % 5000 AS name,
    ['red', 'green', 'blue'][1 + (hash(i * 5) % 3)::INTEGER] AS color, DATE '2020-01-01' + (i % 2000)::INTEGER AS day,
    hash(i * 11) % 2 = 0 AS flag, 'text number ' || i AS note FROM range(${rows}) r(i)`
}

function newRows(rows: number): string {
  return `SELECT * REPLACE (CASE WHEN hash(id * 13) % 100 = 0 THEN x + 1 ELSE x END AS x,
    CASE WHEN hash(id * 17) % 200 = 0 THEN 'black' ELSE color END AS color)
    FROM (${oldRows(rows)}) WHERE hash(id * 19) % 100 <> 0
    UNION ALL SELECT * REPLACE (id + ${rows} AS id) FROM (${oldRows(Math.floor(rows / 100))})`
}

/** `time` of bash counts the processor time of a program and of all that it has waited for. */
async function compare(files: { readonly old: string; readonly new: string }, key: string | undefined) {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@"'
  const words = [process.execPath, cli, 'data', 'compare', files.old, files.new, '--json', '--workspace', '/']
  const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script, 'time', ...words], { maxBuffer: 1 << 26 })
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = stderr.trim().split(' ').map(Number)
  checkKey(stdout, key)
  return { wallSeconds: wall, cpuSeconds: user + system }
}

/** A figure counts for the work that it is said to be. */
function checkKey(output: string, key: string | undefined): void {
  const parsed: unknown = JSON.parse(output)
  const content = isRecord(parsed) ? parsed['content'] : undefined
  const rows = isRecord(content) && isRecord(content['rows']) ? content['rows'] : {}
  if (JSON.stringify(rows['key']) !== JSON.stringify(key === undefined ? [] : [key])) {
    throw new Error(`Rows were matched by ${JSON.stringify(rows['key'])}.`)
  }
}
