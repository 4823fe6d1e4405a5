import { RunwrightError } from '../protocol/errors.ts'
import { parseExperimentId, parseRunId, type ExperimentId, type RunId } from '../protocol/ids.ts'

/** Components of a path below the artifact folder; none of them is empty, `.`, `..` or hides a separator. */
export type ArtifactPath = readonly string[]

/** File systems refuse longer names. */
const maxComponentBytes = 255

/** With the folder in front, systems refuse paths from some 4,000 on, but only once half of the folders are made. */
const maxPathBytes = 2048

/**
 * Splits what a client wrote. A slash at the end is left out.
 *
 * @throws INVALID_PARAMETER_VALUE for anything that could name a file outside the folder, on any platform
 */
export function parseArtifactPath(text: string): ArtifactPath {
  const path = text.endsWith('/') ? text.slice(0, -1) : text
  if (path === '') return []
  if (Buffer.byteLength(path) > maxPathBytes) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Invalid path: it is over ${maxPathBytes} bytes.`)
  }
  const components = path.split('/')
  for (const component of components) {
    const isSafe = component !== '' && component !== '.' && component !== '..' && !/[\0\\]/.test(component)
    if (!isSafe || isDriveOrStream(component)) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', 'Invalid path', {
        hint: 'Artifact paths are relative, with "/" between names and without "." or ".." among them.',
      })
    }
    if (Buffer.byteLength(component) > maxComponentBytes) {
      throw new RunwrightError('INVALID_PARAMETER_VALUE', `Invalid path: a name is over ${maxComponentBytes} bytes.`)
    }
  }
  return components
}

/** `C:` and `name:stream` are more than names on Windows. */
function isDriveOrStream(component: string): boolean {
  return process.platform === 'win32' && component.includes(':')
}

/**
 * Where an artifact of a run or model lies: its URI such as `mlflow-artifacts:/1/0123…/artifacts`, and a path below.
 *
 * @throws INVALID_PARAMETER_VALUE for a URI that is not kept here
 */
export function locateArtifact(artifactUri: string, path = ''): ArtifactPath {
  const inside = /^mlflow-artifacts:\/+(.*)$/s.exec(artifactUri)?.[1]
  if (inside === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `Artifacts at ${artifactUri} are not kept by this engine.`)
  }
  return [...parseArtifactPath(inside), ...parseArtifactPath(path)]
}

/** Which run an artifact belongs to: the folders are `<experiment>/<run>/artifacts/…`. */
export function findOwner(path: ArtifactPath): { experimentId: ExperimentId; runId: RunId } | undefined {
  const [experiment = '', run = '', folder] = path
  const experimentId = parseExperimentId(experiment)
  const runId = parseRunId(run)
  if (folder !== 'artifacts' || experimentId === undefined || runId === undefined) return undefined
  return { experimentId, runId }
}
