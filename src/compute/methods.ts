import { isRecord } from '../protocol/json.ts'
import { parseExperimentId } from '../protocol/ids.ts'
import { type JobResources, type JobSpec, parseJobId } from '../protocol/jobs.ts'
import { launcherNames, parseLauncher, parsePrecision, precisionNames } from '../protocol/launchers.ts'
import type { MethodName } from '../protocol/methods.ts'
import { checkExperimentName, checkKey, checkLength, limits } from '../protocol/mlflow/names.ts'
import {
  described,
  flag,
  integer,
  listOf,
  number,
  object,
  paramsOf,
  type Parser,
  refine,
  refuse,
  text,
  textAs,
} from '../protocol/parse.ts'
import { mapOf } from '../protocol/shape.ts'
import type { MethodTable } from '../tracking/route.ts'
import type { Compute } from './compute.ts'

const jobId = textAs(parseJobId, 'expected the id of a job')
const experimentId = textAs(parseExperimentId, 'expected the id of an experiment')
const runTags = listOf(object({ key: checked(checkKey), value: text }), limits.batchTags)
const params = listOf(object({ key: checked(checkKey), value: bounded(limits.paramValue) }), limits.batchTotal)
const count = integer(0, 1_000_000)
const bytes = integer(1, Number.MAX_SAFE_INTEGER)

/** What a shell can pass on to a command. */
const variableName = textAs((name) => (/^[A-Za-z_]\w*$/.test(name) ? name : undefined), 'expected a variable’s name')

/** No text with a NUL can be a word of a command or the value of a variable. */
const word = textAs((word) => (word.includes('\0') ? undefined : word), 'expected text without a NUL')

const variables: Parser<Readonly<Record<string, string>>> = described(mapOf({ type: 'string' }), (value, path) => {
  if (!isRecord(value)) return refuse(value, path, 'expected an object')
  const entries = Object.entries(value)
  // The value may be a secret, so that it is not shown.
  const valueOf = (name: string, given: unknown) =>
    typeof given === 'string' && !given.includes('\0') ? given : refuse('…', `${path}.${name}`, 'expected text')
  return Object.fromEntries(entries.map(([name, given]) => [variableName(name, path), valueOf(name, given)]))
})

/** Inside the workspace, whatever it is spelled like. */
const folder = textAs((folder) => {
  const parts = folder.split('/')
  return folder.startsWith('/') || parts.includes('..') || /[\0\\]/.test(folder) ? undefined : folder
}, 'expected a folder inside the workspace')

/** From the workspace, which may be a part of its repository: whether it is in that, is seen when it is looked for. */
const dataPaths = listOf(
  textAs((path) => (/^[^/\0\\][^\0\\]*$/.test(path) ? path : undefined), 'expected a path from the workspace'),
  1000,
)

const resources: Parser<JobResources> = object(
  {},
  {
    gpus: integer(0, 1024),
    gpuMemoryBytes: bytes,
    cpus: refine(number, (value, path) => (value > 0 ? value : refuse(value, path, 'expected more than 0'))),
    memoryBytes: bytes,
    timeLimitSeconds: integer(1, 366 * 24 * 3600),
    nodes: integer(1, 1024),
  },
)

const spec: Parser<JobSpec> = object(
  {
    command: refine(listOf(word, 10_000), (words, path) =>
      words.length > 0 && words[0] !== '' ? words : refuse(words, path, 'expected a program'),
    ),
    workingDirectory: folder,
    params,
    env: variables,
    secrets: listOf(variableName, 100),
    resources,
    target: text,
    priority: integer(-100, 100),
    retries: integer(0, 100),
    isIsolated: flag,
  },
  {
    codeCommit: textAs((id) => (/^[0-9a-f]{40,64}$/.test(id) ? id : undefined), 'expected the id of a commit'),
    launcher: textAs(parseLauncher, `expected one of ${launcherNames.join(', ')}`),
    precision: textAs(parsePrecision, `expected one of ${precisionNames.join(', ')}`),
    data: dataPaths,
    outputs: dataPaths,
  },
)

const defaults = { readBytes: 8 << 20, maxReadBytes: 32 << 20 }

/** The typed methods of the feature: a parser for each, and the use-case behind it. */
export function createComputeMethods(
  compute: Compute,
): MethodTable<Extract<MethodName, `${'devices' | 'jobs' | 'targets'}/${string}`>> {
  const parseJob = paramsOf(object({ jobId }))
  return {
    'jobs/launch': {
      parse: paramsOf(
        object(
          { key: bounded(200), experiment: checked(checkExperimentName), spec },
          { name: bounded(limits.runTagValue), secrets: variables, tokens: variables, userId: text, tags: runTags },
        ),
      ),
      run: (launch) => compute.launch(launch),
    },
    'jobs/list': {
      parse: paramsOf(
        object(
          {},
          {
            experimentIds: listOf(experimentId, 10_000),
            isLive: flag,
            hasEnded: flag,
            offset: count,
            limit: integer(1, 10_000),
          },
        ),
      ),
      run: (query) => compute.list(query),
    },
    'jobs/get': { parse: parseJob, run: async ({ jobId }) => ({ job: await compute.get(jobId) }) },
    'jobs/cancel': { parse: parseJob, run: async ({ jobId }) => ({ job: await compute.cancel(jobId) }) },
    'jobs/retry': {
      parse: paramsOf(object({ jobId }, { secrets: variables })),
      run: async ({ jobId, secrets }) => ({ job: await compute.retry(jobId, secrets ?? {}) }),
    },
    'jobs/promote': { parse: parseJob, run: async ({ jobId }) => ({ job: await compute.promote(jobId) }) },
    'jobs/gpu-hours': {
      parse: paramsOf(object({ jobIds: listOf(jobId, 10_000) })),
      run: async ({ jobIds }) => ({ jobs: await compute.gpuHours(jobIds) }),
    },
    'jobs/log': {
      parse: paramsOf(
        object({ jobId }, { start: integer(0, Number.MAX_SAFE_INTEGER), maxBytes: integer(1, defaults.maxReadBytes) }),
      ),
      run: ({ jobId, start, maxBytes }) => compute.log(jobId, start ?? 0, maxBytes ?? defaults.readBytes),
    },
    'devices/list': {
      parse: paramsOf(object({}, { after: integer(0, Number.MAX_SAFE_INTEGER) })),
      run: ({ after }) => compute.listDevices(after),
    },
    'targets/list': {
      parse: paramsOf(object({}, { tokens: variables })),
      run: ({ tokens }) => compute.listTargets(tokens),
    },
  }
}

function checked(check: (value: string, path: string) => void): Parser<string> {
  return refine(text, (value, path) => {
    check(value, path)
    return value
  })
}

function bounded(limit: number): Parser<string> {
  const check = (value: string, path: string) => {
    checkLength(value, limit, path)
    return value
  }
  return refine(text, check, { maxLength: limit })
}
