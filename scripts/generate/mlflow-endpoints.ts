import { readFile } from 'node:fs/promises'
import { createRegistryRoutes, createRegistryStreams } from '../../src/registry/mlflow-registry-routes.ts'
import { createWebhookRoutes } from '../../src/webhooks/mlflow-webhook-routes.ts'
import { createMlflowRoutes } from '../../src/tracking/mlflow-routes.ts'

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
  const tracking = createMlflowRoutes({ tracking: unused(), artifacts: unused(), uploads: unused(), version: '' })
  const registry = [
    ...createRegistryRoutes(unused()),
    ...createRegistryStreams(unused(), unused()),
    ...createWebhookRoutes(unused()),
  ]
  const routes = [...tracking.rest, ...tracking.streams, ...tracking.bytes, ...registry, ...ownRoutes]
  return new Set(routes.map(({ verb, path }) => `${verb} ${withoutNames(path)}`))
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

/** The two that the engine answers beside the tables. */
const ownRoutes = [
  { verb: 'GET', path: '/health' },
  { verb: 'GET', path: '/version' },
]

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

/** Stands for a feature where only the table over it is asked for: its members are there, and nobody calls them. */
function unused<T extends object>(): T {
  const nothing: object = new Proxy({}, { get: () => nothing })
  // SAFETY: the makers of tables take members out and keep them for later; no later comes here.
  return nothing as T
}
