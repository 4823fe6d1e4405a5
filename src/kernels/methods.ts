import { toCodePoints, toUtf16Units } from '../protocol/jupyter-messages.ts'
import { isRecord } from '../protocol/json.ts'
import {
  type Completion,
  type CompletionList,
  type KernelMethods,
  parseExecutionId,
  parseKernelId,
} from '../protocol/kernels.ts'
import type { JupyterAccess } from '../protocol/jupyter-access.ts'
import {
  flag,
  integer,
  object,
  type ParamsParser,
  paramsOf,
  type Parser,
  refine,
  refuse,
  text,
  textAs,
} from '../protocol/parse.ts'
import { variables } from './kernel-settings.ts'
import type { Kernels } from './kernels.ts'

type Methods = {
  readonly [M in keyof KernelMethods]: {
    readonly parse: ParamsParser<KernelMethods[M]['params']>
    run(params: KernelMethods[M]['params']): Promise<KernelMethods[M]['result']>
  }
}

const kernelId = textAs(parseKernelId, 'expected the id of a kernel')
const executionId = textAs(parseExecutionId, 'expected the id of an execution')
const code = bounded(16 << 20)
const position = integer(0, 16 << 20)

/** Inside the workspace, whatever it is spelled like. */
const folder = textAs((path) => {
  const isOutside = path.startsWith('/') || path.split('/').includes('..') || /[\0\\]/.test(path)
  return isOutside ? undefined : path
}, 'expected a folder inside the workspace')

/** Looked at when the server is asked. */
const access: Parser<JupyterAccess> = object(
  { url: text },
  { tokenFrom: text, passwordFrom: text, headersFrom: variables },
)

function bounded(maxLength: number): Parser<string> {
  return refine(
    text,
    (given, path) =>
      given.length <= maxLength ? given : refuse('…', path, `expected at most ${maxLength} characters`),
    { maxLength },
  )
}

