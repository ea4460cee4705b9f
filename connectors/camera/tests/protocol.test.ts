// Addresses, HTTP digest and the XML of devices.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BadXml, textOf } from '#connector'
import { deviceService, reachable, withoutCredentials } from '../address.ts'
import { digestAuthorization, digestChallenge } from '../digest.ts'
import { elementOf, xmlText } from '../xml.ts'

describe('addresses', () => {
  it.for([
    ['10.0.0.5', 'http://10.0.0.5/onvif/device_service'],
    ['cam.local:8080', 'http://cam.local:8080/onvif/device_service'],
    ['https://10.0.0.5/', 'https://10.0.0.5/onvif/device_service'],
    ['http://10.0.0.5/custom/service', 'http://10.0.0.5/custom/service'],
  ] as const)('takes %s as the device service %s', ([setting, url]) => expect(deviceService(setting)).toBe(url))

  it('keeps host and port where it connected and takes the path that the device names', () => {
    expect(reachable('http://192.168.68.111:8899/onvif/media?x=1', 'http://10.0.0.5:81/onvif/device_service')).toBe(
      'http://10.0.0.5:81/onvif/media?x=1',
    )
    expect(reachable(null, 'http://10.0.0.5/a')).toBe('http://10.0.0.5/a')
  })

  it.for([
    ['rtsp://u:p@10.0.0.5:554/live', 'rtsp://10.0.0.5:554/live'],
    ['rtsp://10.0.0.5/cam?channel=1&User=u&PASSWORD=p&subtype=0', 'rtsp://10.0.0.5/cam?channel=1&subtype=0'],
    ['http://10.0.0.5/snap.jpg?auth=dTpw', 'http://10.0.0.5/snap.jpg'],
    ['http://10.0.0.5/snap?%70wd=a&size=2;token=b&n=1', 'http://10.0.0.5/snap?n=1'],
    ['rtsp://u:p#a@10.0.0.5/live', null],
    ['rtsp://u:12/a@10.0.0.5/live', null],
    ['rtsp://10.0.0.5/user=u_password=p_channel=1', null],
    ['rtsp://10.0.0.5/s3cret-pass/live', null],
    ['nothing', null],
  ] as const)('strips %s to %s', ([address, bare]) => expect(withoutCredentials(address, 's3cret-pass')).toBe(bare))

  it('never leaves a password behind, whatever its characters', () => {
    const text = fc.string({ unit: 'binary-ascii', minLength: 6, maxLength: 16 }).map((made) => `${made}Q7z`)
    fc.assert(
      fc.property(text, fc.boolean(), (password, raw) => {
        const written = raw ? password : encodeURIComponent(password)
        for (const address of [`rtsp://admin:${written}@10.0.0.5/live?a=1`, `http://10.0.0.5/s?pwd=${written}&x=1`]) {
          const bare = withoutCredentials(address, '')
          if (bare !== null && /Q7z/.test(bare) && !written.includes('&')) throw new Error(bare)
        }
      }),
    )
  })
})

describe('HTTP digest', () => {
  const header =
    'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=MD5, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"'
  const both = `${header}, ${header.replace('MD5', 'SHA-256')}, Basic realm="x"`
  it.for([
    [header, '8ca523f5e9506fed4657c9700eebdbec'],
    [both, '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
  ] as const)(
    'answers the challenge as RFC 7616, 3.9.1 does, the stronger one where there are two',
    ([offered, response]) => {
      const answer = digestAuthorization(digestChallenge(offered)!, {
        username: 'Mufasa',
        password: 'Circle of Life',
        method: 'GET',
        uri: '/dir/index.html',
        count: 1,
        clientNonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
      })
      expect(answer).toContain(`response="${response}"`)
    },
  )
  it('takes no challenge that it cannot answer', () => {
    for (const offered of [
      undefined,
      'Basic realm="x"',
      'Digest realm="x", nonce="n", algorithm=SHA-512-256',
      'Digest realm="x", nonce="n", qop="auth-int"',
    ]) {
      expect(digestChallenge(offered)).toBeNull()
    }
  })
})

describe('the XML of devices', () => {
  it.for([
    ['curly quotes in the declaration', '<?xml version=”1.0” ?>\n<a><b>x</b></a>'],
    ['an encoding that the bytes do not have', '<?xml version="1.0" encoding="utf-16"?><a><b>x</b></a>'],
    ['an unbound prefix', '<q:a><r:b>x</r:b></q:a>'],
    ['white space around a text', '<a><b>\n x \n</b></a>'],
  ] as const)('is read in spite of %s', ([, text]) =>
    expect(textOf(elementOf(xmlText(Buffer.from(text))), 'b')).toBe('x'),
  )
  it.for([
    '<!DOCTYPE a><a><b>x</b></a>',
    '<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
    '<a><b></a>',
    '',
    '<a>&unknown;</a>',
    '<a>'.repeat(100) + '</a>'.repeat(100),
    `<a>${'<b/>'.repeat(30_000)}</a>`,
  ])('is refused where it is not well-formed, declares a type or is too large', (text) => {
    expect(() => elementOf(text)).toThrow(BadXml)
  })
})
