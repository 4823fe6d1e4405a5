import { join } from 'node:path'
import { toLocalPath } from '../local-files.ts'

/**
 * Where the artifacts of a run or model lie on this machine. MLflow puts its id among the folders; a place without it
 * would be one that a stranger's file names, of anybody's files.
 *
 * @param id of the run or model
 * @param proxied where `mlflow-artifacts:` leads to
 * @returns undefined when they are elsewhere
 */
export function findArtifactFolder(uri: string, id: string, proxied: string): string | undefined {
  const [, inside] = /^mlflow-artifacts:(?:\/\/[^/]*)?\/?(.*)$/s.exec(uri) ?? []
  const path = inside ?? (uri === '' ? undefined : toLocalPath(uri))
  const parts = path?.split(/[/\\]/) ?? []
  if (path === undefined || parts.includes('..') || !parts.includes(id)) return undefined
  return inside === undefined ? path : join(proxied, ...parts.filter((part) => part !== ''))
}
