import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { SourceRun } from './run-source.ts'

/** For tests: does work in a folder with these files, which is then removed. */
export async function inFolder<T>(
  files: Readonly<Record<string, Uint8Array | string>>,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'runwright-import-'))
  try {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), content)
    }
    return await work(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** For tests: the points of a run as step, value and time, by metric. */
export async function readSeries(run: SourceRun): Promise<Record<string, [number, number, number][]>> {
  const series: Record<string, [number, number, number][]> = {}
  for await (const { key, steps, values, timestamps } of run.points()) {
    const list = (series[key] ??= [])
    for (const [index, step] of steps.entries()) {
      list.push([step, values[index] ?? Number.NaN, timestamps[index] ?? Number.NaN])
    }
  }
  return series
}
