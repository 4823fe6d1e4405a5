import { type DataVersion, dataTags, digestOf, formatDataSource, parseDataSource } from '../protocol/data-versions.ts'
import { parseRunId } from '../protocol/ids.ts'
import type { MethodName } from '../protocol/methods.ts'
import { checkNewAlias, checkRegisteredModelName, limits } from '../protocol/mlflow/names.ts'
import { integer, listOf, object, paramsOf, refine, refuse, text, textAs } from '../protocol/parse.ts'
import type { Parser } from '../protocol/parse.ts'
import type { Tag } from '../protocol/runs.ts'
import type { MethodTable } from '../tracking/route.ts'
import type { Registry } from './registry.ts'
import type { RunModels } from './run-models.ts'

const count = integer(0, Number.MAX_SAFE_INTEGER)
const dataFields = object({ path: text }, { md5: text, sha256: text, sizeBytes: count, fileCount: count, commit: text })
const runId = textAs(parseRunId, 'expected the id of a run')
const name = checkedText(checkRegisteredModelName)
const alias = checkedText(checkNewAlias)
const data = refine(
  dataFields,
  (fields, path) => parseDataSource(formatDataSource(fields)) ?? refuse(fields, path, 'expected a version of data'),
)
const tags = listOf(object({ key: text, value: text }), 100)
const version = integer(1, Number.MAX_SAFE_INTEGER)

/** The typed methods of the feature: a parser for each, and the use-case behind it. */
export function createRegistryMethods(
  { models, versions }: Registry,
  runModels: RunModels,
): MethodTable<Extract<MethodName, `models/${string}`>> {
  return {
    'models/list': {
      parse: paramsOf(object({})),
      run: async () => ({ models: (await models.search({ limit: limits.registeredModelPage })).items }),
    },
    'models/get': {
      parse: paramsOf(object({ name })),
      run: async ({ name }) => ({ model: await models.get(name), versions: await versions.list(name) }),
    },
    'models/of-run': {
      parse: paramsOf(object({ runId })),
      run: async ({ runId }) => ({ models: await runModels.list(runId) }),
    },
    'models/register': {
      parse: paramsOf(object({ runId, name }, { path: text, alias, data, tags })),
      async run({ runId, name, path, alias, data, tags: given = [] }) {
        const { source, modelId } = await runModels.get(runId, path)
        const owner = modelId === undefined ? { runId } : { runId, modelId }
        const tags = [...given, ...(data === undefined ? [] : dataTagsOf(data))]
        return { version: await versions.register({ name, source, ...owner, tags }, alias) }
      },
    },
    'models/set-alias': {
      parse: paramsOf(object({ name, version, alias })),
      run: ({ name, version, alias }) => done(models.setAlias(name, alias, version)),
    },
    'models/delete': {
      parse: paramsOf(object({ name }, { version })),
      run: ({ name, version }) => done(version === undefined ? models.delete(name) : versions.delete(name, version)),
    },
  }
}

function dataTagsOf(version: DataVersion): readonly Tag[] {
  return [
    { key: dataTags.version, value: formatDataSource(version) },
    { key: dataTags.digest, value: digestOf(version) },
  ]
}

function checkedText(check: (value: string) => void): Parser<string> {
  return refine(text, (value) => {
    check(value)
    return value
  })
}

async function done(work: Promise<unknown>): Promise<Record<never, never>> {
  await work
  return {}
}
