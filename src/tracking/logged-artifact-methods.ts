import { parseRunId } from '../protocol/ids.ts'
import { integer, listOf, object, paramsOf, text, textAs } from '../protocol/parse.ts'
import type { Artifacts } from './artifacts.ts'
import { digestArtifact, listLoggedArtifacts, readArtifact, readLoggedTable } from './logged-artifacts.ts'
import type { MethodTable } from './route.ts'
import type { Runs } from './tracking.ts'

const runId = textAs(parseRunId, 'expected the id of a run')
const place = integer(0, Number.MAX_SAFE_INTEGER)

const parseLogged = object({ runIds: listOf(runId, 100) }, { offset: place, limit: integer(1, 10_000) })
const parseRead = object({ runId, path: text }, { start: place, maxBytes: integer(1, 32 * 1024 * 1024) })
const parseDigest = object({ runId, path: text })
const parseTable = object(
  { runId, path: text },
  { columns: listOf(text, 1000), offset: place, limit: integer(1, 200_000) },
)

type LoggedArtifactMethod = 'artifacts/logged' | 'artifacts/read' | 'artifacts/digest' | 'artifacts/table'

/** The typed methods behind what runs have logged beside numbers. Nothing is decided here. */
export function createLoggedArtifactMethods(parts: {
  runs: Runs
  artifacts: Artifacts
}): MethodTable<LoggedArtifactMethod> {
  return {
    'artifacts/logged': {
      parse: paramsOf(parseLogged),
      run: (params) => listLoggedArtifacts(parts, params),
    },
    'artifacts/read': { parse: paramsOf(parseRead), run: (params) => readArtifact(parts, params) },
    'artifacts/digest': { parse: paramsOf(parseDigest), run: (params) => digestArtifact(parts, params) },
    'artifacts/table': { parse: paramsOf(parseTable), run: (params) => readLoggedTable(parts, params) },
  }
}
