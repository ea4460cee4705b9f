// What is kept of one edXML, what is rejected, and the fixtures.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import type { SourceRecord } from '#connector'
import connector from '../index.ts'
import { closeAll, header, edxml, one, outcome } from './e-office.ts'

afterEach(closeAll)

describe('one edXML', () => {
  const prefixed = edxml().replaceAll(/<(\/?)(?=[A-Za-z])/g, '<$1any:')
  it.each([
    ['as XML in data', { success: true, data: edxml() }],
    ['as base64 in data', { success: true, data: Buffer.from(edxml()).toString('base64') }],
    ['in the member edxml', { success: true, data: { edxml: edxml() } }],
    [
      'as base64 in the member edxml',
      { success: true, data: { edxml: Buffer.from(`\uFEFF${edxml()}`).toString('base64') } },
    ],
    ['as the body itself', edxml()],
    ['with another prefix', prefixed],
    ['with its root spelt otherwise', edxml().replaceAll('edXMLHeader', 'EdXMLHeader')],
  ])('is read %s', async (_how, answer) => {
    expect(outcome(await one(answer))).toMatchObject({
      record: {
        kind: 'NEW',
        about: { sender: 'H53.01', code: '1/QĐ-UBND' },
        content: { type: 'Quyết định', subject: 'Về việc họp' },
      },
    })
  })

  it('leaves of an attachment its name, type, size and digest, and nothing of its content', async () => {
    const content = Buffer.from('nội dung của tệp đính kèm'.repeat(50))
    const attached = `<AttachmentEncoded><Attachment><ContentId>x</ContentId><ContentType>text/plain</ContentType>
      <ContentTransferEncoded>${content.toString('base64').replace(/(.{76})/g, '$1\n')}</ContentTransferEncoded>
      <AttachmentName>a.txt</AttachmentName></Attachment></AttachmentEncoded>`
    const record = await one({ success: true, data: edxml(header(), attached) })
    expect(record['attachments']).toEqual([
      {
        name: 'a.txt',
        contentType: 'text/plain',
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      },
    ])
    expect(JSON.stringify(record)).not.toContain(content.toString('base64').slice(0, 40))
    const cut = await one({ success: true, data: edxml(header(), attached).slice(0, -200) })
    expect(outcome(cut)).toMatchObject({ reject: 'MALFORMED' })
    expect(cut['text']).toContain('Về việc họp')
    expect(JSON.stringify(cut)).not.toContain(content.toString('base64').slice(0, 40))
  })

  it('leaves out the contacts of persons', async () => {
    const staff =
      '<TraceHeaderList><TraceHeader><OrganId>H53.01</OrganId></TraceHeader><Bussiness><StaffInfo><Mobile>0900000001</Mobile></StaffInfo></Bussiness></TraceHeaderList>'
    expect(JSON.stringify(await one({ success: true, data: edxml(header() + staff) }))).not.toContain('0900000001')
  })

  it.each([
    ['a DOCTYPE', `<!DOCTYPE edXML [<!ENTITY x "y">]>${edxml().replace(/<\?.*?\?>/, '')}`],
    ['an entity of its own', edxml(header('&secret;'))],
    ['no closed root', edxml().slice(0, -5)],
    ['too deep a nesting', edxml(header() + '<a>'.repeat(60) + '</a>'.repeat(60))],
    ['neither header', edxml('<Other/>')],
    ['no XML at all', 'văn bản'],
  ])('is rejected by itself when it has %s', async (_what, data) => {
    expect(outcome(await one({ success: true, data }))).toMatchObject({ reject: 'MALFORMED', at: '' })
  })

  const mark = (element: string, text: string): string =>
    edxml(header('Về việc họp', `<OtherInfo><${element}>${text}</${element}></OtherInfo>`))
  it.each([
    mark('SphereOfPromulgation', 'Mật'),
    mark('x:SecurityLevel', 'TỐI MẬT'),
    mark('Confidentiality', 'Tuyệt mật'.normalize('NFD')),
    edxml(header('Về việc họp', '<Security level="Mật"/>')),
    edxml(header('Về việc họp', '<SecurityInfo><Level>Độ mật: Mật</Level></SecurityInfo>')),
    edxml(header('(Mật) Về việc họp')),
    edxml(header('[TỐI MẬT] Về việc họp')),
    edxml(header('MẬT - Về việc họp')),
    edxml(header('<![CDATA[(Tuyệt mật) Về việc họp]]>')),
    edxml(header('(Mật) Về việc họp')).slice(0, -5),
    mark('SphereOfPromulgation', 'M&#7853;t').slice(0, -5),
  ])('is refused as a state secret, with nothing kept of it: %#', async (xml) => {
    const record = await one({ success: true, data: xml })
    expect(record).toEqual({ key: 'vt|a', docId: 'a', classified: true })
    expect(outcome(record)).toEqual({ reject: 'CLASSIFIED', at: '', withoutBytes: true })
  })

  it.each([
    edxml(header('Về việc bảo mật thông tin')),
    edxml(header('Mật ong rừng: kết quả kiểm nghiệm')),
    edxml(header('Về việc nuôi ong lấy mật')),
    mark('SphereOfPromulgation', 'Mật mã dân sự'),
    mark('SecurityLevel', 'Không mật'),
    mark('SecurityLevel', 'Thường'),
  ])('is taken when its words only look like a mark: %#', async (xml) => {
    expect(outcome(await one({ success: true, data: xml }))).toHaveProperty('record')
  })
})

describe('the fixtures of the document axis', () => {
  it.each(['agencies', 'documents', 'statuses'] as const)('of %s are met', (stream) => {
    const file = new URL(`../fixtures/${stream}.json`, import.meta.url)
    const fixture = JSON.parse(readFileSync(file, 'utf8')) as { records: SourceRecord[]; expected: unknown[] }
    expect(fixture.records.map((record) => connector.normalise[stream](record, {} as never))).toEqual(fixture.expected)
  })
})
