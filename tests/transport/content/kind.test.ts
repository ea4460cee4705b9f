// Tests of kinds of answers.
import { describe, expect, it } from 'vitest'
import type { TransportRequest } from '../../../src/transport/exchange.ts'
import { checkKind, provesWhole } from '../../../src/transport/content/kind.ts'
import { failure, serving, transport } from '../servers.ts'
import { underLoad } from '../../kit/under-load.ts'

const answering = (type: string | null, body: string | Uint8Array, status = 200): ReturnType<typeof serving> =>
  serving((_request, response) => {
    response.writeHead(status, type === null ? {} : { 'content-type': type })
    response.end(body)
  })
const login = '<!DOCTYPE html>\n<html><head><title>Đăng nhập</title></head></html>'

describe('the kind of an answer', () => {
  it.each([
    ['json', 'text/html', login],
    ['json', 'application/json', login],
    ['json', null, `\ufeff  ${login}`],
    ['json', 'text/html; charset=utf-8', 'Phiên làm việc đã hết'],
    ['json', 'application/json', ''],
    ['json', 'application/xml', '<error/>'],
    ['json', 'text/plain', 'Service is being upgraded'],
    ['json', 'image/png', '[1]'],
    ['xml', 'application/xml', login],
    ['xml', 'application/xhtml+xml', '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"/>'],
    ['xml', 'text/xml', '<?xml version="1.0"?><!-- a --><HTML></HTML>'],
    ['xml', 'application/xml', '{"error":"x"}'],
    [
      'xml',
      'application/xml',
      '<?xml version="1.0"?>\n<!-- c --><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    ],
    ['csv', 'text/csv', login],
    ['csv', 'text/html', 'a;b'],
    ['csv', 'text/csv', '{"error":"x"}'],
    ['csv', 'text/csv', Buffer.from('PK\u0003\u0004\u0014\u0000\u00ff', 'latin1')],
    ['json', 'application/json', Buffer.from('%PDF-1.7\n\u00ff', 'latin1')],
  ] as [TransportRequest['expect'], string | null, string | Uint8Array][])(
    'that should be %s but is %s %o is SOURCE_CHANGED',
    async (expected, type, body) => {
      const { url } = await answering(type, body)
      const error = await failure(transport(), { url, expect: expected! })
      expect(error).toMatchObject({ name: 'TransportFailure', code: 'SOURCE_CHANGED' })
      expect(error.message).toContain(`expected ${expected!.toUpperCase()}`)
    },
  )

  it.each([
    ['json', 'application/json', ' \n{"a":1}'],
    ['json', 'text/html', '{"a":1}'],
    ['json', 'application/vnd.sdmx.data+json', '\ufeff[1]'],
    ['json', null, 'null'],
    ['xml', 'application/soap+xml', '<?xml version="1.0"?><!-- a<b --><s:Envelope xmlns:s="x"/>'],
    ['xml', 'text/plain', '<a><![CDATA[<!DOCTYPE x>]]></a>'],
    ['csv', 'text/csv', 'a;b\n1;2'],
    ['csv', 'text/csv', ''],
    ['any', 'text/html', login],
    ['any', null, ''],
  ] as const)('%s is taken from %s %o', async (expected, type, body) => {
    const { url } = await answering(type, body)
    expect((await transport().exchange({ url, expect: expected })).status).toBe(200)
  })

  it('is not looked at where another status is accepted', async () => {
    const { url } = await answering('text/html', login, 401)
    expect((await transport().exchange({ url, expect: 'xml', accept: [401] })).status).toBe(401)
    const fault = await answering('application/soap+xml', '<Fault/>', 500)
    expect((await transport().exchange({ url: fault.url, expect: 'xml', accept: [400, 500] })).text()).toBe('<Fault/>')
  })

  it('is not asked of an answer without content', async () => {
    const { url } = await answering(null, '', 204)
    expect((await transport().exchange({ url })).body).toHaveLength(0)
  })

  it('is recognised in one pass, however many comments come before it', () => {
    const many = '<!-- a -->'.repeat(200_000)
    const started = performance.now()
    expect(() => checkKind('xml', 'text/xml', () => `${many}<data/>`, 'host/page')).not.toThrow()
    expect(() => checkKind('xml', 'text/xml', () => `${many}<!DOCTYPE a><a/>`, 'host/page')).toThrow('document type')
    expect(() => checkKind('json', undefined, () => `${many}<html>`, 'host/page')).toThrow('an HTML page')
    expect(performance.now() - started).toBeLessThan(underLoad(2000))
  })
})

describe('proof by content', () => {
  it('is given by a document that parses to its end', () => {
    expect(provesWhole('json', '{"a":1}')).toBe(true)
    expect(provesWhole('json', '{"a":1')).toBe(false)
    expect(provesWhole('json', '12')).toBe(false)
    expect(provesWhole('xml', '<a><b/></a>')).toBe(true)
    expect(provesWhole('xml', '<a><b/>')).toBe(false)
    expect(provesWhole('xml', '<a/><!-- ')).toBe(false)
    expect(provesWhole('csv', 'a\n1\n')).toBe(false)
    expect(provesWhole('any', '{}')).toBe(false)
  })
})

describe('text', () => {
  const utf16 = (text: string, mark: boolean): Uint8Array => Buffer.from(`${mark ? '\ufeff' : ''}${text}`, 'utf16le')
  it.each([
    ['UTF-8', 'text/csv', Buffer.from('Hòa Thành'), 'Hòa Thành'],
    ['UTF-8 with a mark', 'text/csv', Buffer.from('\ufeffHòa'), 'Hòa'],
    ['UTF-16LE by its mark', 'text/csv; charset=utf-8', utf16('Hòa', true), 'Hòa'],
    ['UTF-16BE by its mark', 'text/csv', Buffer.from(utf16('Hòa', true)).swap16(), 'Hòa'],
    ['UTF-16LE by its label', 'text/csv; charset="UTF-16LE"', utf16('Hòa', false), 'Hòa'],
    ['Windows-1258', 'text/csv; charset=windows-1258', Buffer.from([0x48, 0x6f, 0xcc, 0x61, 0xf0]), 'Ho\u0300ađ'],
    ['U+FFFD that the source sent', 'text/csv', Buffer.from('a\ufffd'), 'a\ufffd'],
  ])('is read from %s', async (_title, type, bytes, text) => {
    const { url } = await answering(type, bytes)
    expect((await transport().exchange({ url, expect: 'csv' })).text()).toBe(text)
  })

  it('is read by the encoding that an XML declaration names', async () => {
    const head = '<?xml version="1.0" encoding="windows-1258"?><a>'
    const { url } = await answering(
      'application/xml',
      Buffer.concat([Buffer.from(head), Buffer.from([0xf0]), Buffer.from('</a>')]),
    )
    expect((await transport().exchange({ url, expect: 'xml' })).text()).toBe(`${head}đ</a>`)
  })

  it.each([
    ['bytes that are not UTF-8', 'text/csv', Buffer.from([0x48, 0xf2, 0x61])],
    ['an unknown charset', 'text/csv; charset=tcvn3', Buffer.from('Hoa')],
    ['half a UTF-16 character', 'text/csv; charset=utf-16le', Buffer.from([0x48, 0x00, 0x61])],
  ])('is SOURCE_CHANGED for %s', async (_title, type, bytes) => {
    const { url } = await answering(type, bytes)
    expect(await failure(transport(), { url, expect: 'csv' })).toMatchObject({ code: 'SOURCE_CHANGED' })
    const answer = await transport().exchange({ url, expect: 'any' })
    expect(() => answer.text()).toThrowError(expect.objectContaining({ code: 'SOURCE_CHANGED' }))
  })

  it('that is no JSON is SOURCE_CHANGED without a word of it in the message', async () => {
    const { url } = await answering('application/json', '{"identityNumber":"079200000001"')
    const answer = await transport().exchange({ url })
    const broken = (): unknown => answer.json()
    expect(broken).toThrowError(expect.objectContaining({ code: 'SOURCE_CHANGED' }))
    expect(broken).not.toThrowError(/0792/)
  })
})
