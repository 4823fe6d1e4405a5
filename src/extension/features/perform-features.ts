import type { CommandContext } from '../context.ts'
import { performCommand } from '../data/perform-data.ts'
import type { FeatureSetsElement } from './element.ts'

export interface FeatureWork {
  /** What the user sees is going on. */
  readonly title: string
  /** Of the command, after `features`, with its options. */
  readonly words: readonly string[]
  /** The option that names a feature set; where there is none, they are the operands. */
  readonly namedBy?: string
  readonly operands?: readonly string[]
}

/**
 * Runs a command on feature sets, once for each workspace folder that they are of, and lists them anew.
 *
 * @param elements a row of all feature sets of a folder stands for none by name
 * @returns what it prints as JSON, for each folder
 */
export async function performFeatures(
  context: CommandContext,
  elements: readonly FeatureSetsElement[],
  { title, words, namedBy, operands = [] }: FeatureWork,
): Promise<readonly unknown[]> {
  const answers: unknown[] = []
  for (const folder of new Set(elements.map((element) => element.folder))) {
    const ofFolder = elements.filter((element) => element.folder === folder)
    const names = ofFolder.some(({ kind }) => kind === 'data-feature-group')
      ? []
      : ofFolder.flatMap((element) => (element.kind === 'data-feature-set' ? [element.featureSet.name] : []))
    const options = namedBy === undefined ? [] : names.flatMap((name) => [namedBy, name])
    const work = {
      title,
      root: folder,
      words: ['features', ...words, ...options, '--workspace', folder],
      operands: [...(namedBy === undefined ? names : []), ...operands],
    }
    answers.push(await performCommand(context, work, () => context.data.reloadFeatures()))
  }
  return answers
}
