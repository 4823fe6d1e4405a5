import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Runs one of the scripts of this folder on a data folder of its own. */
export interface ServerScript {
  readonly folder: string
  run(...words: readonly (string | number)[]): Promise<string>
  /** Removes the folder; the servers have to be stopped. */
  remove(): Promise<void>
}

/** @param env variables for the script beside this process's own */
export async function openServerScript(name: string, env: Readonly<Record<string, string>>): Promise<ServerScript> {
  const folder = await mkdtemp(join(tmpdir(), `rw-${name}-`))
  // Others on the machine, as a daemon's own user, may pass through it but not look around.
  await chmod(folder, 0o711)
  const script = join(import.meta.dirname, `${name}.sh`)
  return {
    folder,
    run: (...words) =>
      new Promise((resolve, reject) => {
        const options = { env: { ...process.env, ...env }, timeout: 180_000 }
        execFile(script, [folder, ...words.map(String)], options, (error, stdout, stderr) =>
          error === null ? resolve(stdout) : reject(new Error(`${name}.sh ${words.join(' ')}: ${stderr}`)),
        )
      }),
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 5 }),
  }
}

/** Why a server with these programs cannot be started on this machine; false when it can. For a test's `skip`. */
export function whyNot(programs: readonly string[], options: { readonly needsRoot: boolean }): string | false {
  if (options.needsRoot && process.getuid?.() !== 0) return 'its daemons have to be started by root'
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']
  const missing = programs.filter((program) => !folders.some((folder) => existsSync(join(folder, program))))
  return missing.length > 0 && `this machine lacks ${missing.join(', ')}: \`npm test\` says which packages have them`
}
