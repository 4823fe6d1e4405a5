import { isRemote, type Kernel, type KernelEnvironment } from '../../protocol/kernels.ts'

/** What a notebook can be given: a kernel of its own, or one that runs already. */
export type KernelChoice =
  | { readonly kind: 'environment'; readonly environment: KernelEnvironment }
  | { readonly kind: 'kernel'; readonly kernel: Kernel }

export interface KernelChoices {
  /** Used before, last used first. */
  readonly recent: readonly KernelChoice[]
  readonly running: readonly KernelChoice[]
  readonly environments: readonly KernelChoice[]
  readonly kernelspecs: readonly KernelChoice[]
}

/**
 * Groups all that there is to choose from; each is in one group.
 *
 * @param recent ids of environments, last used first
 */
export function groupChoices(
  environments: readonly KernelEnvironment[],
  kernels: readonly Kernel[],
  recent: readonly string[],
): KernelChoices {
  const byId = new Map(environments.map((each) => [each.environmentId, each]))
  const used = recent.flatMap((id) => byId.get(id) ?? [])
  const others = environments.filter((each) => !used.includes(each))
  return {
    recent: used.map(toChoice),
    running: kernels.filter(({ status }) => status !== 'dead').map((kernel) => ({ kind: 'kernel', kernel })),
    environments: others.filter(({ kind }) => kind !== 'kernelspec').map(toChoice),
    kernelspecs: others.filter(({ kind }) => kind === 'kernelspec').map(toChoice),
  }
}

function toChoice(environment: KernelEnvironment): KernelChoice {
  return { kind: 'environment', environment }
}

/** What VS Code calls languages that Jupyter has another name for. */
const languageIds: Readonly<Record<string, string>> = {
  bash: 'shellscript',
  'c++': 'cpp',
  'c#': 'csharp',
  'f#': 'fsharp',
}

export function toLanguageId(language: string): string {
  return languageIds[language] ?? language
}

/** What cells can be written in that run in an environment, as VS Code calls it: first what a new one is in. */
export function listLanguageIds({ kind, language }: Pick<KernelEnvironment, 'kind' | 'language'>): string[] {
  return kind === 'built-in' ? ['javascript', 'typescript'] : [toLanguageId(language)]
}

/**
 * What a notebook is run in when nobody chose: of its language the one that was used last, else the best.
 *
 * @param languageId as VS Code calls it
 */
export function findBestEnvironment(
  environments: readonly KernelEnvironment[],
  languageId: string,
  recent: readonly string[],
): KernelEnvironment | undefined {
  const fitting = environments.filter(
    (each) => !isRemote(each) && each.hasKernel && listLanguageIds(each).includes(languageId),
  )
  const [used] = recent.flatMap((id) => fitting.find(({ environmentId }) => environmentId === id) ?? [])
  return used ?? fitting[0]
}

/** Whether it is among those that VS Code offers by itself; all others are in our own list, with what they lack. */
export function isOffered({ hasKernel, isOfWorkspace }: KernelEnvironment): boolean {
  return hasKernel || isOfWorkspace
}

/** As `.venv (Python 3.12.3)`, `JavaScript (Node 24.1.0)`. */
export function nameEnvironment({ kind, name, language, version }: KernelEnvironment): string {
  if (kind === 'kernelspec') return name
  if (kind === 'built-in') return version === undefined ? name : `${name} (Node ${version})`
  // There its name is its version.
  if (kind === 'pyenv' && version !== undefined && name.startsWith(version)) return `Python ${name}`
  const spoken = language.slice(0, 1).toUpperCase() + language.slice(1)
  return `${name} (${version === undefined ? spoken : `${spoken} ${version}`})`
}
