import assert from 'node:assert/strict'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import * as fc from 'fast-check'
import { openTensorboard } from './open-tensorboard.ts'
import type { SourceRun } from './run-source.ts'
import { inFolder } from './scratch-files.ts'
import { crc32c, maskedCrc32c } from './tensorboard/crc32c.ts'
import { hparamsFile, simpleValueFile, tensorFile } from './tensorboard/test-event-files.ts'
import { readTfRecords } from './tensorboard/tf-records.ts'

async function readAll(run: SourceRun) {
  const series: Record<string, [step: number, value: number][]> = {}
  for await (const { key, steps, values } of run.points()) {
    const list = (series[key] ??= [])
    for (const [index, step] of steps.entries()) list.push([step, values[index] ?? Number.NaN])
  }
  return series
}

const name = 'events.out.tfevents.1700000000.host'

async function openAll(folder: string): Promise<SourceRun[]> {
  await using source = await openTensorboard(folder, 'digits')
  return Array.fromAsync(source.runs())
}

function writeRecords(records: readonly Uint8Array[]): Buffer {
  return Buffer.concat(
    records.flatMap((record) => {
      const [length, lengthSum, sum] = [Buffer.alloc(8), Buffer.alloc(4), Buffer.alloc(4)]
      length.writeBigUInt64LE(BigInt(record.length))
      lengthSum.writeUInt32LE(maskedCrc32c(length))
      sum.writeUInt32LE(maskedCrc32c(record))
      return [length, lengthSum, record, sum]
    }),
  )
}

describe('event files', () => {
  it('of a writer of plain values give each scalar with its step and time, and no histogram', () =>
    inFolder({ [`a/b/${name}`]: simpleValueFile }, async (folder) => {
      const [run, ...others] = await openAll(folder)
      assert.ok(run !== undefined && others.length === 0)
      assert.deepEqual([run.key, run.name, run.experiment], ['a/b', 'a/b', 'digits'])
      const expected = [0, 1, 2, 3, 4].map((step) => [step, Math.fround(1 / (step + 1))])
      assert.deepEqual(await readAll(run), { 'loss/train': expected, nan: [[0, Number.NaN]] })
      const times = (await Array.fromAsync(run.points())).find(({ key }) => key === 'loss/train')?.timestamps
      assert.deepEqual(
        times,
        [0, 1, 2, 3, 4].map((step) => (1_700_000_000 + step) * 1000),
      )
    }))

  it('of a writer of tensors give scalars of single and double precision, and no text', () =>
    inFolder({ [name]: tensorFile }, async (folder) => {
      const [run] = await openAll(folder)
      assert.ok(run !== undefined)
      assert.deepEqual(await readAll(run), {
        'acc/val': [0, 1, 2, 3].map((step) => [step, step / 4]),
        loss: [0, 1, 2, 3].map((step) => [step, 2.5 - step]),
        double: [[0, 0.1]],
      })
    }))

  it('give hyperparameters as params', () =>
    inFolder({ [name]: hparamsFile }, async (folder) => {
      const [run] = await openAll(folder)
      assert.deepEqual(
        run?.params.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
        [
          { key: 'lr', value: '0.1' },
          { key: 'on', value: 'true' },
          { key: 'opt', value: 'adam' },
        ],
      )
    }))

  it('that are still being written end with the last whole record, wherever they are cut', async () => {
    const whole = await inFolder({ [name]: simpleValueFile }, async (folder) => {
      const [run] = await openAll(folder)
      return run === undefined ? assert.fail() : (await readAll(run))['loss/train']
    })
    for (const length of [simpleValueFile.length - 1, 300, 101, 60, 24, 11, 0]) {
      await inFolder({ [name]: simpleValueFile.subarray(0, length) }, async (folder) => {
        const [run] = await openAll(folder)
        assert.ok(run !== undefined)
        const { 'loss/train': read = [] } = await readAll(run)
        assert.deepEqual(read, whole?.slice(0, read.length))
      })
    }
  })

  it('with a flipped bit give what comes before, and the place of the damage', () =>
    inFolder({ [name]: simpleValueFile }, async (folder) => {
      const flipped = Buffer.from(simpleValueFile)
      const at = flipped.length - 20
      flipped[at] = (flipped[at] ?? 0) ^ 4
      await writeFile(join(folder, name), flipped)
      const [run] = await openAll(folder)
      assert.ok(run !== undefined)
      const parts: string[] = []
      const reading = (async () => {
        for await (const { key } of run.points()) parts.push(key)
      })()
      await assert.rejects(reading, { code: 'INVALID_PARAMETER_VALUE', message: /is damaged from byte \d+ on/ })
      assert.deepEqual(parts, ['loss/train', 'nan'])
    }))

  it('are told of where there are none', () =>
    inFolder({ 'a.txt': Buffer.from('a') }, async (folder) => {
      await assert.rejects(openTensorboard(folder, 'x'), { code: 'RESOURCE_DOES_NOT_EXIST' })
    }))
})

describe('the records of a file', () => {
  it('come out as they were written, and none of them with a changed byte', async () => {
    const record = fc.uint8Array({ maxLength: 400 })
    await fc.assert(
      fc.asyncProperty(fc.array(record, { maxLength: 8 }), fc.nat(), fc.nat(7), async (records, at, bit) => {
        const bytes = writeRecords(records)
        await inFolder({ [name]: bytes }, async (folder) => {
          const path = join(folder, name)
          assert.deepEqual(
            (await Array.fromAsync(readTfRecords(path))).map((each) => [...each]),
            records.map((each) => [...each]),
          )
          if (bytes.length === 0) return
          const index = at % bytes.length
          await writeFile(path, bytes.with(index, (bytes[index] ?? 0) ^ (1 << bit)))
          const read: Uint8Array[] = []
          const reading = (async () => {
            for await (const each of readTfRecords(path)) read.push(Uint8Array.from(each))
          })()
          await assert.rejects(reading)
          assert.deepEqual(
            read.map((each) => [...each]),
            records.slice(0, read.length).map((each) => [...each]),
          )
        })
      }),
      { numRuns: 60 },
    )
  })

  it('are checked by the sums of RFC 3720', () => {
    assert.equal(crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.equal(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
    assert.equal(crc32c(Buffer.from('123456789')), 0xe3069283)
  })
})
