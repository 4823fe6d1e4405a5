import { RunwrightError } from '../protocol/errors.ts'
import type { Artifacts } from '../tracking/artifacts.ts'

/** A stretch of a log; nothing where there is no log yet. `sizeBytes` is the end of what was looked at. */
export async function readLog(
  artifacts: Artifacts,
  artifactUri: string,
  path: string,
  start: number,
  maxBytes: number,
): Promise<{ bytes: Uint8Array; sizeBytes: number }> {
  try {
    const opened = await artifacts.openBelow(artifactUri, path, { start, end: start + maxBytes })
    return { bytes: new Uint8Array(await new Response(opened.bytes).arrayBuffer()), sizeBytes: opened.sizeBytes }
  } catch (error) {
    if (error instanceof RunwrightError && error.code === 'RESOURCE_DOES_NOT_EXIST') {
      return { bytes: new Uint8Array(), sizeBytes: 0 }
    }
    throw error
  }
}
