import { execFile } from 'node:child_process'
import { existsSync, readFileSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const requirements = join(import.meta.dirname, 'requirements.txt')
const environment = join(import.meta.dirname, '.venv')
/** Beside the packages that it lists, so that others are never taken for them. */
const installed = join(environment, 'requirements.txt')

/**
 * The Python that has the peers. It takes gigabytes, so it is made once and stays.
 *
 * @returns the folder of its programs
 */
export async function installPeers(): Promise<string> {
  const programs = join(environment, 'bin')
  if (existsSync(installed) && readFileSync(installed, 'utf8') === readFileSync(requirements, 'utf8')) return programs
  rmSync(environment, { recursive: true, force: true })
  const run = promisify(execFile)
  await run('python3', ['-m', 'venv', environment])
  await run(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', requirements])
  await copyFile(requirements, installed)
  return programs
}

/** Puts more packages beside the peers, once. */
export async function installMore(programs: string, list: string, name: string): Promise<void> {
  const present = join(environment, name)
  if (existsSync(present) && readFileSync(present, 'utf8') === readFileSync(list, 'utf8')) return
  await promisify(execFile)(join(programs, 'pip'), ['install', '--quiet', '--disable-pip-version-check', '-r', list])
  await copyFile(list, present)
}

/** Version of a peer, as the list pins it. */
export function peerVersion(name: string): string {
  const line = readFileSync(requirements, 'utf8')
    .split('\n')
    .find((each) => each.startsWith(`${name}==`))
  if (line === undefined) throw new Error(`${requirements} does not pin ${name}.`)
  return line.slice(name.length + 2)
}
