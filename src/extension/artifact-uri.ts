import { parseRunId, type RunId } from '../protocol/ids.ts'

/** The scheme under which an artifact of any run opens in an editor, read-only. */
export const artifactScheme = 'runwright-artifact'

export interface ArtifactAddress {
  readonly connectionId: string
  readonly runId: RunId
  /** Relative to the run's artifact root; empty for the root itself. */
  readonly path: string
}

/** The parts of a URI; VS Code's `Uri.from` takes them and does the escaping. */
export function toArtifactUri({ connectionId, runId, path }: ArtifactAddress) {
  return { scheme: artifactScheme, authority: connectionId, path: `/${runId}${path === '' ? '' : `/${path}`}` }
}

/** Undefined when the URI names no artifact of a run. */
export function parseArtifactUri(uri: {
  readonly authority: string
  readonly path: string
}): ArtifactAddress | undefined {
  const [, first = '', ...rest] = uri.path.split('/')
  const runId = parseRunId(first)
  return runId && { connectionId: uri.authority, runId, path: rest.join('/') }
}
