import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { signForAws, type SignedRequest } from './aws-signature.ts'

/** Of AWS's own documentation: "Examples of the complete Version 4 signing process" and those of the S3 API. */
const credentials = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const scope = { region: 'us-east-1', service: 's3', now: new Date('2013-05-24T00:00:00Z') }
const ofNothing = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'

const examples: readonly (SignedRequest & { name: string; signature: string })[] = [
  {
    name: 'of a part of an object',
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/test.txt'),
    headers: { Range: 'bytes=0-9' },
    payloadHash: ofNothing,
    signature: 'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
  },
  {
    name: 'of an object that is put there',
    method: 'PUT',
    url: new URL('https://examplebucket.s3.amazonaws.com/test$file.text'),
    headers: { Date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
    payloadHash: '44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072',
    signature: '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
  },
  {
    name: 'of a parameter without a value',
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/?lifecycle'),
    headers: {},
    payloadHash: ofNothing,
    signature: 'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
  },
  {
    name: 'of a list',
    method: 'GET',
    url: new URL('https://examplebucket.s3.amazonaws.com/?max-keys=2&prefix=J'),
    headers: {},
    payloadHash: ofNothing,
    signature: '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
  },
]

describe("AWS's published signatures", () => {
  for (const { name, signature, ...request } of examples) {
    it(`are ours: ${name}`, () => {
      const { authorization = '' } = signForAws(request, credentials, scope)
      assert.equal(/Signature=(.*)$/.exec(authorization)?.[1], signature)
    })
  }

  it('are ours for a service other than S3', () => {
    // get-vanilla-query-order-key-case of aws-sig-v4-test-suite.
    const { authorization } = signForAws(
      {
        method: 'GET',
        url: new URL('https://example.amazonaws.com/?Param2=value2&Param1=value1'),
        headers: {},
        payloadHash: ofNothing,
      },
      { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY' },
      { region: 'us-east-1', service: 'service', now: new Date('2015-08-30T12:36:00Z') },
    )
    assert.equal(
      authorization,
      'AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500',
    )
  })

  it('hold the token of keys that expire', () => {
    const { method, url, headers, payloadHash } = examples[0] ?? assert.fail()
    const signed = signForAws({ method, url, headers, payloadHash }, { ...credentials, sessionToken: 'token' }, scope)
    assert.equal(signed['x-amz-security-token'], 'token')
    assert.match(
      signed['authorization'] ?? '',
      /SignedHeaders=host;range;x-amz-content-sha256;x-amz-date;x-amz-security-token,/,
    )
  })
})
