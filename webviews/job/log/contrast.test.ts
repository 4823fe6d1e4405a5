import assert from 'node:assert/strict'
import { it } from 'node:test'
import { contrastOf, makeReadable, parseColor } from './contrast.ts'

it('colours are read as themes write them', () => {
  const written = ['#0af', '#00aaff', '#00aaff80', 'rgb(0, 170, 255)', 'rgba(0, 170, 255, 0.5)']
  for (const text of written) assert.deepEqual(parseColor(text), [0, 170, 255], text)
  assert.equal(parseColor('transparent'), undefined)
})

it('contrast is that of WCAG', () => {
  assert.equal(contrastOf([0, 0, 0], [255, 255, 255]), 21)
  assert.equal(contrastOf([119, 119, 119], [255, 255, 255]).toFixed(2), '4.48')
})

it('a colour that cannot be read is made lighter on dark ground and darker on light ground, others stay', () => {
  const [dark, light] = [
    [31, 31, 31],
    [255, 255, 255],
  ] as const
  assert.deepEqual(makeReadable([229, 229, 16], dark), [229, 229, 16])
  for (const [color, ground] of [
    [[0, 0, 0], dark],
    [[36, 114, 200], dark],
    [[229, 229, 16], light],
    [[255, 255, 255], light],
    [
      [128, 128, 128],
      [128, 128, 128],
    ],
  ] as const) {
    assert.ok(contrastOf(makeReadable(color, ground), ground) >= 4.5, String(color))
  }
})
