import { element } from '../dom.ts'
import { encodePng } from './encode-png.ts'

/** Where data is drawn, in device pixels from the canvas's corner; the axes stand around it. */
export interface Frame {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
  /** Device pixels of a CSS pixel. */
  readonly ratio: number
}

/** Three canvases on top of each other, so that what changes with the pointer redraws nothing else. */
export interface PlotArea {
  readonly element: HTMLElement
  readonly axes: CanvasRenderingContext2D
  readonly data: CanvasRenderingContext2D
  readonly overlay: CanvasRenderingContext2D
  readonly frame: Frame
  /** Other contexts stand in for those of `axes` and `data` while `draw` runs. */
  drawElsewhere(contexts: { axes: CanvasRenderingContext2D; data: CanvasRenderingContext2D }, draw: () => void): void
  dispose(): void
}

/** Room for the axes, in CSS pixels. */
export interface Margins {
  readonly left: number
  readonly top: number
  readonly right: number
  readonly bottom: number
}

const defaultMargins: Margins = { left: 52, top: 8, right: 12, bottom: 22 }

/** @param resized called when there is room to draw in, and whenever that changes */
export function createPlotArea(resized: () => void, margins = defaultMargins): PlotArea {
  const layers = ['axes', 'data', 'overlay'].map((name) => element('canvas', { class: `plot-${name}` }))
  // Axes run from left to right in any language, as mathematics does.
  const stack = element('div', { class: 'plot', dir: 'ltr' }, ...layers)
  const [axes, data, overlay] = layers.map(getContext)
  if (axes === undefined || data === undefined || overlay === undefined) throw new TypeError('A plot has three layers.')
  let elsewhere: { axes: CanvasRenderingContext2D; data: CanvasRenderingContext2D } | undefined
  let frame: Frame = { left: 0, top: 0, right: 0, bottom: 0, ratio: 1 }
  const observer = new ResizeObserver(([entry]) => {
    const { inlineSize = 0, blockSize = 0 } = entry?.contentBoxSize[0] ?? {}
    const ratio = window.devicePixelRatio
    const [width, height] = [Math.round(inlineSize * ratio), Math.round(blockSize * ratio)]
    if (width === 0 || height === 0) return
    if (axes.canvas.width === width && axes.canvas.height === height && frame.ratio === ratio) return
    for (const layer of layers) [layer.width, layer.height] = [width, height]
    frame = {
      left: Math.round(margins.left * ratio),
      top: Math.round(margins.top * ratio),
      right: Math.max(1, width - Math.round(margins.right * ratio)),
      bottom: Math.max(1, height - Math.round(margins.bottom * ratio)),
      ratio,
    }
    resized()
  })
  observer.observe(stack)
  return {
    element: stack,
    get axes() {
      return elsewhere?.axes ?? axes
    },
    get data() {
      return elsewhere?.data ?? data
    },
    overlay,
    get frame() {
      return frame
    },
    drawElsewhere(contexts, draw) {
      elsewhere = contexts
      try {
        draw()
      } finally {
        elsewhere = undefined
      }
    },
    dispose: () => observer.disconnect(),
  }
}

function getContext(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d')
  if (context === null) throw new TypeError('This browser draws on no canvas.')
  return context
}

export function clear(context: CanvasRenderingContext2D): void {
  context.clearRect(0, 0, context.canvas.width, context.canvas.height)
}

/** Draws within the frame alone. */
export function withinFrame(context: CanvasRenderingContext2D, frame: Frame, draw: () => void): void {
  context.save()
  context.beginPath()
  context.rect(frame.left, frame.top, frame.right - frame.left, frame.bottom - frame.top)
  context.clip()
  draw()
  context.restore()
}

/** The layers as one picture on the background of the theme. */
export async function toPicture({ axes, data }: PlotArea, background: string): Promise<Uint8Array> {
  const { width, height } = axes.canvas
  const canvas = new OffscreenCanvas(width, height)
  const context = canvas.getContext('2d')
  if (context === null) throw new TypeError('This browser draws on no canvas.')
  context.fillStyle = background
  context.fillRect(0, 0, width, height)
  context.drawImage(axes.canvas, 0, 0)
  context.drawImage(data.canvas, 0, 0)
  return encodePng(canvas)
}
