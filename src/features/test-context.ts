import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import type { NodeCommand } from '../base/node-command.ts'
import { parseProjectFile } from '../protocol/project-file.ts'
import { type FeatureContext, type FeatureProgress, locateFeatures } from './feature-context.ts'

export const testDuckdb: NodeCommand = {
  file: process.execPath,
  args: [fileURLToPath(new URL('../data/duckdb/worker.ts', import.meta.url))],
  env: {},
}

/** A temporary repository with feature sets. */
export interface TestFeatures extends AsyncDisposable {
  readonly root: string
  readonly events: readonly FeatureProgress[]
  write(file: string, content: string | Uint8Array): Promise<string>
  /** @param declared what stands below `featureSets` in runwright.yaml, as an object */
  context(declared: object, signal?: AbortSignal): Promise<FeatureContext>
}

export async function openTestFeatures(): Promise<TestFeatures> {
  const root = await realpath(await mkdtemp(path.join(os.tmpdir(), 'runwright-features-')))
  const events: FeatureProgress[] = []
  return {
    root,
    events,
    async write(file, content) {
      const full = path.join(root, file)
      await mkdir(path.dirname(full), { recursive: true })
      await writeFile(full, content)
      return full
    },
    context: async (declared, signal = new AbortController().signal) => ({
      ...(await locateFeatures(root)),
      featureSets: parseProjectFile(JSON.stringify({ featureSets: declared })).featureSets,
      duckdb: testDuckdb,
      memoryBytes: 512 * 2 ** 20,
      threads: 2,
      now: Date.now,
      signal,
      progress: (event) => events.push(event),
    }),
    [Symbol.asyncDispose]: () => rm(root, { recursive: true, force: true }),
  }
}
