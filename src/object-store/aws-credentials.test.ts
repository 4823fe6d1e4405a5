import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { loadAwsAccess } from './aws-credentials.ts'

describe('keys for S3', () => {
  let home: string
  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'rw-aws-'))
    await mkdir(join(home, '.aws'))
    const keys = (name: string) => `[${name}]\naws_access_key_id = ${name}-id\naws_secret_access_key=${name}/s+=\n`
    await writeFile(join(home, '.aws/credentials'), `# mine\n${keys('default')}\n${keys('Research')}`)
    await writeFile(join(home, '.aws/config'), '[profile Research]\nregion = eu-north-1\ns3 =\n  max_queue_size = 5\n')
  })
  after(() => rm(home, { recursive: true }))

  const load = async (options: Record<string, string>, env: Record<string, string> = {}) => {
    const { credentials, region } = await loadAwsAccess({
      options: new Map(Object.entries(options)),
      env: { HOME: home, ...env },
    })
    return [credentials?.accessKeyId, credentials?.secretAccessKey, region]
  }
  const variables = { AWS_ACCESS_KEY_ID: 'env-id', AWS_SECRET_ACCESS_KEY: 'env/s' }

  it('are those of the remote, of the profile it names, of the environment, of the default profile', async () => {
    const own = { access_key_id: 'own-id', secret_access_key: 'own/s' }
    assert.deepEqual(await load({ ...own, profile: 'Research' }, variables), ['own-id', 'own/s', 'eu-north-1'])
    assert.deepEqual(await load({ profile: 'Research' }, variables), ['Research-id', 'Research/s+=', 'eu-north-1'])
    assert.deepEqual(await load({}, variables), ['env-id', 'env/s', 'us-east-1'])
    assert.deepEqual(await load({}), ['default-id', 'default/s+=', 'us-east-1'])
    assert.deepEqual(await load({ region: 'x' }, { AWS_PROFILE: 'Research' }), ['Research-id', 'Research/s+=', 'x'])
  })

  it('are missed where a profile has none', async () => {
    await assert.rejects(() => load({ profile: 'nobody' }), { code: 'INVALID_PARAMETER_VALUE' })
    assert.deepEqual(await load({}, { HOME: '/nowhere' }), [undefined, undefined, 'us-east-1'])
  })
})
