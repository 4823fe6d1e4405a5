import { RunwrightError } from '../protocol/errors.ts'

export interface Match<Route> {
  readonly route: Route
  readonly captures: Readonly<Record<string, string>>
}

/** Finds the route of a verb and a path. @throws ENDPOINT_NOT_FOUND, BAD_REQUEST for a path that is not UTF-8 */
export type Router<Route> = (verb: string, path: string) => Match<Route>

interface Pattern<Route> {
  readonly verb: string
  readonly expression: RegExp
  readonly names: readonly string[]
  readonly route: Route
}

const noCaptures: Readonly<Record<string, string>> = Object.freeze({})

/**
 * Paths are literal, or have `{name}` for one component and `{name*}` for the rest. A literal path wins over a
 * pattern, then the pattern listed first.
 *
 * @throws Error when two routes have the same verb and path
 */
export function createRouter<Route extends { readonly verb: string; readonly path: string }>(
  routes: readonly Route[],
): Router<Route> {
  const literals = new Map<string, Match<Route>>()
  const patterns: Pattern<Route>[] = []
  const seen = new Set<string>()
  for (const route of routes) {
    const name = `${route.verb} ${route.path}`
    if (seen.has(name)) throw new Error(`Two routes are ${name}.`)
    seen.add(name)
    if (route.path.includes('{')) patterns.push(compile(route))
    else literals.set(name, { route, captures: noCaptures })
  }
  return (verb, path) => {
    const literal = literals.get(`${verb} ${path}`)
    if (literal !== undefined) return literal
    for (const pattern of patterns) {
      const found = pattern.verb === verb ? pattern.expression.exec(path) : null
      if (found !== null) return { route: pattern.route, captures: decodeCaptures(pattern.names, found.slice(1)) }
    }
    throw new RunwrightError('ENDPOINT_NOT_FOUND', `There is no ${verb} ${path}.`)
  }
}

function compile<Route extends { readonly verb: string; readonly path: string }>(route: Route): Pattern<Route> {
  const names: string[] = []
  const source = route.path
    .split('/')
    .map((part) => {
      const name = /^\{(\w+)(\*?)\}$/.exec(part)
      if (name === null) return RegExp.escape(part)
      names.push(name[1] ?? '')
      return name[2] === '*' ? '(.*)' : '([^/]+)'
    })
    .join('/')
  return { verb: route.verb, expression: new RegExp(`^${source}$`, 's'), names, route }
}

function decodeCaptures(names: readonly string[], values: readonly string[]): Readonly<Record<string, string>> {
  try {
    return Object.fromEntries(names.map((name, index) => [name, decodeURIComponent(values[index] ?? '')]))
  } catch {
    throw new RunwrightError('BAD_REQUEST', 'The path is not percent-encoded UTF-8.')
  }
}
