import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findLanguage } from './languages.ts'

it('a language is found by its tag, of whatever region and letter case', () => {
  for (const tag of ['ar', 'ar-EG', 'AR_sa']) assert.equal(findLanguage(tag), 'ar')
})

it('an editor of a language that there are no texts in gets English', () => {
  for (const tag of ['en', 'he', 'arc', '', 'toString', '__proto__']) assert.equal(findLanguage(tag), 'en')
})
