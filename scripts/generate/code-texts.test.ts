import assert from 'node:assert/strict'
import { it } from 'node:test'
import { findCodeTexts } from './code-texts.ts'

it('texts are found where they are shown, over lines and with quotes', () => {
  const code = String.raw`
    import { localize } from './localize.ts'
    show(localize('One'), localize("It's two {n}", { n }))
    show(localize(
      'Three: \'{x}\'\n',
      { x },
    ))`
  assert.deepEqual(findCodeTexts(code, 'a.ts'), ['One', "It's two {n}", "Three: '{x}'\n"])
})

it('a text that is put together is an error that says where', () => {
  assert.throws(() => findCodeTexts('\nlocalize(title)', 'a.ts'), /^TypeError: a\.ts:2: /)
  assert.throws(() => findCodeTexts('localize(`Run ${name}`)', 'a.ts'), TypeError)
  assert.throws(() => findCodeTexts("localize('Run ' + name)", 'a.ts'), TypeError)
})
