import { quoteWord } from '../../ssh/quote.ts'
import { slurmFiles } from './slurm-files.ts'

/** A variable that leads to the tracking server by the login node's loopback. */
interface TrackedVariable {
  readonly name: string
  readonly port: number
  /** What follows the port. */
  readonly path: string
}

/** Those of a command's variables, as they hold on the login node. */
export function listTracked(env: Readonly<Record<string, string>>): readonly TrackedVariable[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const found = /^http:\/\/(?:127\.0\.0\.1|localhost):(\d+)(\/.*)?$/.exec(value)
    return found === null ? [] : [{ name, port: Number(found[1]), path: found[2] ?? '' }]
  })
}

/** A shell's lines for `settings.sh`: where the job has a relay, its variables lead there. */
export function relayedText(tracked: readonly TrackedVariable[]): string {
  const exports = tracked.map(({ name, path }) => `export ${name}="http://127.0.0.1:$rw_relay"${quoteWord(path)}`)
  return exports.length === 0 ? '' : `if [ -n "\${rw_relay-}" ]; then\n${exports.join('\n')}\nfi\nunset rw_relay\n`
}

/**
 * Of a job's script: on a node other than the one that submitted, commands reach the tracking server by a relay, for the
 * login node's loopback is not theirs. Where there is no Python for it, the job runs all the same.
 */
export const relayProgram = `read -r login <${slurmFiles.login}
if [ "$login" != "$(uname -n)" ]; then
  links=$(mktemp -d)
  if rw_relay=$(python3 "$job/${slurmFiles.relayProgram}" listen "$links" "$job/${slurmFiles.relay}" $$ 2>/dev/null); then export rw_relay
  else echo "runwright: this node has no Python 3.7 or later to reach the tracking server with" >>output.log; fi
fi
`

/** In the folder of an attempt on the login node; a second one finds the first and goes. */
export const connectProgram = `detached=
! command -v setsid >/dev/null || detached=setsid
read -r port <${slurmFiles.relayPort}
$detached python3 ${slurmFiles.relayProgram} connect "$port" ${slurmFiles.relay} ${slurmFiles.ids} >/dev/null 2>&1 </dev/null &`
