import { isAbsolute, join, relative, sep } from 'node:path'
import { type FollowedNotebook, followNotebook } from '../kernels/followed-notebook.ts'
import type { HeldKernel } from '../kernels/held-kernel.ts'
import type { Kernels } from '../kernels/kernels.ts'
import { type Kernel, parseExecutionId, parseKernelId } from '../protocol/kernels.ts'
import { parseRunId } from '../protocol/ids.ts'
import { formatNotebook, type Notebook } from '../protocol/notebook-file.ts'
import { object, paramsOf, textAs } from '../protocol/parse.ts'
import type { Run, Tag } from '../protocol/runs.ts'
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
  /** As long as their kernels are held. */
  const followed = new WeakMap<HeldKernel, FollowedNotebook>()
  const follow = (kernel: HeldKernel): FollowedNotebook => {
    const notebook = followed.get(kernel) ?? followNotebook(kernel, stopping.signal)
    followed.set(kernel, notebook)
    return notebook
  }
  const parse = paramsOf(
    object(
      {
        runId: textAs(parseRunId, 'expected the id of a run'),
        kernelId: textAs(parseKernelId, 'expected the id of a kernel'),
        executionId: textAs(parseExecutionId, 'expected the id of an execution'),
      },
      { packages: textAs((value) => (value.length <= 1 << 20 ? value : undefined), 'expected less') },
    ),
  )
  return {
    methods: {
      'kernels/keep-notebook': {
        parse,
        async run({ runId, kernelId, executionId, packages }) {
          const kernel = parts.kernels.get(kernelId)
          const run = await parts.tracking.runs.get(runId)
          // It is asked by the cell itself, which waits for the answer and whose end is to come.
          const notebook = follow(kernel).until(executionId)
          const keeping = keep(parts, { run, kernel, packages, notebook })
          void keeping.catch((error: unknown) => parts.log('error', `the notebook of run ${runId} was not kept`, error))
          return {}
        },
      },
    },
    [Symbol.dispose]: () => stopping.abort(),
  }
}

interface Asked {
  readonly run: Run
  readonly kernel: HeldKernel
  readonly packages: string | undefined
  /** Undefined where its cell has no end. */
  readonly notebook: Promise<Notebook | undefined>
}

async function keep(
  { artifacts, tracking, workspace }: RunNotebooksParts,
  { run, kernel, packages, notebook }: Asked,
): Promise<void> {
  const write = (path: string, content: string) =>
    artifacts.write(locateArtifact(run.artifactUri, path).join('/'), ReadableStream.from([Buffer.from(content)]))
  const tags = listTags(findNotebookPath(kernel.describe(), workspace), run.tags)
  if (tags.length > 0) await tracking.runs.logBatch(run.runId, { tags })
  if (packages !== undefined) await write(artifactPaths.packages, packages)
  const ran = await notebook
  if (ran !== undefined) await write(artifactPaths.notebook, formatNotebook(ran))
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
