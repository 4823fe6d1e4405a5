/** The languages that there are texts in, by the tag that the editor gives them. */
export const languages = {
  en: { locale: 'en-US', direction: 'ltr' },
  // Western digits, as in papers, logs and code: a value must read the same in a cell and in the file it came from.
  ar: { locale: 'ar-u-nu-latn', direction: 'rtl' },
} as const satisfies Record<string, { readonly locale: string; readonly direction: 'ltr' | 'rtl' }>

export type Language = keyof typeof languages

/** The language to speak in an editor of language `tag` (`ar`, `pt-br`): English where there is no better one. */
export function findLanguage(tag: string): Language {
  const [primary = ''] = tag.toLowerCase().split(/[-_]/)
  return isLanguage(primary) ? primary : 'en'
}

export function isLanguage(tag: string): tag is Language {
  return Object.hasOwn(languages, tag)
}
