import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { drawAxes } from './draw-axes.ts'
import { createSvgContext } from './svg-context.ts'

function create() {
  const measured = {
    canvas: { width: 200, height: 100 },
    font: '',
    measureText: (text: string) => ({ width: text.length * 6 }),
  }
  // SAFETY: nothing else of it is used.
  return createSvgContext(measured as unknown as CanvasRenderingContext2D, 'a')
}

describe('a drawing as SVG', () => {
  it('has an element for each stroke, fill and text, with its style', () => {
    const { context, elements } = create()
    context.strokeStyle = '#0072b2'
    context.lineWidth = 1.5
    context.lineJoin = 'bevel'
    context.setLineDash([4, 2])
    context.beginPath()
    context.moveTo(1, 2.345)
    context.lineTo(3, 4)
    context.stroke()
    context.setLineDash([])
    context.globalAlpha = 0.5
    context.fillStyle = 'red'
    context.fillRect(0, 1, 2, 3)
    context.globalAlpha = 1
    context.font = '11px "Droid Sans", sans-serif'
    context.textAlign = 'end'
    context.textBaseline = 'middle'
    context.fillText('a < b', 5, 6)
    assert.deepEqual(elements().split('\n'), [
      '<path d="M1 2.35L3 4" fill="none" stroke="#0072b2" stroke-width="1.5" stroke-linejoin="bevel" stroke-dasharray="4 2"/>',
      '<path d="M0 1h2v3h-2z" fill="red" opacity="0.5"/>',
      '<text x="5" y="6" font-size="11" font-family="&#34;Droid Sans&#34;, sans-serif" text-anchor="end" dominant-baseline="central" fill="red">a &#60; b</text>',
    ])
  })

  it('keeps to what was clipped until that is restored, and begins anew when cleared', () => {
    const { context, elements } = create()
    context.fillRect(0, 0, 1, 1)
    context.clearRect(0, 0, 200, 100)
    context.save()
    context.beginPath()
    context.rect(10, 10, 50, 20)
    context.clip()
    context.beginPath()
    context.arc(20, 20, 3, 0, 2 * Math.PI)
    context.fill()
    context.restore()
    context.beginPath()
    context.arc(20, 20, 3, 0, Math.PI / 2)
    context.stroke()
    const [clip, circle, arc, ...rest] = elements().split('\n')
    assert.equal(clip, '<clipPath id="a1"><path d="M10 10h50v20h-50z"/></clipPath>')
    assert.equal(circle, '<path d="M23 20A3 3 0 0 1 17 20A3 3 0 0 1 23 20z" fill="#000000" clip-path="url(#a1)"/>')
    assert.equal(arc, '<path d="M23 20A3 3 0 0 1 20 23" fill="none" stroke="#000000" stroke-width="1"/>')
    assert.deepEqual(rest, [])
  })

  it('says what it cannot draw', () => {
    const { context } = create()
    assert.throws(() => context.createPattern, /no "createPattern"/)
  })

  it('draws axes as a canvas does', () => {
    const { context, elements } = create()
    const scale = { min: 0, max: 1, toPixel: (value: number) => 10 + value * 100, toValue: (pixel: number) => pixel }
    const axis = { scale: { ...scale, isLog: false }, ticks: [{ value: 0.5, label: 'half' }] }
    const theme = { text: '#111', lines: '#222', background: '#fff', accent: '#00f', fontFamily: 'sans-serif' }
    drawAxes(context, { left: 10, top: 0, right: 110, bottom: 80, ratio: 1 }, theme, { x: axis, y: axis })
    assert.equal(elements().match(/<text [^>]*>half<\/text>/g)?.length, 2)
    assert.match(elements(), /d="M10 60\.5L110 60\.5"[^>]*opacity="0\.25"/)
  })
})
