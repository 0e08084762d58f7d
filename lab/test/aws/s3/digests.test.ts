import {PutObjectCommand, S3Client, UploadPartCommand} from '@aws-sdk/client-s3'
import {expect} from 'chai'
import fc from 'fast-check'

import {reflectedCrc} from '../../../src/aws/s3/crc.js'
import {checkDigests} from '../../../src/aws/s3/digests.js'
import {S3Service} from '../../../src/aws/s3/service.js'
import {testLab, type TestLab} from '../../wire/support.js'

const BODY = Buffer.from('123456789')
/** Of BODY. Source: the check values of the catalogue of CRC algorithms, and of md5sum, sha1sum and sha256sum. */
const RIGHT: Record<string, string> = {
  'content-md5': Buffer.from('25f9e794323b453885f5181f1b624d0b', 'hex').toString('base64'),
  'x-amz-checksum-crc32': Buffer.from('cbf43926', 'hex').toString('base64'),
  'x-amz-checksum-crc32c': Buffer.from('e3069283', 'hex').toString('base64'),
  'x-amz-checksum-crc64nvme': Buffer.from('ae8b14860a799888', 'hex').toString('base64'),
  'x-amz-checksum-sha1': Buffer.from('f7c3bc1d808e04732adf679965ccc34ca7ae3441', 'hex').toString('base64'),
  'x-amz-checksum-sha256': Buffer.from(
    '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
    'hex',
  ).toString('base64'),
}

describe('digests of S3', () => {
  const check = (headers: Record<string, string>, operation = 'PutObject', body = BODY): string => {
    try {
      checkDigests(operation, headers, body)
      return 'taken'
    } catch (error) {
      return (error as {code: string}).code
    }
  }

  it('aws 20: are those of the body, or refused', () => {
    for (const [name, digest] of Object.entries(RIGHT)) {
      expect(check({[name]: digest}), name).equal('taken')
      expect(check({[name]: digest}, 'PutObject', Buffer.from('12345678X')), name).equal('BadDigest')
      const none = name === 'content-md5' ? 'InvalidDigest' : 'InvalidRequest'
      expect(check({[name]: 'MTIz'}), name).equal(none)
      expect(check({[name]: 'not base64'}), name).equal(none)
    }
  })

  it('aws 20: come one at a time, and never of all parts with one of them', () => {
    const [, ...sums] = Object.entries(RIGHT)
    expect(check(Object.fromEntries(sums.slice(0, 2)))).equal('InvalidRequest')
    expect(check({'x-amz-checksum-crc32': 'AAAAAA=='}, 'CompleteMultipartUpload')).equal('taken')
    expect(check({}, 'DeleteObjects')).equal('InvalidRequest')
  })

  it('aws 20: a bit that changes changes the check', () => {
    fc.assert(
      fc.property(fc.uint8Array({minLength: 1, maxLength: 99}), fc.nat(), fc.nat(7), (body, place, bit) => {
        const changed = Uint8Array.from(body)
        changed[place % body.length]! ^= 1 << bit
        for (const [polynomial, bits] of [
          [0x82_f6_3b_78n, 32],
          [0x9a_6c_93_29_ac_4b_c9_b5n, 64],
        ] as const)
          expect(reflectedCrc(changed, polynomial, bits)).not.equal(reflectedCrc(body, polynomial, bits))
      }),
    )
  })

  describe('over the wire', () => {
    let lab: TestLab
    let s3: S3Client
    const nameOf = (call: Promise<unknown>): Promise<string> =>
      call.then(
        () => 'taken',
        (error: Error) => error.name,
      )

    before(async () => {
      lab = await testLab((self) => new S3Service(self))
      s3 = new S3Client({...lab.client('us-east-1'), forcePathStyle: true})
      await lab.lab.call('s3', 'CreateBucket', {Bucket: 'some-bucket'}, 'us-east-1')
    })

    after(() => lab.close())

    it('aws 20: a client’s own checksums are taken, and wrong ones refused', async () => {
      const put = (more: object) =>
        nameOf(s3.send(new PutObjectCommand({Bucket: 'some-bucket', Key: 'k', Body: BODY, ...more})))
      for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'SHA1', 'SHA256'])
        expect(await put({ChecksumAlgorithm}), ChecksumAlgorithm).equal('taken')
      expect(await put({ChecksumCRC32C: RIGHT['x-amz-checksum-crc32c']})).equal('taken')
      expect(await put({ChecksumCRC32C: 'AAAAAA=='})).equal('BadDigest')
      expect(await put({ContentMD5: RIGHT['content-md5']})).equal('taken')
      expect(await put({ContentMD5: Buffer.alloc(16).toString('base64')})).equal('BadDigest')
      expect(await put({ContentMD5: 'x'})).equal('InvalidDigest')
      const part = {
        Bucket: 'some-bucket',
        Key: 'k',
        UploadId: 'u',
        PartNumber: 1,
        Body: BODY,
        ChecksumCRC32: 'AAAAAA==',
      }
      expect(await nameOf(s3.send(new UploadPartCommand(part)))).equal('BadDigest')
    })
  })
})
