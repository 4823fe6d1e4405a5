import assert from 'node:assert/strict'
import { it } from 'node:test'
import { encodePng, type Paint, pngOf } from '../test-images.ts'
import { decodeJpeg } from './decode-jpeg.ts'
import { decodePng } from './decode-png.ts'

const [width, height] = [27, 20]
const slope: Paint = (x, y) => [x * 8, y * 12, (x + y) * 5]

/** Of 27 by 20 pixels with the slope above, as Pillow 13 wrote them with a quality of 90. */
const jpegs = {
  'baseline, colours in half the columns and rows':
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAUABsDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAABgAHCP/EACIQAAEDAwQDAQAAAAAAAAAAAAAFByMEMqECAyJBARJRE//EABgBAAIDAAAAAAAAAAAAAAAAAAYIAwcJ/8QAIhEAAQIFBAMAAAAAAAAAAAAAAAEEAgMFBiISITEyEyNh/9oADAMBAAIRAxEAPwDgxEbq2LBoCI3VsWDY0RurYsD9Ebm2LBC0e/Qat68euRjiI3NsWBhst1Fpi6+G5IjdWxYGOy3UWmLr4Fzd7jyMjR7x9XYMoqHSePWMfoiHScYyIqZoq7GadvTI8d1H6Ih0nGMY7KHSflpj6IgvbqukZCjzI/Fyp//Z',
  'progressive, colours in half the columns':
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wgARCAAUABsDASEAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAABQYDB//EABkBAAIDAQAAAAAAAAAAAAAAAAUHAwQGCP/aAAwDAQACEAMQAAAB4LQSWqBguyMX8zz7QMF2SZQZpDPsl2R//8QAGhAAAwEBAQEAAAAAAAAAAAAAAAMFAgEhEf/aAAgBAQABBQJM4TOEzjk7xM4TOEzjk7xKMiUZEoycRn5//8QAHBEAAgEFAQAAAAAAAAAAAAAAAAQFAgMSIjEh/9oACAEDAQE/AY9zgm5qR7nBNzUj7tXgndqxP//EABgRAAMBAQAAAAAAAAAAAAAAAAACAyEB/9oACAECAQE/AZOTfCTk3wl0n3D/xAAVEAEBAAAAAAAAAAAAAAAAAAAAMf/aAAgBAQAGPwKIiIiIiIj/xAAXEAEBAQEAAAAAAAAAAAAAAAAAMSER/9oACAEBAAE/IZEiZkJEyRkMplMpyj//2gAMAwEAAgADAAAAEPNUqv/EABYRAQEBAAAAAAAAAAAAAAAAAABRQf/aAAgBAwEBPxC5WuVtppv/xAAYEQADAQEAAAAAAAAAAAAAAAAAARAxIf/aAAgBAgEBPxDOLOJ/Bo//xAAaEAEBAAIDAAAAAAAAAAAAAAAA8VGBARBx/9oACAEBAAE/EJqaktNwmpKa03Dg9lKeGP/Z',
  'with restarts':
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/2wBDAQMEBAUEBQkFBQkUDQsNFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBT/wAARCAAUABsDAREAAhEBAxEB/8QAFgABAQEAAAAAAAAAAAAAAAAABgcI/8QAIhAAAQMDBAMBAAAAAAAAAAAAIwAFBwQyoQIDIkEBElET/8QAGQEAAwEBAQAAAAAAAAAAAAAABQYHCAQC/8QAHhEAAgIDAQEBAQAAAAAAAAAAAAMFIQECMQQiERL/3QAEAAL/2gAMAwEAAhEDEQA/AMGMkdWiwvCng6PmeWUBkjq0WEYU8psfM8s//9CFskc2iwm5TzREfM8sYbMdC0i6+Inh9D2uZ+cWf//Rl7JHVosJcU8z1HzPLH7JHNosIyp5TY+Z5Z//0lzJHVosLvU8KR8zyxjsx0LSLr4iWH0Pa5n5xZ//03LKx0nj1GkJW+TDEf6m1Y/ZGOk4jRhW+Smx/qbVn//U1uyMdJxGuNW+SYx/qbVjHZY6T8tI+kTxtn8HvT1N/nFn/9k=',
}
const greyJpeg =
  '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgMCAgMDAwMEAwMEBQgFBQQEBQoHBwYIDAoMDAsKCwsNDhIQDQ4RDgsLEBYQERMUFRUVDA8XGBYUGBIUFRT/wAALCAAUABsBAREA/8QAFwABAAMAAAAAAAAAAAAAAAAABgQHCP/EACIQAAEDAwQDAQAAAAAAAAAAACMABQcEMqECAyJBARJRE//aAAgBAQAAPwDBjJHVosKwGSOrRYT9kjm0WEw2Y6FpF18UNkjq0WE/ZI5tFhP2SOrRYTHZjoWkXXxGWVjpPHqNP2RjpOI0/ZGOk4jTHZY6T8tI+l//2Q=='

