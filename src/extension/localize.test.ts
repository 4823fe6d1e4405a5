import assert from 'node:assert/strict'
import { afterEach, it } from 'node:test'
import { currentLanguage, localize, localizeBy } from './localize.ts'

const translations = { t: (message: string) => ({ 'Run {name}': 'التشغيل {name}' })[message] ?? message }

afterEach(() => localizeBy({ t: (message) => message }, 'en'))

it('texts are English until the editor’s language is known', () => {
  assert.equal(localize('Run {name}', { name: 'a' }), 'Run a')
})

it('texts are the translations of the editor, with the values in them', () => {
  localizeBy(translations, 'ar')
  assert.equal(localize('Run {name}', { name: 'a' }), 'التشغيل \u2068a\u2069')
  assert.equal(currentLanguage(), 'ar')
})

it('a text without a translation is shown in English', () => {
  localizeBy(translations, 'ar')
  assert.equal(localize('No runs yet'), 'No runs yet')
})

it('an editor in a language without texts gets them by the rules of English', () => {
  localizeBy(translations, 'pl')
  assert.equal(localize('{n, plural, one {# run} other {# runs}}', { n: 3 }), '3 runs')
})
