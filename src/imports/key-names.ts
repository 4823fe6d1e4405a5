import { limits } from '../protocol/mlflow/names.ts'

/**
 * A key as it may be here, by MLflow's rule: letters, digits, `_-.:/` and spaces. Other characters become `_`, and what
 * would not resolve to itself as a path is made to.
 */
export function toKey(name: string): string {
  const parts = name
    .replaceAll(/[^/\p{L}\p{N}_.\- :]/gu, '_')
    .slice(0, limits.key)
    .split('/')
    .filter((part) => part !== '' && part !== '.' && part !== '..')
  return parts.join('/') || '_'
}
