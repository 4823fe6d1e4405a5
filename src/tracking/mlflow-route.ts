import type { Message } from '../protocol/mlflow/fields.ts'
import { type Shape, shapeOfObject } from '../protocol/shape.ts'
import { type RestRequest, type RestRoute, type WrittenJson, writtenJson } from './route.ts'

/** A row of MLflow's table: `path` below `/api/2.0/mlflow/`, what it takes, what it does. Answers `{}` for nothing. */
export function mlflowRoute<T>(...row: MlflowRow<T>): RestRoute {
  return routeBelow('/api/2.0/mlflow/', row)
}

/** The same below `/api/3.0/mlflow/`. */
export function mlflow3Route<T>(...row: MlflowRow<T>): RestRoute {
  return routeBelow('/api/3.0/mlflow/', row)
}

type MlflowRow<T> = [
  verb: RestRoute['verb'],
  path: string,
  message: Message<T>,
  run: (request: T, captures: RestRequest['captures']) => Promise<object | void>,
  answers?: Shape,
]

function routeBelow<T>(prefix: string, [verb, path, message, run, answers]: MlflowRow<T>): RestRoute {
  return {
    verb,
    path: prefix + path,
    takes: message.shape,
    ...(answers === undefined ? {} : { answers }),
    async run({ body, query, captures }) {
      const isQuery = verb === 'GET' && query.size > 0
      return (await run(isQuery ? message.parseQuery(query) : message.parse(body), captures)) ?? {}
    },
  }
}

/** MLflow's own UI asks for the same under another name. */
export function withUiAliases<Route extends { readonly path: string }>(routes: readonly Route[]): Route[] {
  const aliased = routes.filter(({ path }) => path.startsWith('/api/'))
  return [...routes, ...aliased.map((route) => ({ ...route, path: `/ajax-api/${route.path.slice('/api/'.length)}` }))]
}

/** A list and the token of the next page, each left out when there is none. */
export function writePage(name: string, items: readonly unknown[], nextPageToken: string | undefined): object {
  return {
    ...(items.length === 0 ? {} : { [name]: items }),
    ...(nextPageToken === undefined ? {} : { next_page_token: nextPageToken }),
  }
}

/** As `writePage`, of items that are JSON already and are sent part by part, while the next part is being read. */
export function writeJsonPage(
  name: string,
  parts: readonly (() => Promise<readonly string[]>)[],
  nextPageToken: string | undefined,
): WrittenJson {
  const last = parts.at(-1)
  if (last === undefined) return { [writtenJson]: ['{}'] }
  async function* write(): AsyncGenerator<string> {
    let [text, separator] = [`{"${name}":[`, '']
    for (const read of parts) {
      const items = await read()
      if (items.length > 0) {
        text += separator + items.join(',')
        separator = ','
      }
      if (read === last) break
      yield text
      text = ''
    }
    yield `${text}]${nextPageToken === undefined ? '' : `,"next_page_token":${JSON.stringify(nextPageToken)}`}}`
  }
  return { [writtenJson]: write() }
}

/** What `writePage` gives. */
export function pageShape(name: string, item: Shape): Shape {
  return shapeOfObject({}, { [name]: { type: 'array', items: item }, next_page_token: { type: 'string' } })
}