/** The typed methods of the feature. */
export function createKernelMethods(kernels: Kernels): Methods {
  const none = paramsOf(object({}))
  const one = paramsOf(object({ kernelId }))
  const start = object(
    { kernelId, environmentId: text },
    { name: bounded(200), workingDirectory: folder, access, tokens: variables },
  )
  const environments = object({}, { server: text, access, tokens: variables })
  const restart = object({ kernelId }, { tokens: variables })
  const execute = object(
    { kernelId, executionId, code },
    { cell: bounded(200), isSilent: flag, allowsInput: flag, stopsOnError: flag, follows: executionId },
  )
  const read = object(
    { kernelId, after: integer(0, Number.MAX_SAFE_INTEGER) },
    { executionId, limit: integer(1, 10_000), waitMs: integer(0, 30_000) },
  )
  const executions = object({ kernelId }, { cell: bounded(200) })
  const at = object({ kernelId, code, position })
  const inspect = object({ kernelId, code, position }, { isDetailed: flag })
  const whole = object({ kernelId, code })
  const input = object({ kernelId, executionId, value: code })
  return {
    'kernels/environments': {
      parse: paramsOf(environments),
      run: async (params) => ({ environments: await kernels.listEnvironments(params) }),
    },
    'kernels/list': { parse: none, run: async () => ({ kernels: kernels.list() }) },
    'kernels/get': { parse: one, run: async ({ kernelId }) => ({ kernel: kernels.get(kernelId).describe() }) },
    'kernels/start': {
      parse: paramsOf(start),
      run: async (params) => ({ kernel: await kernels.start(params) }),
    },
    'kernels/use': {
      parse: one,
      run({ kernelId }) {
        kernels.get(kernelId).use()
        return Promise.resolve({})
      },
    },
    'kernels/execute': {
      parse: paramsOf(execute),
      async run({ kernelId, ...asked }) {
        const request = { cell: '', isSilent: false, allowsInput: false, stopsOnError: true, ...asked }
        return { execution: await kernels.get(kernelId).ask('execute', request) }
      },
    },
    'kernels/read': { parse: paramsOf(read), run: (params) => readJournal(kernels, params) },
    'kernels/executions': {
      parse: paramsOf(executions),
      async run({ kernelId, cell }) {
        kernels.get(kernelId).use()
        const all = await kernels.get(kernelId).listExecutions()
        return { executions: cell === undefined ? all : all.filter((each) => each.cell === cell) }
      },
    },
    'kernels/interrupt': { parse: one, run: ({ kernelId }) => kernels.get(kernelId).ask('interrupt', {}) },
    'kernels/restart': {
      parse: paramsOf(restart),
      run: async ({ kernelId, tokens }) => ({ kernel: await kernels.restart(kernelId, tokens) }),
    },
    'kernels/shutdown': {
      parse: one,
      async run({ kernelId }) {
        await kernels.shutdown(kernelId)
        return {}
      },
    },
    'kernels/complete': {
      parse: paramsOf(at),
      async run({ kernelId, code, position }) {
        const content = { code, cursor_pos: toCodePoints(code, position) }
        const reply = await kernels.get(kernelId).ask('ask', { type: 'complete_request', content })
        return readCompletions(code, reply, position)
      },
    },
    'kernels/inspect': {
      parse: paramsOf(inspect),
      async run({ kernelId, code, position, isDetailed = false }) {
        const content = { code, cursor_pos: toCodePoints(code, position), detail_level: isDetailed ? 1 : 0 }
        const { found, data } = await kernels.get(kernelId).ask('ask', { type: 'inspect_request', content })
        return { data: found === true && isRecord(data) ? data : null }
      },
    },
    'kernels/is-complete': {
      parse: paramsOf(whole),
      async run({ kernelId, code }) {
        const reply = await kernels.get(kernelId).ask('ask', { type: 'is_complete_request', content: { code } })
        const known = (['complete', 'incomplete', 'invalid'] as const).find((status) => status === reply['status'])
        return { status: known ?? 'unknown', indent: typeof reply['indent'] === 'string' ? reply['indent'] : '' }
      },
    },
    'kernels/input': {
      parse: paramsOf(input),
      run: ({ kernelId, executionId, value }) => kernels.get(kernelId).ask('input', { executionId, value }),
    },
  }
}

async function readJournal(
  kernels: Kernels,
  { kernelId, after, executionId, limit = 1000, waitMs = 0 }: KernelMethods['kernels/read']['params'],
): Promise<KernelMethods['kernels/read']['result']> {
  const query = { limit, ...(executionId === undefined ? {} : { executionId }) }
  const patience = AbortSignal.timeout(waitMs)
  let droppedCount = 0
  kernels.get(kernelId).use()
  for (let next = after; ;) {
    // It may be shut down while it is waited for.
    const kernel = kernels.get(kernelId)
    const { newsCount } = kernel
    const page = await kernel.journal.read({ ...query, after: next })
    ;({ next } = page)
    droppedCount += page.droppedCount
    if (page.records.length > 0 || waitMs === 0 || patience.aborted) return { ...page, droppedCount }
    if (!page.hasMore) await kernel.waitForNews(newsCount, patience)
  }
}

function readCompletions(code: string, reply: Readonly<Record<string, unknown>>, position: number): CompletionList {
  const { matches, cursor_start: start, cursor_end: end, metadata } = reply
  const known = isRecord(metadata) ? metadata['_jupyter_types_experimental'] : undefined
  const types = new Map(
    (Array.isArray(known) ? known : []).filter(isRecord).map((each) => [each['text'], each['type']]),
  )
  const texts: unknown[] = Array.isArray(matches) ? matches : []
  return {
    matches: texts
      .filter((match) => typeof match === 'string')
      .map((match): Completion => {
        const type = types.get(match)
        return typeof type === 'string' && type !== '' ? { text: match, type } : { text: match }
      }),
    start: typeof start === 'number' ? toUtf16Units(code, start) : position,
    end: typeof end === 'number' ? toUtf16Units(code, end) : position,
  }
}
