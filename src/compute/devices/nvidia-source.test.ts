import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { createNvidiaSource } from './nvidia-source.ts'
import type { ToolOutput } from './run-tool.ts'

const mib = 2 ** 20

/** Answers each question whose first argument begins so; all others fail. */
function smi(answers: Readonly<Record<string, string>>, exitCode = 0) {
  const asked: string[] = []
  const run = (program: string, args: readonly string[]): Promise<ToolOutput> => {
    asked.push([program, ...args].join(' '))
    const answer = Object.entries(answers).find(([question]) => args[0]?.startsWith(question))?.[1]
    return Promise.resolve({ stdout: answer ?? '', stderr: '', exitCode: answer === undefined ? 2 : exitCode })
  }
  return { source: createNvidiaSource(run), asked }
}

const whole = 'GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, NVIDIA H100 80GB HBM3, 81559, 5, 0, 29, 71.02, 700.00\n'

describe('nvidia-smi', () => {
  it('is asked for fixed columns, twice', async () => {
    const { source, asked } = smi({
      '--query-gpu': whole,
      '--query-compute-apps': 'GPU-4eac38f2-1a70-662a-f6f4-9b62d1778ef4, 7, 5\n',
    })
    const reading = await source.read()
    assert.deepEqual(asked, [
      'nvidia-smi --query-gpu=uuid,name,memory.total,memory.used,utilization.gpu,temperature.gpu,power.draw,power.limit --format=csv,noheader,nounits',
      'nvidia-smi --query-compute-apps=gpu_uuid,pid,used_memory --format=csv,noheader,nounits',
    ])
    assert.deepEqual(reading?.devices[0]?.processes, [{ pid: 7, memoryBytes: 5 * mib }])
  })

  it('that lists no processes says so of each GPU; one that cannot list them says nothing', async () => {
    const none = await smi({ '--query-gpu': whole, '--query-compute-apps': '' }).source.read()
    assert.deepEqual(none?.devices[0]?.processes, [])
    const failed = await smi({ '--query-gpu': whole }).source.read()
    assert.equal(failed?.devices[0]?.processes, undefined)
  })

  it('that is not installed is told from one without GPUs and from one with a problem', async () => {
    assert.equal(await createNvidiaSource(() => Promise.resolve(undefined)).read(), undefined)
    const none = await smi({ '--query-gpu': 'No devices were found\n' }, 6).source.read()
    assert.deepEqual(none, { devices: [], problems: [] })
    const mismatch = 'Failed to initialize NVML: Driver/library version mismatch'
    const broken = await smi({ '--query-gpu': `${mismatch}\nNVML library version: 535.183\n` }, 18).source.read()
    assert.deepEqual(broken, { devices: [], problems: [mismatch, 'NVML library version: 535.183'] })
  })
})

