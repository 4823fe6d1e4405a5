import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { formatDataSource } from '../../protocol/data-versions.ts'
import type { ModelVersion, RegisteredModel } from '../../protocol/registered-models.ts'
import { tagNames } from '../../protocol/tag-names.ts'
import type { Presentation } from '../tree/presentation.ts'
import { newExperimentId, newRunId, noon } from '../tree/test-elements.ts'
import type { ModelsElement } from './element.ts'
import { presentModels } from './model-presentation.ts'

const newVersion = (version: Partial<ModelVersion> = {}): ModelVersion => ({
  name: 'digits',
  version: 3,
  source: 'runs:/1/model',
  storageLocation: 'mlflow-artifacts:/1/1/artifacts/model',
  runId: newRunId(1),
  runLink: '',
  stage: 'None',
  creationTime: noon,
  lastUpdateTime: noon,
  tags: [],
  aliases: [],
  ...version,
})

const newModel = (model: Partial<RegisteredModel> = {}): RegisteredModel => ({
  name: 'digits',
  description: '',
  creationTime: noon,
  lastUpdateTime: noon,
  tags: [],
  aliases: [],
  latestVersions: [],
  ...model,
})

const run = { runId: newRunId(1), experimentId: newExperimentId(1), name: 'calm-otter-42' }
const place = { id: 'x', connectionId: 'folder0' }

function check(sentence: string, element: ModelsElement, shown: Partial<Presentation>): void {
  it(sentence, () => {
    const presentation: Partial<Presentation> = presentModels(element)
    const asked = Object.fromEntries(Object.entries(presentation).filter(([key]) => key in shown))
    assert.deepEqual(asked, shown)
  })
}

describe('a registered model', () => {
  const aliases = [{ alias: 'champion', version: 2 }]
  const model = newModel({ latestVersion: newVersion(), aliases })
  check(
    'says its latest version and where its aliases stand',
    { kind: 'registered-model', ...place, model },
    {
      label: 'digits',
      description: 'latest version 3 · @champion 2',
      spoken: 'Registered model digits, latest version 3, @champion 2',
      collapsible: 'collapsed',
      context: 'registered-model',
    },
  )
  check(
    'says its folder where there are several',
    { kind: 'registered-model', ...place, model, folder: 'vision' },
    {
      description: 'latest version 3 · @champion 2 · vision',
      spoken: 'Registered model digits, latest version 3, @champion 2, vision',
    },
  )
  check(
    'cannot be unfolded without versions',
    { kind: 'registered-model', ...place, model: newModel() },
    {
      description: 'no versions',
      collapsible: 'none',
    },
  )
})

describe('a version of a registered model', () => {
  const tags = [
    { key: 'runwright.data.version', value: formatDataSource({ path: 'a.onnx', md5: '12'.repeat(16) }) },
    { key: tagNames.compressionTest, value: 'passed: speedup 2x' },
    { key: tagNames.compressionRecipe, value: 'dynamic-int8' },
  ]
  const version = newVersion({ aliases: ['champion', 'small'], tags })
  check(
    'says its aliases, run, data and test',
    { kind: 'model-version', ...place, version, run },
    {
      label: 'Version 3',
      description: '@champion · @small · calm-otter-42 · data 12121212 · test passed',
      spoken: 'Version 3, @champion, @small, calm-otter-42, data 12121212, test passed',
      icon: { name: 'pass', color: 'testing.iconPassed' },
      collapsible: 'none',
      context: 'model-version run',
    },
  )
  it('says more when the mouse is over it, with names as they are', () => {
    const named = { ...run, name: '*otter*' }
    const { tooltip = '' } = presentModels({ kind: 'model-version', ...place, version, run: named })
    assert.match(tooltip, /^\*\*models:\/digits\/3\*\*$/m)
    assert.match(tooltip, /^Run \\\*otter\\\*$/m)
    assert.match(tooltip, /^Compressed by dynamic\\-int8$/m)
    assert.match(tooltip, /^Test passed: speedup 2x$/m)
  })
  const failed = newVersion({ tags: [{ key: tagNames.compressionTest, value: 'failed: speedup 0.9x' }] })
  check(
    'says that its test failed, and has no run where that is gone',
    { kind: 'model-version', ...place, version: failed },
    {
      description: 'test failed',
      icon: { name: 'error', color: 'testing.iconFailed' },
      context: 'model-version',
    },
  )
})
