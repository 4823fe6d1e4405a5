import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { RunwrightError } from '../protocol/errors.ts'
import type { AwsCredentials } from './aws-signature.ts'
import type { RemoteSettings } from './remote-options.ts'

export interface AwsAccess {
  /** Undefined for a bucket that is open to all. */
  readonly credentials: AwsCredentials | undefined
  readonly region: string
  /** Of the profile: where a store is that is none of Amazon's. */
  readonly endpoint: string | undefined
}

/**
 * Keys as DVC finds them: those of the remote's section, of the profile that it names, of the environment, of the default
 * profile. They are read at every start and written nowhere.
 *
 * @throws PERMISSION_DENIED when there are none, INVALID_PARAMETER_VALUE for a profile that is nowhere
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
 */
export async function loadAwsAccess({ options, env }: Pick<RemoteSettings, 'options' | 'env'>): Promise<AwsAccess> {
  const home = join(env['HOME'] ?? homedir(), '.aws')
  const profile = options.get('profile') ?? env['AWS_PROFILE']
  const keys = await loadIni(
    options.get('credentialpath') ?? env['AWS_SHARED_CREDENTIALS_FILE'] ?? join(home, 'credentials'),
  )
  const config = await loadIni(options.get('configpath') ?? env['AWS_CONFIG_FILE'] ?? join(home, 'config'))
  const name = profile ?? 'default'
  const settings = config.get(name === 'default' ? name : `profile ${name}`)
  const region =
    options.get('region') ?? env['AWS_REGION'] ?? env['AWS_DEFAULT_REGION'] ?? settings?.get('region') ?? 'us-east-1'
  const endpoint = settings?.get('endpoint_url')
  const ofProfile = readKeys(keys.get(name)) ?? readKeys(settings)
  if (options.get('profile') !== undefined && ofProfile === undefined) {
    throw new RunwrightError('INVALID_PARAMETER_VALUE', `There are no keys of a profile "${name}" in ${home}.`, {
      hint: `"aws configure --profile ${name}" makes one.`,
    })
  }
  const own = readKeys(options, { id: 'access_key_id', secret: 'secret_access_key', token: 'session_token' })
  const named = options.get('profile') === undefined ? undefined : ofProfile
  return { credentials: own ?? named ?? readEnvironment(env) ?? ofProfile, region, endpoint }
}

function readEnvironment(env: RemoteSettings['env']): AwsCredentials | undefined {
  const all = Object.entries(env).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name.toLowerCase(), value]],
  )
  return readKeys(new Map(all))
}

function readKeys(
  section: ReadonlyMap<string, string> | undefined,
  names = { id: 'aws_access_key_id', secret: 'aws_secret_access_key', token: 'aws_session_token' },
): AwsCredentials | undefined {
  const [accessKeyId, secretAccessKey] = [section?.get(names.id), section?.get(names.secret)]
  if (!accessKeyId || !secretAccessKey) return undefined
  return { accessKeyId, secretAccessKey, sessionToken: section?.get(names.token) }
}

async function loadIni(path: string): Promise<ReadonlyMap<string, ReadonlyMap<string, string>>> {
  const text = await readFile(path, 'utf8').catch(() => '')
  const sections = new Map<string, Map<string, string>>()
  let section = new Map<string, string>()
  for (const line of text.split(/\r?\n/)) {
    const title = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1]
    if (title !== undefined) {
      section = new Map()
      sections.set(title, section)
      continue
    }
    // Lines that are indented belong to the option above them.
    const [, key, value] = /^([A-Za-z_][\w-]*)\s*=\s*(.*?)\s*$/.exec(line) ?? []
    if (key !== undefined && value !== undefined) section.set(key.toLowerCase(), value)
  }
  return sections
}
