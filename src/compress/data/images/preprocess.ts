import type { Pixels } from './pixels.ts'
import type { Preprocessing } from './preprocessing.ts'
import { type Picture, resize } from './resize.ts'

/** By how much red, green and blue make a grey, as ITU-R BT.601 has it and Pillow does. */
const brightness = [0.299, 0.587, 0.114] as const

/** Writes a picture as the model takes it into `target`. */
export function preprocess(pixels: Pixels, settings: Preprocessing, target: Float32Array): void {
  const { width, height, channels, layout, scale, mean, std } = settings
  const { data } = fitTo(pixels, settings)
  const count = channels === 'gray' ? 1 : 3
  const area = width * height
  for (let channel = 0; channel < count; channel++) {
    const [less, divisor] = [mean[channel] ?? mean[0] ?? 0, std[channel] ?? std[0] ?? 1]
    const source = channels === 'BGR' ? 2 - channel : channel
    for (let place = 0; place < area; place++) {
      const at = place * 3
      const value = channels === 'gray' ? greyOf(data, at) : (data[at + source] ?? 0)
      const to = layout === 'NCHW' ? channel * area + place : place * count + channel
      target[to] = ((value / 255) * scale - less) / divisor
    }
  }
}

function greyOf(data: ArrayLike<number>, at: number): number {
  return brightness.reduce((sum, weight, channel) => sum + weight * (data[at + channel] ?? 0), 0)
}

function fitTo(picture: Pixels, { width, height, fit }: Preprocessing): Picture {
  if (fit === 'stretch') return resize(picture, { width, height })
  const scales = [width / picture.width, height / picture.height]
  const scale = fit === 'crop' ? Math.max(...scales) : Math.min(...scales)
  const scaled = resize(picture, {
    width: Math.max(1, Math.round(picture.width * scale)),
    height: Math.max(1, Math.round(picture.height * scale)),
  })
  return place(scaled, { width, height })
}

/** In the middle of a canvas of the size, or the middle of it. */
function place(picture: Picture, size: { readonly width: number; readonly height: number }): Picture {
  const data = new Float32Array(size.width * size.height * 3)
  const left = Math.floor((size.width - picture.width) / 2)
  const top = Math.floor((size.height - picture.height) / 2)
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [column, row] = [x - left, y - top]
      if (column < 0 || row < 0 || column >= picture.width || row >= picture.height) continue
      for (let channel = 0; channel < 3; channel++) {
        data[(y * size.width + x) * 3 + channel] = picture.data[(row * picture.width + column) * 3 + channel] ?? 0
      }
    }
  }
  return { ...size, data }
}
