import assert from 'node:assert/strict'
import { it } from 'node:test'
import { formatSize, parseSize, parseTime } from './quantities.ts'

it('sizes are read in powers of 1,024, whatever their unit is called', () => {
  assert.deepEqual(['24G', '24GiB', '24gb', '1.5g', '512m', '8', '2T', '3 k'].map(parseSize), [
    24 * 2 ** 30,
    24 * 2 ** 30,
    24 * 2 ** 30,
    1.5 * 2 ** 30,
    512 * 2 ** 20,
    8,
    2 * 2 ** 40,
    3072,
  ])
})

it('times are read by their units, which may be joined', () => {
  assert.deepEqual(['90s', '45m', '2h', '1d', '1h30m', '0.5h'].map(parseTime), [90, 2700, 7200, 86_400, 5400, 1800])
})

it('what is no quantity is none', () => {
  for (const text of ['', 'G', '-1G', '0', '1e3', '24X', '1G2']) assert.equal(parseSize(text), undefined, text)
  for (const text of ['', '2', 'h', '-1h', '0s', '2hours']) assert.equal(parseTime(text), undefined, text)
})

it('a size is written in the largest unit it fills', () => {
  assert.deepEqual([24 * 2 ** 30, 1.5 * 2 ** 30, 2048, 7].map(formatSize), ['24 GiB', '1.5 GiB', '2 KiB', '7 B'])
})
