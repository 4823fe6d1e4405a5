import { isRecord } from '../../protocol/json.ts'
import {
  type ExecutionId,
  type KernelEnvironment,
  type KernelId,
  parseExecutionId,
  parseKernelId,
} from '../../protocol/kernels.ts'
import type { KeptValues } from './kept-values.ts'

/** What a window must know again after it was reloaded. */
export interface RememberedNotebook {
  readonly kernelId: KernelId
  readonly environment: KernelEnvironment
  /** It was chosen among those that ran; others may have it, too. */
  readonly isShared: boolean
  /** The notebook was given the kernel of another extension since. */
  readonly isLeft: boolean
  /** Executions whose end the notebook does not show yet. */
  readonly open: readonly ExecutionId[]
}

export interface NotebookMemory {
  /** By the address of the notebook. */
  of(uri: string): RememberedNotebook | undefined
  list(): readonly RememberedNotebook[]
  setKernel(uri: string, kernel: Pick<RememberedNotebook, 'kernelId' | 'environment' | 'isShared'>): void
  setLeft(uri: string, isLeft: boolean): void
  forgetKernel(uri: string): void
  opened(uri: string, executionId: ExecutionId): void
  ended(uri: string, executionId: ExecutionId): void
  /** Ids of environments, last used first. */
  recent(): readonly string[]
}

const keys = { notebooks: 'notebooks', recent: 'recentEnvironments' }
/** So many are remembered; those that were chosen longest ago are forgotten. */
const maxNotebooks = 200
const maxRecent = 20

export function createNotebookMemory(values: KeptValues): NotebookMemory {
  const notebooks = new Map(parseNotebooks(values.get(keys.notebooks)))
  let recent = parseTexts(values.get(keys.recent))

  function store(): void {
    for (const uri of [...notebooks.keys()].slice(0, -maxNotebooks)) notebooks.delete(uri)
    values.update(keys.notebooks, Object.fromEntries(notebooks))
  }

  function change(uri: string, toChange: (known: RememberedNotebook) => Partial<RememberedNotebook>): void {
    const known = notebooks.get(uri)
    if (known === undefined) return
    notebooks.set(uri, { ...known, ...toChange(known) })
    store()
  }

  return {
    of: (uri) => notebooks.get(uri),
    list: () => [...notebooks.values()],
    setKernel(uri, { kernelId, environment, isShared }) {
      const isSame = notebooks.get(uri)?.kernelId === kernelId
      const open = isSame ? (notebooks.get(uri)?.open ?? []) : []
      notebooks.delete(uri)
      notebooks.set(uri, { kernelId, environment, isShared, isLeft: false, open })
      store()
      const { environmentId } = environment
      recent = [environmentId, ...recent.filter((each) => each !== environmentId)].slice(0, maxRecent)
      values.update(keys.recent, recent)
    },
    forgetKernel(uri) {
      notebooks.delete(uri)
      store()
    },
    setLeft(uri, isLeft) {
      if (notebooks.get(uri)?.isLeft !== isLeft) change(uri, () => ({ isLeft }))
    },
    opened: (uri, executionId) => change(uri, ({ open }) => ({ open: [...open, executionId] })),
    ended: (uri, executionId) => change(uri, ({ open }) => ({ open: open.filter((each) => each !== executionId) })),
    recent: () => recent,
  }
}

/** What was remembered by another build of ours may be of another form: then it is forgotten. */
function parseNotebooks(value: unknown): [string, RememberedNotebook][] {
  if (!isRecord(value)) return []
  return Object.entries(value).flatMap(([uri, notebook]): [string, RememberedNotebook][] => {
    if (!isRecord(notebook)) return []
    const { environment, isShared, isLeft } = notebook
    if (!isEnvironment(environment)) return []
    const kernelId = parseKernelId(String(notebook['kernelId']))
    const open = parseTexts(notebook['open']).flatMap((id) => parseExecutionId(id) ?? [])
    if (kernelId === undefined) return []
    return [[uri, { kernelId, environment, isShared: isShared === true, isLeft: isLeft === true, open }]]
  })
}

function isEnvironment(value: unknown): value is KernelEnvironment {
  const texts = ['environmentId', 'kind', 'name', 'language', 'interpreter']
  return isRecord(value) && texts.every((key) => typeof value[key] === 'string')
}

function parseTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((each) => typeof each === 'string') : []
}
