import { readFile } from 'node:fs/promises'

/** Images of 64 grey values each, scaled to 0 … 1, and the digit that each shows. */
export interface Digits {
  readonly images: readonly (readonly number[])[]
  readonly labels: readonly number[]
}

/** Reads data/digits.csv and splits it: of every five rows, the first tests, the second validates, the others train. */
export async function loadDigits(): Promise<{ train: Digits; validation: Digits; test: Digits }> {
  const text = await readFile(new URL('data/digits.csv', import.meta.url), 'utf8')
  const [, ...lines] = text.trim().split('\n')
  const rows = lines.map((line) => line.split(',').map(Number))
  const pick = (isPicked: (index: number) => boolean): Digits => {
    const picked = rows.filter((_, index) => isPicked(index))
    return {
      images: picked.map((row) => row.slice(0, -1).map((value) => value / 16)),
      labels: picked.map((row) => row.at(-1) ?? Number.NaN),
    }
  }
  return {
    test: pick((index) => index % 5 === 0),
    validation: pick((index) => index % 5 === 1),
    train: pick((index) => index % 5 > 1),
  }
}
