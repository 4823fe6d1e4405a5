import { RunwrightError } from '../../../src/protocol/errors.ts'
import type { RunId } from '../../../src/protocol/ids.ts'
import type { Host } from '../../shared/host.ts'
import { toSizeText } from '../../shared/size-text.ts'
import { text } from '../../shared/texts.ts'

/** The greatest part that the engine reads at once. */
const maxBytes = 32 * 1024 * 1024
/** Pictures that were shown are kept up to this much, so that going back a step waits for nothing. */
const keptBytes = 64 * 1024 * 1024

export interface ReadBytes {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Of the whole artifact. */
  readonly sizeBytes: number
}

export interface ArtifactBytes {
  /** The first bytes of an artifact. */
  read(runId: RunId, path: string, maxBytes: number): Promise<ReadBytes>
  /** All of it. @throws INVALID_PARAMETER_VALUE when it is larger than 32 MB */
  readWhole(runId: RunId, path: string): Promise<Uint8Array<ArrayBuffer>>
  /** A run has logged something, which may have taken the place of what was read. */
  forget(runId: RunId): void
}

export function createArtifactBytes(host: Pick<Host, 'call'>): ArtifactBytes {
  const kept = new Map<string, { runId: RunId; sizeBytes: number; bytes: Promise<Uint8Array<ArrayBuffer>> }>()

  async function read(runId: RunId, path: string, maxBytes: number): Promise<ReadBytes> {
    const { bytes, sizeBytes } = await host.call('artifacts/read', { runId, path, maxBytes })
    return { bytes: new Uint8Array(bytes), sizeBytes }
  }

  async function readAll(runId: RunId, path: string): Promise<Uint8Array<ArrayBuffer>> {
    const { bytes, sizeBytes } = await read(runId, path, maxBytes)
    if (bytes.length === sizeBytes) return bytes
    throw new RunwrightError('INVALID_PARAMETER_VALUE', text('artifacts.tooLarge', { size: toSizeText(sizeBytes) }))
  }

  function dropOldest(): void {
    let sum = 0
    for (const [key, { sizeBytes }] of [...kept].toReversed()) {
      sum += sizeBytes
      if (sum > keptBytes) kept.delete(key)
    }
  }

  return {
    read,
    readWhole(runId, path) {
      const key = `${runId}/${path}`
      const known = kept.get(key)
      kept.delete(key)
      const entry = known ?? { runId, sizeBytes: 0, bytes: readAll(runId, path) }
      kept.set(key, entry)
      if (known === undefined) {
        entry.bytes.then(
          ({ length }) => {
            entry.sizeBytes = length
            dropOldest()
          },
          () => kept.delete(key),
        )
      }
      return entry.bytes
    },
    forget(runId) {
      for (const [key, entry] of kept) if (entry.runId === runId) kept.delete(key)
    },
  }
}
