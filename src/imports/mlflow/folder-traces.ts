import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { traceKeys } from '../../protocol/traces.ts'
import { isFolder, listFolders } from '../local-files.ts'
import type { SourceTrace } from '../run-source.ts'
import { findArtifactFolder } from './artifact-folder.ts'
import type { FolderExperiment } from './folder-run.ts'
import { openKeptTrace } from './kept-trace.ts'
import { readKeyFiles, readYaml } from './read-meta.ts'
import { fingerprintOf, readTraceInfo } from './told-trace.ts'

/** By PyYAML. */
const asWritten = { version: '1.1' } as const

/** Traces of a folder `mlruns/EXPERIMENT`. */
export async function* readFolderTraces(experiment: FolderExperiment): AsyncGenerator<SourceTrace> {
  for (const name of await listFolders(join(experiment.folder, 'traces'))) {
    const folder = join(experiment.folder, 'traces', name)
    const told = await readYaml(join(folder, 'trace_info.yaml'), asWritten)
    // It is not there yet, or not any more.
    if (told === undefined) continue
    const metadata = await readKeyFiles(join(folder, 'request_metadata'))
    const tags = await readKeyFiles(join(folder, 'tags'))
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
        const location = tags.find(({ key }) => key === traceKeys.artifactLocation)?.value ?? ''
        return openKeptTrace(findArtifactFolder(location, name, ''))
      },
    }
  }
}

async function readAssessments(folder: string): Promise<object[]> {
  if (!(await isFolder(folder))) return []
  const names = (await readdir(folder)).filter((name) => name.endsWith('.yaml')).toSorted()
  const read = await Promise.all(names.map((name) => readYaml(join(folder, name), asWritten)))
  return read.filter((assessment) => assessment !== undefined)
}
