import { isAbsolute, join, relative, sep } from 'node:path'
import type { HeldKernel } from '../kernels/held-kernel.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { createRanNotebook, type RanNotebook } from '../kernels/ran-notebook.ts'
import { type ExecutionId, type Kernel, parseExecutionId, parseKernelId } from '../protocol/kernels.ts'
import { parseRunId } from '../protocol/ids.ts'
import { formatNotebook } from '../protocol/notebook-file.ts'
import { object, paramsOf, textAs } from '../protocol/parse.ts'
import type { Tag } from '../protocol/runs.ts'
import { artifactPaths, tagNames } from '../protocol/tag-names.ts'
import { locateArtifact } from '../tracking/artifact-path.ts'
import type { Artifacts } from '../tracking/artifacts.ts'
import type { MethodTable } from '../tracking/route.ts'
import type { Tracking } from '../tracking/tracking.ts'
import type { Log } from './log.ts'

export interface RunNotebooksParts {
  readonly kernels: Kernels
  readonly tracking: Tracking
  readonly artifacts: Artifacts
  /** Absolute. */
  readonly workspace: string
  readonly log: Log
}

export interface RunNotebooks extends Disposable {
  readonly methods: MethodTable<'kernels/keep-notebook'>
}

/** Keeps with runs what was run in notebooks. What is waited for ends with the disposal. */
export function createRunNotebooks(parts: RunNotebooksParts): RunNotebooks {
  const stopping = new AbortController()
  const parse = paramsOf(
    object({
      runId: textAs(parseRunId, 'expected the id of a run'),
      kernelId: textAs(parseKernelId, 'expected the id of a kernel'),
      executionId: textAs(parseExecutionId, 'expected the id of an execution'),
    }),
  )
  return {
    methods: {
      'kernels/keep-notebook': {
        parse,
        async run({ runId, kernelId, executionId }) {
          const kernel = parts.kernels.get(kernelId)
          const { artifactUri, tags } = await parts.tracking.runs.get(runId)
          const path = findNotebookPath(kernel.describe(), parts.workspace)
          await parts.tracking.runs.logBatch(runId, { tags: listTags(path, tags) })
          // It is asked by the cell itself, whose end is to come.
          const keeping = keep(parts, { artifactUri, kernel, executionId, signal: stopping.signal })
          void keeping.catch((error: unknown) => parts.log('error', `the notebook of run ${runId} was not kept`, error))
          return {}
        },
      },
    },
    [Symbol.dispose]: () => stopping.abort(),
  }
}

interface Asked {
  readonly artifactUri: string
  readonly kernel: HeldKernel
  readonly executionId: ExecutionId
  readonly signal: AbortSignal
}

async function keep({ artifacts }: RunNotebooksParts, { artifactUri, kernel, executionId, signal }: Asked) {
  const notebook = createRanNotebook(executionId)
  await readJournal(kernel, notebook, signal)
  if (signal.aborted) return
  const content = Buffer.from(formatNotebook(notebook.read(kernel.describe())))
  const path = locateArtifact(artifactUri, artifactPaths.notebook).join('/')
  await artifacts.write(path, ReadableStream.from([content]))
}

/** Until the execution has ended, which that of a dead kernel has. */
async function readJournal(kernel: HeldKernel, notebook: RanNotebook, signal: AbortSignal): Promise<void> {
  for (let after = 0; !signal.aborted;) {
    const { newsCount } = kernel
    const page = await kernel.journal.read({ after, limit: 1000 })
    after = page.next
    for (const record of page.records) if (notebook.take(record)) return
    if (page.hasMore) continue
    if (kernel.describe().status === 'dead') return
    await kernel.waitForNews(newsCount, signal)
  }
}

/** A kernel of a notebook is called as its file is, and works in its folder. */
function findNotebookPath({ name, workingDirectory }: Kernel, workspace: string): string | undefined {
  const path = relative(workspace, join(workingDirectory, name))
  const isInside = path.split(sep)[0] !== '..' && !isAbsolute(path)
  return name.endsWith('.ipynb') && isInside ? path.replaceAll(sep, '/') : undefined
}

function listTags(path: string | undefined, known: readonly Tag[]): Tag[] {
  if (path === undefined) return []
  const named = known.some(({ key, value }) => key === tagNames.sourceName && value !== '')
  return [{ key: tagNames.notebook, value: path }, ...(named ? [] : [{ key: tagNames.sourceName, value: path }])]
}
