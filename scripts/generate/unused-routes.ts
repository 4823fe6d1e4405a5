import { createMethods } from '../../src/engine/methods.ts'
import { createRoutes } from '../../src/engine/routes.ts'
import { createRunNotebooks } from '../../src/engine/run-notebooks.ts'
import type { HttpRoute } from '../../src/engine/http-server.ts'
import type { MethodName } from '../../src/protocol/methods.ts'
import type { MethodTable } from '../../src/tracking/route.ts'

/** All routes and methods of an engine, without an engine behind them: to be listed, not to be called. */
export function createUnusedRoutes(): { routes: readonly HttpRoute[]; methods: MethodTable<MethodName> } {
  const methods = createMethods({
    tracking: unused(),
    artifacts: unused(),
    artifactStore: unused(),
    registry: unused(),
    compute: unused(),
    kernels: unused(),
    runNotebooks: createRunNotebooks(unused()),
    lineage: unused(),
    parts: unused(),
    facts: unused(),
  })
  const { routes } = createRoutes({
    tracking: unused(),
    artifacts: unused(),
    uploads: unused(),
    registry: unused(),
    webhooks: unused(),
    methods,
    events: unused(),
    token: undefined,
    version: '',
  })
  return { routes, methods }
}

/** Stands for a feature where only the table over it is asked for: its members are there, and nobody calls them. */
function unused<T extends object>(): T {
  const nothing: object = new Proxy({}, { get: () => nothing })
  // SAFETY: the makers of tables take members out and keep them for later; no later comes here.
  return nothing as T
}
