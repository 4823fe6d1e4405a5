import { accessSync, constants, readdirSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { runCommand, SetupError, succeeds } from './command.mjs'

/** Where daemons lie, which a user's PATH may lack. */
const daemonFolders = ['/usr/sbin', '/sbin']

/** Programs of the machine, by the name a part asks for: how to see that one is there, and who ships it on Debian. */
const tools = {
  git: { isThere: () => isOnPath('git'), package: 'git' },
  'git-lfs': { isThere: () => isOnPath('git-lfs'), package: 'git-lfs' },
  python: { isThere: () => succeeds('python3', ['-c', 'import venv, ensurepip']), package: 'python3-venv' },
  compiler: { isThere: () => isOnPath('make') && isOnPath('g++'), package: 'build-essential' },
  kerberos: { isThere: () => isOnPath('krb5-config'), package: 'libkrb5-dev' },
  chromium: {
    isThere: () => 'CHROME_BIN' in process.env || ['chromium', 'chromium-browser', 'google-chrome'].some(isOnPath),
    package: 'chromium',
  },
  sshd: { isThere: () => isDaemonThere('sshd') && isOnPath('ssh'), package: 'openssh-server openssh-client' },
  postgres: { isThere: () => isPostgresThere(), package: 'postgresql' },
  slurm: {
    isThere: () => ['slurmctld', 'slurmd', 'slurmdbd', 'munged', 'mariadbd'].every(isDaemonThere) && isOnPath('sbatch'),
    package:
      'slurmctld slurmd slurmdbd slurm-client slurm-wlm-basic-plugins slurm-wlm-mysql-plugin munge mariadb-server',
  },
}

/**
 * Makes sure that the machine has the named tools. As root on Debian it installs what is missing.
 *
 * @throws {SetupError} with the exact line to run when it may not
 */
export async function requireTools(names) {
  const missing = listMissing(names)
  if (missing.length === 0) return
  const packages = packagesOf(missing)
  const isRoot = process.getuid?.() === 0
  if (!isOnPath('apt-get')) {
    throw new SetupError(
      `This machine lacks ${missing.join(', ')}. On Debian the packages are: ${packages.join(' ')}.\nInstall their like and run the command again.`,
    )
  }
  if (!isRoot) {
    throw new SetupError(
      `This machine lacks ${missing.join(', ')}. Run this line, then the command again:\n\n  sudo apt-get update && sudo apt-get install --yes ${packages.join(' ')}\n`,
    )
  }
  await installPackages(packages)
}

/**
 * As `requireTools` for what some tests can do without: where it may not install, it prints the line that does and goes
 * on; those tests are skipped.
 */
export async function offerTools(names) {
  const missing = listMissing(names)
  if (missing.length === 0) return
  const packages = packagesOf(missing)
  if (isOnPath('apt-get') && process.getuid?.() === 0) return installPackages(packages)
  console.log(
    `setup: without ${missing.join(', ')} some tests are skipped. On Debian this line brings what they need:\n\n  sudo apt-get update && sudo apt-get install --yes --no-install-recommends ${packages.join(' ')}\n`,
  )
}

function listMissing(names) {
  return [...names].filter((name) => !tools[name].isThere())
}

function packagesOf(names) {
  return names.flatMap((name) => tools[name].package.split(' '))
}

async function installPackages(packages) {
  console.log(`setup: Debian packages ${packages.join(' ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const install = ['install', '--yes', '--no-install-recommends', ...packages]
  // Package lists that were never fetched, or are stale, are the usual reason for a failure.
  if (!succeeds('apt-get', ['--simulate', ...install])) await runCommand('apt-get', ['update'], { env })
  try {
    await runCommand('apt-get', install, { env })
  } catch {
    await runCommand('apt-get', ['update'], { env })
    await runCommand('apt-get', install, { env })
  }
}

/** Debian keeps the server's programs in a folder of their version. */
function isPostgresThere() {
  const folder = '/usr/lib/postgresql'
  if (isOnPath('initdb')) return true
  try {
    return readdirSync(folder).some((version) => isExecutable(join(folder, version, 'bin', 'initdb')))
  } catch {
    return false
  }
}

function isDaemonThere(name) {
  return isOnPath(name) || daemonFolders.some((folder) => isExecutable(join(folder, name)))
}

export function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => isExecutable(join(folder, name)))
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