describe('a GPU that is split up', () => {
  // Two A100: the first split up, with the instances of gpustack’s notes on driver 575, the second whole.
  const gpus = `GPU-295b72d2-e23d-baa4-1b87-88bc3b68fd08, NVIDIA A100 80GB PCIe, 81920, 3703, [N/A], 38, 66.10, 300.00
GPU-9c73eb7b-8d6d-6c0e-dc13-97873e2ede40, NVIDIA A100 80GB PCIe, 81920, 0, 0, 30, 46.00, 300.00
`
  const list = `GPU 0: NVIDIA A100 80GB PCIe (UUID: GPU-295b72d2-e23d-baa4-1b87-88bc3b68fd08)
  MIG 3g.40gb     Device  0: (UUID: MIG-c1d3d074-7dc1-5e89-8a5f-6d0b08327092)
  MIG 1g.10gb     Device  1: (UUID: MIG-84e0b369-ad9b-5b6f-a11f-74e7d7de0637)
GPU 1: NVIDIA A100 80GB PCIe (UUID: GPU-9c73eb7b-8d6d-6c0e-dc13-97873e2ede40)
`
  const instance = (index: number, instance: number, total: number, used: number) => `
			<mig_device>
				<index>${index}</index>
				<gpu_instance_id>${instance}</gpu_instance_id>
				<compute_instance_id>0</compute_instance_id>
				<device_attributes><shared><multiprocessor_count>60</multiprocessor_count></shared></device_attributes>
				<fb_memory_usage>
					<total>${total} MiB</total>
					<reserved>0 MiB</reserved>
					<used>${used} MiB</used>
					<free>${total - used} MiB</free>
				</fb_memory_usage>
			</mig_device>`
  const xml = `<?xml version="1.0" ?>
<!DOCTYPE nvidia_smi_log SYSTEM "nvsmi_device_v12.dtd">
<nvidia_smi_log>
	<gpu id="00000000:00:09.0">
		<mig_mode><current_mig>Enabled</current_mig><pending_mig>Enabled</pending_mig></mig_mode>
		<mig_devices>${instance(0, 1, 40448, 298)}${instance(1, 11, 9728, 12)}
		</mig_devices>
		<uuid>GPU-295b72d2-e23d-baa4-1b87-88bc3b68fd08</uuid>
		<fb_memory_usage><total>81920 MiB</total><used>3703 MiB</used></fb_memory_usage>
		<processes>
			<process_info>
				<gpu_instance_id>1</gpu_instance_id>
				<compute_instance_id>0</compute_instance_id>
				<pid>34965</pid>
				<type>C</type>
				<process_name>python</process_name>
				<used_memory>280 MiB</used_memory>
			</process_info>
		</processes>
	</gpu>
	<gpu id="00000000:00:0A.0">
		<uuid>GPU-9c73eb7b-8d6d-6c0e-dc13-97873e2ede40</uuid>
	</gpu>
</nvidia_smi_log>
`
  const questions = { '--query-gpu': gpus, '--query-compute-apps': '', '-L': list }

  it('counts as its instances, each with its memory and its processes', async () => {
    const reading = await smi({ ...questions, '-q': xml }).source.read()
    assert.deepEqual(
      reading?.devices.map(({ uuid, name, memoryTotalBytes, memoryUsedBytes, processes }) => [
        uuid,
        name,
        (memoryTotalBytes ?? 0) / mib,
        (memoryUsedBytes ?? 0) / mib,
        processes,
      ]),
      [
        [
          'MIG-c1d3d074-7dc1-5e89-8a5f-6d0b08327092',
          'NVIDIA A100 80GB PCIe MIG 3g.40gb',
          40448,
          298,
          [{ pid: 34965, memoryBytes: 280 * mib }],
        ],
        ['MIG-84e0b369-ad9b-5b6f-a11f-74e7d7de0637', 'NVIDIA A100 80GB PCIe MIG 1g.10gb', 9728, 12, []],
        ['GPU-9c73eb7b-8d6d-6c0e-dc13-97873e2ede40', 'NVIDIA A100 80GB PCIe', 81920, 0, []],
      ],
    )
    assert.equal(reading?.devices[1]?.temperatureCelsius, 38)
  })

  it('has the memory of its profiles where the driver tells no more', async () => {
    const reading = await smi(questions).source.read()
    assert.deepEqual(
      reading?.devices.map(({ memoryTotalBytes }) => (memoryTotalBytes ?? 0) / mib / 1024),
      [40, 10, 80],
    )
    assert.equal(reading?.devices[0]?.processes, undefined)
  })

  it('is found by its UUID also where the driver gives the instances theirs', async () => {
    const named = xml.replaceAll('<mig_device>', '<mig_device><uuid>MIG-c1d3d074-7dc1-5e89-8a5f-6d0b08327092</uuid>')
    const reading = await smi({ ...questions, '-q': named }).source.read()
    assert.equal(reading?.devices[1]?.memoryUsedBytes, 12 * mib)
  })
})
