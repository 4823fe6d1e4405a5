import { defineCommand } from '../command.ts'
import type { FeatureHintElement, FeatureSetsElement } from '../features/element.ts'
import { isFeatureHint, isFeatureSets } from '../features/element.ts'
import { performFeatures } from '../features/perform-features.ts'
import { tellDone } from '../data/perform-data.ts'
import { localize } from '../localize.ts'

type Buildable = FeatureSetsElement | FeatureHintElement

export default defineCommand({
  id: 'runwright.buildFeatures',
  title: 'Build Feature Sets',
  icon: '$(run)',
  when: 'isWorkspaceTrusted',
  view: 'data',
  appliesTo: 'viewItem =~ /^feature(s|-set|-hint)/',
  menu: ['inline@1', '1_features@1'],
  accepts: (value): value is Buildable => isFeatureSets(value) || isFeatureHint(value),
  async run(context, elements) {
    const title = localize('Build Feature Sets')
    const sets = elements.map((element) => (element.kind === 'data-feature-hint' ? element.set : element))
    await performFeatures(context, sets, { title, words: ['build'] })
    tellDone(context, title)
  },
})
