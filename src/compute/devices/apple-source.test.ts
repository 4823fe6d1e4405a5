import assert from 'node:assert/strict'
import { it } from 'node:test'
import { createAppleSource, parseAppleChip } from './apple-source.ts'

/** Of a Mac mini with an M4, without its displays. */
const chip = `{
  "SPDisplaysDataType" : [
    {
      "_name" : "Apple M4",
      "spdisplays_mtlgpufamilysupport" : "spdisplays_metal4",
      "spdisplays_vendor" : "sppci_vendor_Apple",
      "sppci_bus" : "spdisplays_builtin",
      "sppci_cores" : "10",
      "sppci_device_type" : "spdisplays_gpu",
      "sppci_model" : "Apple M4"
    }
  ]
}`

const accelerator =
  '  | |   "PerformanceStatistics" = {"In use system memory (driver)"=0,"Alloc system memory"=52967440384,"Tiler Utilization %"=10,"recoveryCount"=0,"Device Utilization %"=16,"In use system memory"=2363801600}\n'

it('the GPU of an Apple chip is asked for once, what it does each time', async () => {
  const asked: string[] = []
  const source = createAppleSource((program) => {
    asked.push(program)
    return Promise.resolve({ stdout: program === 'ioreg' ? accelerator : chip, stderr: '', exitCode: 0 })
  })
  await source.read()
  assert.deepEqual(await source.read(), {
    devices: [
      {
        uuid: 'apple-gpu',
        name: 'Apple M4, 10 cores',
        vendor: 'apple',
        isMemoryUnified: true,
        utilizationPercent: 16,
        memoryUsedBytes: 2363801600,
      },
    ],
    problems: [],
  })
  assert.deepEqual(asked, ['system_profiler', 'ioreg', 'ioreg'])
})

it('the GPUs of an Intel Mac and a report that cannot be read are none', () => {
  assert.deepEqual(
    parseAppleChip('{"SPDisplaysDataType":[{"_name":"kHW_IntelIris6100Item","spdisplays_vendor":"Intel"}]}'),
    [],
  )
  assert.deepEqual(parseAppleChip('system_profiler: error'), [])
})
