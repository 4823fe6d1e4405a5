import assert from 'node:assert/strict'
import { it } from 'node:test'
import { takeTexts } from './manifest-texts.ts'

it('texts are taken out under keys, by ids where there are some', () => {
  const taken = takeTexts({
    commands: [{ command: 'runwright.stop', title: 'Stop', category: 'Runwright', icon: '$(s)' }],
    welcome: [{ view: 'v', contents: 'Welcome' }],
    description: 'What it is',
  })
  assert.deepEqual(taken.manifest, {
    commands: [{ command: 'runwright.stop', title: '%commands.stop.title%', category: 'Runwright', icon: '$(s)' }],
    welcome: [{ view: 'v', contents: '%welcome.0.contents%' }],
    description: '%description%',
  })
  const texts = { 'commands.stop.title': 'Stop', 'welcome.0.contents': 'Welcome', description: 'What it is' }
  assert.deepEqual(taken.texts, texts)
})

it('the name of the product, and what is no text, stay', () => {
  const manifest = { title: 'Runwright', when: 'a', takes: [1, true, null], group: { key: 'x' } }
  assert.deepEqual(takeTexts(manifest), { manifest, texts: {} })
})

it('what a language model is told stays', () => {
  const tool = { name: 'a_b', modelDescription: 'For it', inputSchema: { x: { description: 'An x' } } }
  const { manifest, texts } = takeTexts({
    languageModelTools: [{ ...tool, toolReferenceName: 'ab', displayName: 'A B' }],
  })
  assert.deepEqual(texts, { 'languageModelTools.ab.displayName': 'A B' })
  const displayName = '%languageModelTools.ab.displayName%'
  assert.deepEqual(manifest, { languageModelTools: [{ ...tool, toolReferenceName: 'ab', displayName }] })
})

it('two texts under one key are an error', () => {
  const twin = { id: 'a', title: 'A' }
  assert.throws(() => takeTexts({ views: [twin, twin] }), /views\.a\.title/)
})
