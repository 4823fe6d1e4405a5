import type { Client } from '../protocol/client.ts'
import { type CandidateLayers, compressionArtifacts, parseCandidateLayers } from '../protocol/compression.ts'
import type { RunId } from '../protocol/ids.ts'
import { parseForeignJson } from '../protocol/json.ts'
import { readArtifactText } from './read-artifact-text.ts'

/** What a candidate's run holds of its layers; undefined when it is of a version that kept none. */
export async function loadCandidateLayers(client: Client, runId: RunId): Promise<CandidateLayers | undefined> {
  const text = await readArtifactText(client, runId, compressionArtifacts.layers)
  return text === undefined ? undefined : parseCandidateLayers(parseForeignJson(text))
}
