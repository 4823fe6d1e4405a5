import { readFile } from 'node:fs/promises'

/** Numbers that a net takes, and the number of the right class of each row, from 0. */
export interface Table {
  readonly rows: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

/** Each column is divided by it: what the teacher was trained on has to come to it in the same way. */
const scale = Number(process.env['DATA_SCALE'] ?? 1)

/** Reads a CSV file: a line of names, then numbers, the class in the last column. */
export async function loadTable(path: string): Promise<Table> {
  const [, ...lines] = (await readFile(path, 'utf8')).trim().split(/\r?\n/)
  const rows = lines.map((line) => line.split(',').map(Number))
  return {
    rows: rows.map((row) => row.slice(0, -1).map((value) => value / scale)),
    labels: rows.map((row) => row.at(-1) ?? Number.NaN),
  }
}

/** Of every five rows the first tests, the second validates, the others train. */
export function splitTable({ rows, labels }: Table): { train: Table; validation: Table; test: Table } {
  const pick = (isPicked: (place: number) => boolean): Table => ({
    rows: rows.filter((_, index) => isPicked(index % 5)),
    labels: labels.filter((_, index) => isPicked(index % 5)),
  })
  return {
    test: pick((place) => place === 0),
    validation: pick((place) => place === 1),
    train: pick((place) => place > 1),
  }
}
