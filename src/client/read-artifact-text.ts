import type { Client } from '../protocol/client.ts'
import { RunwrightError } from '../protocol/errors.ts'
import type { RunId } from '../protocol/ids.ts'

/** The whole of a small artifact; undefined when the run has none of that path. */
export async function readArtifactText(client: Client, runId: RunId, path: string): Promise<string | undefined> {
  try {
    return await new Response(await client.download(runId, path)).text()
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined
    throw error
  }
}
