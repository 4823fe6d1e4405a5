import type { Language } from '../../src/base/languages.ts'
import { createPageTexts } from '../shared/page-texts.ts'
import { arabic } from './texts/ar.ts'
import { english, type TextKey, type Texts } from './texts/en.ts'

export const texts: Readonly<Record<Language, Texts>> = { en: english, ar: arabic }

export const { speak, text } = createPageTexts<TextKey>(texts)
