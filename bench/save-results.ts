import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import packageJson from '../package.json' with { type: 'json' }
import type { Benchmark } from './benchmark.ts'
import { describeMachine, type Machine, type PeerVersions, readPeerVersions } from './machine.ts'
import { formatResults } from './result-table.ts'
import type { Measured } from './run-benchmark.ts'

const folder = join(import.meta.dirname, 'results')

interface Circumstances {
  readonly date: Date
  readonly command: string
  readonly machine: Machine
  /** Undefined where there is no peer, or where the peers have names. */
  readonly peer: PeerVersions | undefined
  readonly peers: string | undefined
}

/** Writes `results/NAME.json` with every sample, and `results/NAME.md` to be read; of a part, `results/NAME-PART`. */
export async function saveResults(
  benchmark: Benchmark,
  measured: Measured,
  { date, only }: { readonly date: Date; readonly only: string | undefined },
): Promise<void> {
  const name = only === undefined ? benchmark.name : `${benchmark.name}-${only}`
  const hasPeer = measured.results.some(({ peer }) => peer !== undefined)
  const circumstances: Circumstances = {
    date,
    command: `npm run bench -- ${benchmark.name}${only === undefined ? '' : ` --only ${only}`}`,
    machine: describeMachine(),
    peer: hasPeer ? readPeerVersions() : undefined,
    peers: benchmark.describePeers?.(),
  }
  await mkdir(folder, { recursive: true })
  const json = join(folder, `${name}.json`)
  await writeFile(json, await formatJson(json, toRecord({ ...benchmark, name }, measured, circumstances)))
  await writeFile(join(folder, `${name}.md`), toPage({ ...benchmark, name }, measured, circumstances))
}

function toRecord(benchmark: Benchmark, { results }: Measured, { date, ...where }: Circumstances): object {
  const { name, summary } = benchmark
  return { name, summary, date: date.toISOString(), version: packageJson.version, ...where, results }
}

async function formatJson(filepath: string, value: object): Promise<string> {
  return format(JSON.stringify(value), { ...(await resolveConfig(filepath)), filepath })
}

function toPage({ name, summary }: Benchmark, measured: Measured, where: Circumstances): string {
  const { date, command, machine, peer, peers } = where
  const { results, description } = measured
  const mlflow = peer === undefined ? '' : ` The peer is MLflow ${peer.mlflow} on Python ${peer.python}.`
  const against = peers === undefined ? mlflow : ` The ratio is to the best of ${peers}.`
  return `# ${name}

${summary}. Medians; a ratio above 1 is in our favour.

${formatResults(results)}
${description === undefined ? '' : `\n${description}\n`}
Runwright ${packageJson.version} on Node ${machine.node}, ${machine.cpu}, ${machine.cores} cores, ${machine.system}, ${date.toISOString().slice(0, 10)}.${against} Every sample is in [${name}.json](${name}.json).

\`\`\`sh
${command}
\`\`\`
`
}
