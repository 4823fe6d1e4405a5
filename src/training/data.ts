import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { warn } from './checkpoint-folder.ts'
import { postToRun } from './run-artifacts.ts'
import { findTrackedData, type TrackedData } from './tracked-data.ts'

/** Of MLflow's datasets. */
const limits = { name: 500, digest: 36 }

/** What was told to the run, so that a loop over the same data tells it once. */
const told = new Set<string>()

/**
 * The absolute path of a file or folder under version control, whose version the run records. Without a run, and for what
 * is not under version control, it is the path and nothing else; the latter with a warning.
 *
 * @param options.context MLflow's word for what the data is there for, as `training` or `evaluation`; default `input`
 * @throws {Error} when it is not there, with what brings it
 */
export async function data(path: string, { context = 'input' }: { readonly context?: string } = {}): Promise<string> {
  if (context === 'output') throw new TypeError('data() is for what is read; "output" is what the run has written.')
  const whole = resolve(path)
  const found = await findTrackedData(whole).catch((error: unknown) => {
    warn(`Whether ${path} is under version control could not be read: ${String(error)}`)
    return undefined
  })
  const isHere = await access(whole).then(
    () => true,
    () => false,
  )
  if (!isHere) {
    const hint = found === undefined ? '' : `: "runwright data pull ${found.path}" brings it`
    throw new Error(`${path} is not here${hint}.`)
  }
  if (found === undefined) {
    warn(`${path} is not under version control, so that its version is not recorded: "runwright data add".`)
  } else await tell(found, context)
  return whole
}

async function tell(found: TrackedData, context: string): Promise<void> {
  const { path, md5, sha256 } = found
  const digest = (sha256 ?? md5).slice(0, limits.digest)
  if (told.has(`${path} ${digest}`)) return
  told.add(`${path} ${digest}`)
  const characters = [...path]
  const name = characters.length <= limits.name ? path : `…${characters.slice(1 - limits.name).join('')}`
  const tags = [
    { key: 'mlflow.data.context', value: context },
    { key: 'runwright.data.found', value: 'declared' },
  ]
  // The fields are in the order in which Runwright itself writes them.
  const { size, files } = found
  const source = JSON.stringify({ path, md5, sha256, size, files })
  const dataset = { name, digest, source_type: 'runwright_data', source }
  try {
    await postToRun(process.env, 'runs/log-inputs', { datasets: [{ dataset, tags }] })
  } catch (error) {
    warn(`That ${path} was used could not be recorded: ${String(error)}`)
  }
}
