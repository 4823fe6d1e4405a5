import assert from 'node:assert/strict'
import { it } from 'node:test'
import { kindOfAddress } from './address-kind.ts'

it('an address is public, private, of the link, or of this machine', () => {
  const kinds = {
    public: ['8.8.8.8', '172.32.0.1', '2606:4700::1', '::ffff:8.8.8.8'],
    private: ['10.1.2.3', '172.16.0.1', '192.168.1.1', '100.64.0.1', 'fd00::1', '::ffff:10.0.0.1'],
    link: ['169.254.169.254', 'fe80::1', '224.0.0.1', '255.255.255.255', '::ffff:169.254.169.254'],
    loopback: ['127.0.0.1', '127.9.9.9', '0.0.0.0', '::1', '::', '::ffff:127.0.0.1'],
  }
  for (const [kind, addresses] of Object.entries(kinds)) {
    for (const address of addresses) assert.equal(kindOfAddress(address), kind, address)
  }
})
