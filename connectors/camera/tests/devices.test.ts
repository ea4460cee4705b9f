// ONVIF devices that are silent, refuse, or answer oddly.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import camera from '../index.ts'
import { closeAll, reading, served, pagesOf, recordsOf, outcomesOf, failureOf } from './camera.ts'
import type { CameraContext } from './camera.ts'

afterEach(closeAll)

describe('devices', () => {
  const ok = (operation: string, content = ''): { body: string } => ({
    body: `<s:Envelope><s:Body><${operation}Response>${content}</${operation}Response></s:Body></s:Envelope>`,
  })
  const operationIn = (body: string): string => /<s:Body><(\w+)/.exec(body)?.[1] ?? ''
  const device = (host: string, code: string, more: object = {}) => ({ url: host, code, ...more })
  const at = (hosts: readonly string[], devices: readonly object[]): CameraContext =>
    reading({ hosts, settings: { devices } })

  it('takes an unreachable device as a fact and all of them unreachable as a failure', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const dead = await served(() => 'hang up')
    const hosts = [good.host, dead.host]
    const context = at(hosts, [device(dead.host, 'A'), device(good.host, 'B')])
    const records = recordsOf(await pagesOf(context, 'devices'))
    expect(records).toMatchObject([
      { key: 'A', online: false, observedAt: '2026-07-03T10:00:00.000+07:00' },
      { key: 'B', online: true },
    ])
    await camera.check(context)
    const alone = at(hosts, [device(dead.host, 'A'), device(dead.host, 'C')])
    expect(await failureOf(pagesOf(alone, 'devices'))).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('hands out no page of silent devices before another one has answered', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const dead = await served(() => 'hang up')
    const silent = Array.from({ length: 30 }, (_, index) => device(dead.host, `S${index}`))
    const context = at([good.host, dead.host], [...silent, device(good.host, 'B')])
    const pages = await pagesOf(context, 'devices')
    expect(pages.map(({ records }) => records.length)).toEqual([25, 6])
    const alone = camera.read(at([dead.host], silent), 'devices', { all: true })[Symbol.asyncIterator]()
    expect(await failureOf(alone.next())).toMatchObject({ code: 'SOURCE_UNAVAILABLE' })
  })

  it('rejects the one device that refuses the password, naming the setting, and reads the others', async () => {
    const good = await served((_, body) => ok(operationIn(body)))
    const refusing = await served(() => ({ status: 401, body: '' }))
    const login = { username: 'lgsp', password: 'khong-dung-that' }
    const context = at([good.host, refusing.host], [device(good.host, 'A'), device(refusing.host, 'B', login)])
    const records = recordsOf(await pagesOf(context, 'devices'))
    expect(outcomesOf(context, 'devices', records)).toMatchObject([
      { record: { code: 'A', online: true } },
      { reject: 'MISSING', at: 'information', expected: expect.stringContaining('devices[1].password') as string },
    ])
    const all = at([refusing.host], [device(refusing.host, 'B', login)])
    expect(await failureOf(pagesOf(all, 'devices'))).toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('devices[0].password'),
    })
  })

  it('sends no Security header without a user name, and asks the clock without one', async () => {
    const { host, bodies } = await served((_, body) => ok(operationIn(body)))
    await pagesOf(at([host], [device(host, 'A')]), 'devices')
    await pagesOf(at([host], [device(host, 'A', { username: 'lgsp', password: 'x' })]), 'devices')
    expect(bodies.filter((body) => body.includes('GetSystemDateAndTime') && body.includes('Security'))).toEqual([])
    expect(bodies.filter((body) => body.includes('Security')).every((body) => body.includes('<Username>lgsp<'))).toBe(
      true,
    )
    expect(bodies.some((body) => body.includes('Security'))).toBe(true)
  })

  it('takes an answer that ends with its connection, and not one that is cut', async () => {
    const whole = await served((_, body) => ({ ...ok(operationIn(body)), headers: { 'x-delimited': 'by close' } }))
    const cut = await served((_, body) => ({
      body: ok(operationIn(body)).body.slice(0, -9),
      headers: { 'x-delimited': 'by close' },
    }))
    const context = at([whole.host, cut.host], [device(whole.host, 'A'), device(cut.host, 'B')])
    expect(recordsOf(await pagesOf(context, 'devices'))).toMatchObject([
      { key: 'A', online: true },
      { key: 'B', online: false },
    ])
  })

  it('reads an answer whose declaration names an encoding that its bytes do not have', async () => {
    const declared = '<?xml version="1.0" encoding="utf-16"?>'
    const { host } = await served((_, body) => ({
      body: declared + ok(operationIn(body), '<Manufacturer>Biên Hòa</Manufacturer>').body,
    }))
    expect(recordsOf(await pagesOf(at([host], [device(host, 'A')]), 'devices'))).toMatchObject([
      { online: true, information: { Manufacturer: 'Biên Hòa' } },
    ])
  })

  it.for([
    ['http://user:secret@10.0.0.1/onvif', 'url'],
    ['ftp://10.0.0.1', 'url'],
    ['', 'url'],
  ] as const)('refuses the address %s as a setting without repeating it', async ([url, member]) => {
    const failure = await failureOf(pagesOf(at([], [device(url, 'A')]), 'devices'))
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(`devices[0].${member}`) })
    expect(String(failure['message'])).not.toContain('secret')
  })

  it('refuses two devices of one code', async () => {
    const failure = await failureOf(pagesOf(at([], [device('10.0.0.1', 'A'), device('10.0.0.2', 'A')]), 'devices'))
    expect(failure).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('devices[1].code') })
  })

  it('reads the captured answers of a real device', async (ctx) => {
    const samples = process.env['HUB_SAMPLES']
    if (samples === undefined) return ctx.skip()
    const folder = join(samples, 'camera', 'onvif')
    const files = readdirSync(folder)
    const { host } = await served((path, body) => {
      const wanted = operationIn(body)
      const file =
        files.find((name) => name === `${wanted}.xml`) ?? files.find((name) => name.endsWith(`.${wanted}.xml`))
      if (file === undefined || !/^\/onvif\/(device_service|services)$/.test(path)) return { status: 500, body: '' }
      return { body: readFileSync(join(folder, file)) }
    })
    const context = at([host], [device(host, 'CAM-1', { username: 'admin', password: 'khong-dung-that' })])
    await camera.check(context)
    const records = recordsOf(await pagesOf(context, 'devices'))
    const uri = 'http://192.168.68.111/onvif-cgi/jpg/image.cgi?resolution=800x600&compression=20&camera=1'
    expect(outcomesOf(context, 'devices', records)).toMatchObject([
      {
        record: {
          code: 'CAM-1',
          manufacturer: 'Mockup Manufacturer',
          model: 'Mockup Model',
          firmware: 'Mockup_15_14_13',
          serialNumber: null,
          online: true,
          profiles: [
            {
              name: 'main',
              encoding: 'H264',
              width: 1920,
              height: 1080,
              frameRate: 5,
              streamUri: 'rtsp://192.168.68.111/h264main',
              snapshotUri: uri,
            },
          ],
        },
      },
    ])
  })
})
