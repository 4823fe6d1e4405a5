import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parse } from 'yaml'
import { RunwrightError } from '../../protocol/errors.ts'
import { recordOf } from '../../protocol/json.ts'
import { traceKeys } from '../../protocol/traces.ts'
import { isFolder, listFolders } from '../local-files.ts'
import type { SourceTrace } from '../run-source.ts'
import { findArtifactFolder } from './artifact-folder.ts'
import type { FolderExperiment } from './folder-run.ts'
import { openKeptTrace } from './kept-trace.ts'
import { readKeyFiles } from './read-meta.ts'
import { fingerprintOf, readTraceInfo } from './told-trace.ts'

/** Traces of a folder `mlruns/EXPERIMENT`. */
export async function* readFolderTraces(experiment: FolderExperiment): AsyncGenerator<SourceTrace> {
  for (const name of await listFolders(join(experiment.folder, 'traces'))) {
    const folder = join(experiment.folder, 'traces', name)
    const told = await readYaml(join(folder, 'trace_info.yaml'))
    // It is not there yet, or not any more.
    if (told === undefined) continue
    const entries = async (part: string) =>
      Object.fromEntries((await readKeyFiles(join(folder, part))).map(({ key, value }) => [key, value]))
    const [metadata, tags] = [await entries('request_metadata'), await entries('tags')]
    const trace = readTraceInfo({
      ...told,
      // Versions before 3 know it by the name of its folder.
      trace_metadata: metadata,
      request_metadata: metadata,
      tags,
      assessments: await readAssessments(join(folder, 'assessments')),
    })
    yield {
      traceId: trace.traceId,
      experiment: experiment.name,
      info: trace.info,
      fingerprint: fingerprintOf(trace),
      async open() {
        const inside = join(folder, 'artifacts')
        if (await isFolder(inside)) return openKeptTrace(inside)
        return openKeptTrace(findArtifactFolder(tags[traceKeys.artifactLocation] ?? '', name, ''))
      },
    }
  }
}

async function readAssessments(folder: string): Promise<object[]> {
  if (!(await isFolder(folder))) return []
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()
  const read = await Promise.all(names.map((name) => readYaml(join(folder, name))))
  return read.filter((assessment) => assessment !== undefined)
}

/** As PyYAML writes it. @returns undefined where there is none @throws INVALID_PARAMETER_VALUE */
async function readYaml(path: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const content = await readFile(path, 'utf8').catch(() => undefined)
  if (content === undefined) return undefined
  try {
    return recordOf(parse(content, { version: '1.1', maxAliasCount: 0 }))
  } catch (cause) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `${path} is no YAML`, { cause })
  }
}
