import { digestOf } from '../../protocol/data-versions.ts'
import { readVersionFacts } from '../../protocol/version-facts.ts'
import { presentTrouble } from '../jobs/job-presentation.ts'
import { localize } from '../localize.ts'
import { escapeMarkdown } from '../tree/escape-markdown.ts'
import type { Presentation } from '../tree/presentation.ts'
import { type ModelsElement, type ModelVersionElement, type RegisteredModelElement, uriOf } from './element.ts'

const outcomeIcons = {
  passed: { name: 'pass', color: 'testing.iconPassed' },
  failed: { name: 'error', color: 'testing.iconFailed' },
} as const

/** Hex digits that tell versions of data apart. */
const digestLength = 8

export function presentModels(element: ModelsElement): Presentation {
  switch (element.kind) {
    case 'registered-model':
      return presentModel(element)
    case 'model-version':
      return presentVersion(element)
    case 'trouble':
      return presentTrouble(element)
  }
}

function presentModel({ model, folder }: RegisteredModelElement): Presentation {
  const { name, description, latestVersion, aliases } = model
  const latest =
    latestVersion === undefined
      ? localize('no versions')
      : localize('latest version {version}', { version: latestVersion.version })
  const facts = [latest, ...aliases.map(({ alias, version }) => `@${alias} ${version}`)]
  return {
    label: name,
    description: [...facts, folder].filter((fact) => fact !== undefined).join(' · '),
    tooltip: [`**${escapeMarkdown(name)}**`, ...[description, ...facts].filter(Boolean).map(escapeMarkdown)].join(
      '\n\n',
    ),
    icon: { name: 'package' },
    collapsible: latestVersion === undefined ? 'none' : 'collapsed',
    context: 'registered-model',
    spoken: [localize('Registered model {name}', { name }), ...facts, folder].filter(Boolean).join(', '),
  }
}

function presentVersion({ version, run }: ModelVersionElement): Presentation {
  const { aliases, description, source } = version
  const { data, test, recipe } = readVersionFacts(version)
  const label = localize('Version {version}', { version: version.version })
  const facts = [
    ...aliases.map((alias) => `@${alias}`),
    run?.name,
    data && localize('data {digest}', { digest: digestOf(data).slice(0, digestLength) }),
    test && (test.outcome === 'passed' ? localize('test passed') : localize('test failed')),
  ].filter((fact) => fact !== undefined)
  const tooltip = [
    description,
    ...aliases.map((alias) => localize('Alias {alias}', { alias })),
    run && localize('Run {name}', { name: run.name }),
    data && localize('Data {path}, {digest}', { path: data.path, digest: digestOf(data) }),
    recipe && localize('Compressed by {recipe}', { recipe }),
    test && localize('Test {result}', { result: test.text }),
    localize('Source {source}', { source }),
  ]
  return {
    label,
    description: facts.join(' · '),
    tooltip: [
      `**${escapeMarkdown(uriOf(version))}**`,
      ...tooltip
        .filter((line) => line)
        .map(String)
        .map(escapeMarkdown),
    ].join('\n\n'),
    icon: test === undefined ? { name: 'symbol-constant' } : outcomeIcons[test.outcome],
    collapsible: 'none',
    context: `model-version${run === undefined ? '' : ' run'}`,
    spoken: [label, ...facts].join(', '),
  }
}
