import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readArtifactText } from '../../client/read-artifact-text.ts'
import type { Client } from '../../protocol/client.ts'
import { compressionArtifacts, parseSearchReport, type SearchReport } from '../../protocol/compression.ts'
import type { SearchPlace } from '../../protocol/compression-page-messages.ts'
import { RunwrightError } from '../../protocol/errors.ts'
import { parseForeignJson } from '../../protocol/json.ts'
import { hasEnded } from '../../protocol/runs.ts'
import { localize } from '../localize.ts'

/** What a search has found, and whether there may be more. */
export interface LoadedSearch {
  /** Undefined before the first candidate. */
  readonly report: SearchReport | undefined
  /** Its run has ended. */
  readonly hasEnded: boolean
}

/**
 * Reads what a search has found so far.
 *
 * @param client of the run's connection
 * @throws BAD_REQUEST when a file has no results
 */
export async function loadSearch(place: SearchPlace, client: () => Promise<Client>): Promise<LoadedSearch> {
  if (place.kind === 'file') {
    return { report: read(await readFile(place.path, 'utf8'), basename(place.path)), hasEnded: true }
  }
  const { runId } = place
  const engine = await client()
  const { run } = await engine.call('runs/get', { runId })
  const text = await readArtifactText(engine, runId, compressionArtifacts.search)
  const report = text === undefined ? undefined : read(text, compressionArtifacts.search)
  return { report, hasEnded: hasEnded(run.status) }
}

function read(text: string, name: string): SearchReport {
  try {
    return parseSearchReport(parseForeignJson(text))
  } catch (cause) {
    throw new RunwrightError('BAD_REQUEST', localize('{name} has no results of a compression.', { name }), {
      cause,
      hint: localize('“runwright compress --json” prints them.'),
    })
  }
}
