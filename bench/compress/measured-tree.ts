import { type Cost, measureBy, startChild } from '../data/measured-command.ts'

/**
 * Looks at the processes every few milliseconds. A page that several of them have counts for each by its share, so that
 * one program in two processes is not counted twice.
 */
const account = `${startChild}
def share(pid):
    try:
        with open(f'/proc/{pid}/smaps_rollup') as file:
            return sum(int(line.split()[1]) for line in file if line.startswith('Pss:'))
    except OSError:
        return 0

def family(pid):
    found = [pid]
    try:
        for thread in os.listdir(f'/proc/{pid}/task'):
            with open(f'/proc/{pid}/task/{thread}/children') as file:
                for child in file.read().split():
                    found += family(int(child))
    except OSError:
        pass
    return found

most = 0
while True:
    ended, status, used = os.wait4(child, os.WNOHANG)
    wall = time.monotonic() - start
    if ended:
        break
    most = max(most, sum(map(share, family(child))))
    time.sleep(0.02)
most = max(most, used.ru_maxrss)
print(json.dumps([os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime, wall, most / 1024]))
`

/**
 * Runs a command to its end.
 *
 * @returns `memory` is of all its processes together, at the worst moment
 * @throws {Error} when it does not end with 0, with what it said
 */
export function measureTree(folder: string, command: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Cost> {
  return measureBy(account, folder, command, env)
}
