import { type DataVersion, dataTags, parseDataSource } from './data-versions.ts'
import type { ModelVersion } from './registered-models.ts'
import { tagNames } from './tag-names.ts'

/** What the tags of a model version say that people look for. */
export interface VersionFacts {
  /** The version under version control that its file is. */
  readonly data?: DataVersion
  /** How its compression was tested. */
  readonly test?: {
    readonly outcome: 'passed' | 'failed'
    /** The outcome with what was measured, in a line. */
    readonly text: string
  }
  /** How it was compressed, in a line. */
  readonly recipe?: string
}

/** What another program wrote into such a tag is left out where it is none of ours. */
export function readVersionFacts({ tags }: Pick<ModelVersion, 'tags'>): VersionFacts {
  const find = (key: string) => tags.findLast((tag) => tag.key === key)?.value
  const source = find(dataTags.version)
  const data = source === undefined ? undefined : parseDataSource(source)
  const text = find(tagNames.compressionTest) ?? ''
  const [outcome] = /^(?:passed|failed)\b/.exec(text) ?? []
  const recipe = find(tagNames.compressionRecipe)
  return {
    ...(data === undefined ? {} : { data }),
    ...(outcome === 'passed' || outcome === 'failed' ? { test: { outcome, text } } : {}),
    ...(recipe === undefined ? {} : { recipe }),
  }
}
