import assert from 'node:assert/strict'
import { readFile } from 'node:fs/promises'
import { describe, it } from 'node:test'
import { formatMessage, parsePlural, splitMessage } from '../src/base/format-message.ts'
import { type Language, languages } from '../src/base/languages.ts'
import { texts as dataTexts } from '../webviews/data-diff/texts.ts'
import { texts as modelTexts } from '../webviews/model/texts.ts'
import { texts as modelTestTexts } from '../webviews/model-test/texts.ts'
import { texts as notebookTexts } from '../webviews/notebook-runs/texts.ts'
import { texts as webviewTexts } from '../webviews/shared/texts.ts'

type Texts = Readonly<Record<string, string>>

/** What a text is made of, whatever its language: values, links and marked-up code, each once. */
function listParts(text: string): readonly string[] {
  const values = splitMessage(text).flatMap(({ text, isPlaceholder }) => {
    if (!isPlaceholder) return []
    const [name = '', forms] = text.split(/, *plural, */)
    return [name, ...(forms === undefined ? [] : [...parsePlural(forms).values()].flatMap(listParts))]
  })
  const marked = [...text.matchAll(/\(command:[^)]+\)|`[^`]+`/g)].map(([part]) => part)
  return [...new Set([...values, ...marked])].sort()
}

function listMissingForms(text: string, language: Language): readonly string[] {
  const needed = new Intl.PluralRules(languages[language].locale).resolvedOptions().pluralCategories
  return splitMessage(text).flatMap(({ text, isPlaceholder }) => {
    const forms = isPlaceholder ? text.split(/, *plural, */)[1] : undefined
    if (forms === undefined) return []
    const present = parsePlural(forms)
    return needed.filter((category) => (present.get(category) ?? '').trim() === '')
  })
}

function checkTexts(language: Language, english: Texts, translated: Texts): void {
  describe(`the texts in ${language}`, () => {
    it('are those that there are in English', () => {
      const [wanted, present] = [new Set(Object.keys(english)), new Set(Object.keys(translated))]
      assert.deepEqual([...wanted.difference(present)], [], 'not translated')
      assert.deepEqual([...present.difference(wanted)], [], 'no longer in English')
    })

    it('have the values, links and code of the English text', () => {
      for (const [key, text] of Object.entries(translated))
        assert.deepEqual(listParts(text), listParts(english[key] ?? ''), key)
    })

    it('have every plural form of the language', () => {
      for (const [key, text] of Object.entries(translated)) assert.deepEqual(listMissingForms(text, language), [], key)
    })
  })
}

/** English is complete: `npm run generate` collects it, and a test of that fails when it is not up to date. */
const bundle = await readBundle('en')

for (const language of Object.keys(languages)) {
  // SAFETY: they are the keys of `languages`.
  const known = language as Language
  describe('of the extension and its manifest:', async () => checkTexts(known, bundle, await readBundle(known)))
  describe('of webviews:', () => checkTexts(known, webviewTexts.en, webviewTexts[known]))
  describe('of pages about data:', () => checkTexts(known, dataTexts.en, dataTexts[known]))
  describe('of the page of a model:', () => checkTexts(known, modelTexts.en, modelTexts[known]))
  describe('of runs in notebooks:', () => checkTexts(known, notebookTexts.en, notebookTexts[known]))
  describe('of the report of a model’s test:', () => checkTexts(known, modelTestTexts.en, modelTestTexts[known]))
}

describe('the English texts', () => {
  it('count one thing as one', () => {
    for (const [key, text] of Object.entries({
      ...bundle,
      ...webviewTexts.en,
      ...dataTexts.en,
      ...modelTexts.en,
      ...modelTestTexts.en,
      ...notebookTexts.en,
    })) {
      // What is cut off at a number says so only when there is more than that.
      if (/^(The first|More than) /.test(text)) continue
      const names = listParts(text).filter((part) => /^\w+$/.test(part))
      const filled = formatMessage(text, Object.fromEntries(names.map((name) => [name, 1])), 'en')
      assert.doesNotMatch(
        filled,
        /\b1 ((more|rarer|chosen) )?(?!is\b|has\b|does\b|tells\b|differs\b|matches\b)\w{2,}s\b/i,
        key,
      )
    }
  })
})

describe('what makes a text complete', () => {
  it('is every value, also one within a plural', () => {
    assert.deepEqual(listParts('{a} `code` {n, plural, one {x} other {# of {b}}}'), ['`code`', 'a', 'b', 'n'])
  })

  it('is every plural form of the language', () => {
    const text = '{n, plural, one {x} other {y}}'
    assert.deepEqual(listMissingForms(text, 'en'), [])
    assert.deepEqual(listMissingForms(text, 'ar').toSorted(), ['few', 'many', 'two', 'zero'])
  })
})

async function readBundle(language: Language): Promise<Texts> {
  const name = language === 'en' ? 'bundle.l10n.json' : `bundle.l10n.${language}.json`
  // SAFETY: a bundle that is none fails the tests below.
  return JSON.parse(await readFile(new URL(`../l10n/${name}`, import.meta.url), 'utf8')) as Texts
}
