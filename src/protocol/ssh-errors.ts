import { RunwrightError } from './errors.ts'

interface Complaint {
  readonly pattern: RegExp
  readonly code: 'INVALID_STATE' | 'TEMPORARILY_UNAVAILABLE'
  readonly message: (host: string) => string
  readonly hint: (host: string) => string
}

/** What OpenSSH's client says when it cannot connect, the first that fits. What may pass by itself is temporary. */
const complaints: readonly Complaint[] = [
  {
    pattern: /REMOTE HOST IDENTIFICATION HAS CHANGED/,
    code: 'INVALID_STATE',
    message: (host) => `${host} shows another host key than the one that is known.`,
    hint: (host) =>
      `Ask its administrator whether the key was changed; if so, \`ssh-keygen -R ${host}\`, then \`ssh ${host}\` and compare the fingerprint.`,
  },
  {
    pattern: /Host key verification failed/,
    code: 'INVALID_STATE',
    message: (host) => `The host key of ${host} is not known.`,
    hint: (host) => `Run \`ssh ${host}\` once in a terminal and accept the key after comparing its fingerprint.`,
  },
  {
    pattern: /Permission denied|Too many authentication failures|No supported authentication methods/,
    code: 'INVALID_STATE',
    message: (host) => `${host} does not let this user in.`,
    hint: (host) =>
      `\`ssh -o BatchMode=yes ${host} true\` must work without a password: set User and IdentityFile in ~/.ssh/config, or load the key with ssh-add.`,
  },
  {
    pattern: /Can't open user config file|Bad configuration option|terminating, \d+ bad configuration/,
    code: 'INVALID_STATE',
    message: () => "ssh cannot read the user's settings.",
    hint: () => 'Mend the file that ssh names (usually ~/.ssh/config).',
  },
  {
    pattern: /remote port forwarding failed|administratively prohibited/,
    code: 'TEMPORARILY_UNAVAILABLE',
    message: (host) => `${host} does not forward a port to this machine.`,
    hint: () => 'Its sshd needs `AllowTcpForwarding yes` (or `remote`), and the port has to be free.',
  },
  {
    pattern: /Could not resolve hostname/,
    code: 'TEMPORARILY_UNAVAILABLE',
    message: (host) => `There is no address for ${host}.`,
    hint: () => 'Check the network, and the spelling of the host in runwright.yaml and ~/.ssh/config.',
  },
  {
    pattern: /Connection refused|No route to host|Network is unreachable|timed out|Host is down/,
    code: 'TEMPORARILY_UNAVAILABLE',
    message: (host) => `${host} cannot be reached.`,
    hint: () => 'Check that it is up, that its ssh server runs, and that a VPN it needs is connected.',
  },
]

/**
 * Turns the end of an ssh client with exit code 255 into an error for people. What nobody has met yet counts as
 * temporary, for a wrong guess that way only waits.
 *
 * @param said what the client wrote to its standard error
 */
export function explainSshFailure(host: string, said: string): RunwrightError {
  const known = complaints.find(({ pattern }) => pattern.test(said))
  const cause = new Error(said.trim())
  if (known !== undefined) {
    return new RunwrightError(known.code, known.message(host), { hint: known.hint(host), cause })
  }
  const last = said.trim().split('\n').at(-1)?.trim() ?? ''
  const words = last === '' ? `The connection to ${host} broke.` : `The connection to ${host} broke: ${last}`
  return new RunwrightError('TEMPORARILY_UNAVAILABLE', words, { cause })
}
