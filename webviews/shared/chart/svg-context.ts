import { escapeHtml } from '../../../src/base/escape-html.ts'

/** What drawings use of a canvas's context, written down as SVG. */
export interface SvgContext {
  /** Stands in for the context of a canvas. */
  readonly context: CanvasRenderingContext2D
  /** The elements drawn so far, from back to front. */
  elements(): string
}

/** What `save` keeps. */
interface State {
  fillStyle: string
  strokeStyle: string
  globalAlpha: number
  lineWidth: number
  lineJoin: string
  font: string
  textAlign: string
  textBaseline: string
  dash: readonly number[]
  clipId: string | undefined
}

const anchors: Readonly<Record<string, string>> = { center: 'middle', end: 'end', right: 'end' }
const baselines: Readonly<Record<string, string>> = {
  middle: 'central',
  top: 'text-before-edge',
  bottom: 'text-after-edge',
}

/**
 * A context that draws on no canvas: the same calls give the same elements, to the byte.
 *
 * @param measured measures texts, and has the size of the drawing in pixels
 * @param idPrefix begins the ids of clip paths; unique among the layers of a picture
 */
export function createSvgContext(measured: CanvasRenderingContext2D, idPrefix: string): SvgContext {
  const made: string[] = []
  const saved: State[] = []
  let path = ''
  let clipCount = 0
  let state: State = {
    fillStyle: '#000000',
    strokeStyle: '#000000',
    globalAlpha: 1,
    lineWidth: 1,
    lineJoin: 'miter',
    font: '10px sans-serif',
    textAlign: 'start',
    textBaseline: 'alphabetic',
    dash: [],
    clipId: undefined,
  }

  const shared = () =>
    (state.globalAlpha === 1 ? '' : ` opacity="${round(state.globalAlpha)}"`) +
    (state.clipId === undefined ? '' : ` clip-path="url(#${state.clipId})"`)
  const strokeOf = () =>
    ` fill="none" stroke="${escapeHtml(state.strokeStyle)}" stroke-width="${round(state.lineWidth)}"` +
    (state.lineJoin === 'miter' ? '' : ` stroke-linejoin="${state.lineJoin}"`) +
    (state.dash.length === 0 ? '' : ` stroke-dasharray="${state.dash.map(round).join(' ')}"`)
  const fillOf = () => ` fill="${escapeHtml(state.fillStyle)}"`
  const rectPath = (x: number, y: number, width: number, height: number) =>
    `M${round(x)} ${round(y)}h${round(width)}v${round(height)}h${round(-width)}z`
  const addPath = (data: string, paint: string) => {
    if (data !== '') made.push(`<path d="${data}"${paint}${shared()}/>`)
  }

  function addText(text: string, x: number, y: number, paint: string): void {
    const size = /([\d.]+)px\s+(.*)$/.exec(state.font)
    const anchor = anchors[state.textAlign]
    const baseline = baselines[state.textBaseline]
    made.push(
      `<text x="${round(x)}" y="${round(y)}" font-size="${size?.[1] ?? 10}" font-family="${escapeHtml(size?.[2] ?? 'sans-serif')}"` +
        (anchor === undefined ? '' : ` text-anchor="${anchor}"`) +
        (baseline === undefined ? '' : ` dominant-baseline="${baseline}"`) +
        `${paint}${shared()}>${escapeHtml(text)}</text>`,
    )
  }

  const calls = {
    canvas: measured.canvas,
    save: () => void saved.push({ ...state }),
    restore: () => void (state = saved.pop() ?? state),
    beginPath: () => void (path = ''),
    closePath: () => void (path += 'z'),
    moveTo: (x: number, y: number) => void (path += `M${round(x)} ${round(y)}`),
    lineTo: (x: number, y: number) => void (path += `${path === '' ? 'M' : 'L'}${round(x)} ${round(y)}`),
    rect: (...box: [number, number, number, number]) => void (path += rectPath(...box)),
    arc(x: number, y: number, radius: number, from: number, to: number) {
      path += arcPath(x, y, radius, from, to, path === '')
    },
    clip() {
      const id = `${idPrefix}${(clipCount += 1)}`
      made.push(`<clipPath id="${id}"><path d="${path}"/></clipPath>`)
      state = { ...state, clipId: id }
    },
    stroke: () => addPath(path, strokeOf()),
    fill: () => addPath(path, fillOf()),
    fillRect: (...box: [number, number, number, number]) => addPath(rectPath(...box), fillOf()),
    strokeRect: (...box: [number, number, number, number]) => addPath(rectPath(...box), strokeOf()),
    /** A picture begins empty. */
    clearRect: () => void made.splice(0),
    fillText: (text: string, x: number, y: number) => addText(text, x, y, fillOf()),
    strokeText: (text: string, x: number, y: number) => addText(text, x, y, strokeOf()),
    drawImage(image: CanvasImageSource & { width: number; height: number }, x: number, y: number) {
      const { width, height } = image
      const size = ` x="${round(x)}" y="${round(y)}" width="${width}" height="${height}"`
      made.push(`<image href="${toDataUrl(image)}"${size}${shared()}/>`)
    },
    setLineDash: (dash: readonly number[]) => void (state = { ...state, dash }),
    measureText(text: string) {
      measured.font = state.font
      return measured.measureText(text)
    },
  }
  const context = new Proxy(calls, {
    get(_, name) {
      if (name in state) return state[name as keyof State]
      if (name in calls) return calls[name as keyof typeof calls]
      throw new TypeError(`The SVG drawing has no "${String(name)}".`)
    },
    set(_, name, value) {
      state = { ...state, [name]: value }
      return true
    },
  })
  // SAFETY: it has what drawings use, and throws for what it lacks rather than leaving it out of the picture.
  return { context: context as unknown as CanvasRenderingContext2D, elements: () => made.join('\n') }
}

/** What has no lines, a field of colours for instance, is a picture in the picture. */
function toDataUrl(image: CanvasImageSource & { width: number; height: number }): string {
  const canvas = document.createElement('canvas')
  canvas.width = image.width
  canvas.height = image.height
  canvas.getContext('2d')?.drawImage(image, 0, 0)
  return canvas.toDataURL()
}

function arcPath(x: number, y: number, radius: number, from: number, to: number, isFirst: boolean): string {
  const at = (angle: number) => `${round(x + radius * Math.cos(angle))} ${round(y + radius * Math.sin(angle))}`
  const turn = (angle: number, isLarge: boolean) =>
    `A${round(radius)} ${round(radius)} 0 ${isLarge ? 1 : 0} 1 ${at(angle)}`
  const start = `${isFirst ? 'M' : 'L'}${at(from)}`
  // An arc that ends where it begins is none.
  if (to - from >= 2 * Math.PI - 1e-9) return `${start}${turn(from + Math.PI, false)}${turn(from, false)}z`
  return `${start}${turn(to, to - from > Math.PI)}`
}

/** A hundredth of a pixel is finer than any screen or printer shows. */
function round(value: number): number {
  return Math.round(value * 100) / 100
}
