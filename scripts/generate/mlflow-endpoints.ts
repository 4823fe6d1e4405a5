import { readFile } from 'node:fs/promises'
import { createUnusedRoutes } from './unused-routes.ts'

/** A route of MLflow's server. */
export interface MlflowEndpoint {
  /** A: training and registry; B: what else is meant to be answered. */
  readonly tier: string
  readonly group: string
  readonly method: string
  /** With names in braces for what differs. */
  readonly path: string
}

/** The routes of MLflow 3.17.2 that we mean to answer, as read from its own tables. */
export async function loadMlflowEndpoints(): Promise<readonly MlflowEndpoint[]> {
  const text = await readFile(new URL('mlflow-endpoints.tsv', import.meta.url), 'utf8')
  return text.split('\n').flatMap((line) => {
    const [tier = '', group = '', method = '', path] = line.split('\t')
    return path === undefined || tier.startsWith('#') ? [] : [{ tier, group, method, path }]
  })
}

/** Methods and paths that our own tables have, for `isAnswered`. */
export function listAnswered(): ReadonlySet<string> {
  return new Set(createUnusedRoutes().routes.map(({ verb, path }) => `${verb} ${withoutNames(path)}`))
}

export function isAnswered({ method, path }: MlflowEndpoint, answered: ReadonlySet<string>): boolean {
  return answered.has(`${method} ${withoutNames(path)}`)
}

/** The route that a request is of; a path without names goes before one that has some. */
export function findEndpoint(
  endpoints: readonly MlflowEndpoint[],
  method: string,
  path: string,
): MlflowEndpoint | undefined {
  const fits = endpoints.filter((endpoint) => endpoint.method === method && toPattern(endpoint.path).test(path))
  return fits.toSorted((a, b) => withoutNames(a.path).split('*').length - withoutNames(b.path).split('*').length)[0]
}

function withoutNames(path: string): string {
  return path.replaceAll(/\{[^}]*\}/g, '*')
}

function toPattern(path: string): RegExp {
  // What is below an artifact root has slashes of its own.
  const pattern = path.split(/(\{[^}]*\})/).map((part) => {
    if (!part.startsWith('{')) return RegExp.escape(part)
    return part === '{artifact_path}' ? '.+' : '[^/]+'
  })
  return new RegExp(`^${pattern.join('')}$`)
}