/** The largest difference from what was painted, and the mean of all. */
function differ(data: Uint8Array, paint: Paint): { readonly most: number; readonly mean: number } {
  const painted = Array.from({ length: width * height }, (_, at) => paint(at % width, Math.floor(at / width))).flat()
  const differences = painted.map((value, at) => Math.abs(value - (data[at] ?? 0)))
  assert.equal(data.length, painted.length)
  return { most: Math.max(...differences), mean: differences.reduce((sum, each) => sum + each, 0) / painted.length }
}

for (const [kind, text] of Object.entries(jpegs)) {
  it(`a JPEG is what was painted, ${kind}`, () => {
    const pixels = decodeJpeg(Buffer.from(text, 'base64'), 'a.jpg')
    assert.deepEqual([pixels.width, pixels.height], [width, height])
    const { most, mean } = differ(pixels.data, slope)
    assert.ok(most <= 20 && mean <= 3, `${most}, ${mean}`)
  })
}

it('a grey JPEG has the same in all three channels', () => {
  const { data } = decodeJpeg(Buffer.from(greyJpeg, 'base64'), 'a.jpg')
  const { most } = differ(data, (x, y) => {
    const [red, green, blue] = slope(x, y)
    const grey = 0.299 * red + 0.587 * green + 0.114 * blue
    return [grey, grey, grey]
  })
  assert.ok(most <= 6, `${most}`)
})

it('a PNG is what was painted, whatever the filters of its rows', () => {
  const { data } = decodePng(encodePng(width, height, slope), 'a.png')
  assert.equal(differ(data, slope).most, 0)
})

it('a PNG may come in passes', () => {
  const steps = [
    [0, 0, 8, 8],
    [4, 0, 8, 8],
    [0, 4, 4, 8],
    [2, 0, 4, 4],
    [0, 2, 2, 4],
    [1, 0, 2, 2],
    [0, 1, 1, 2],
  ] as const
  const rows: number[] = []
  for (const [left, top, right, down] of steps) {
    for (let y = top; y < height; y += down) {
      rows.push(0)
      for (let x = left; x < width; x += right) rows.push(...slope(x, y))
    }
  }
  const { data } = decodePng(
    pngOf(width, height, { colour: 2, depth: 8, interlace: 1 }, Uint8Array.from(rows)),
    'a.png',
  )
  assert.equal(differ(data, slope).most, 0)
})

it('a PNG may have a palette, grey of few bits or of many, and a channel of what is transparent', () => {
  const pixelsOf = (colour: number, depth: number, row: readonly number[], palette?: Uint8Array) => {
    const size = (row.length * 8) / depth / ([1, 1, 3, 1, 2, 1, 4][colour] ?? 1)
    return [
      ...decodePng(pngOf(size, 1, { colour, depth, interlace: 0 }, Uint8Array.of(0, ...row), palette), 'a.png').data,
    ]
  }
  const palette = Uint8Array.of(1, 2, 3, 4, 5, 6)
  assert.deepEqual(pixelsOf(3, 4, [0x01], palette), [1, 2, 3, 4, 5, 6])
  assert.deepEqual(pixelsOf(0, 2, [0b00011011]), [0, 0, 0, 85, 85, 85, 170, 170, 170, 255, 255, 255])
  assert.deepEqual(pixelsOf(0, 16, [7, 99]), [7, 7, 7])
  assert.deepEqual(pixelsOf(4, 8, [9, 0]), [9, 9, 9])
  assert.deepEqual(pixelsOf(6, 8, [1, 2, 3, 0]), [1, 2, 3])
})

it('damaged images are refused by their names, whatever was done to them', () => {
  const good = Buffer.from(jpegs['with restarts'], 'base64')
  const png = encodePng(width, height, slope)
  const refused = { code: 'BAD_REQUEST', message: /^bad\.(jpg|png) is / } as const
  for (const end of [3, 20, 200]) assert.throws(() => decodeJpeg(good.subarray(0, end), 'bad.jpg'), refused)
  for (const end of [9, 30, png.length - 30]) assert.throws(() => decodePng(png.subarray(0, end), 'bad.png'), refused)
  for (let at = 2; at < good.length; at++) {
    const changed = Buffer.from(good)
    changed[at] = (changed[at] ?? 0) ^ 0xff
    try {
      decodeJpeg(changed, 'bad.jpg')
    } catch (error) {
      assert.ok(error instanceof Error && error.message.startsWith('bad.jpg is '), `byte ${at}: ${String(error)}`)
    }
  }
})

it('an image of more pixels than there may be is refused before there is room for them', () => {
  const png = encodePng(width, height, slope)
  png.writeUInt32BE(100_000, 16)
  png.writeUInt32BE(100_000, 20)
  assert.throws(() => decodePng(png, 'bad.png'), /bad\.png is 100000 × 100000/)
})
