import { describe, expect, it } from 'vitest'

import { demoTown } from '../../src/demo/town.ts'
import { loadShippedReference, shippedUnits } from '../../src/reference/index.ts'
import { agencySink } from '../../src/domains/agency/index.ts'
import { freshDatabase } from '../kit/database.ts'

const units = shippedUnits()
const foundedAt = new Date('2026-07-01T09:30:00+07:00')
const town = demoTown({ seed: 53, foundedAt, units })

describe("the demonstration's town", () => {
  it('is the same for the same seed and day, founded at midnight in Vietnam and begun three years earlier', () => {
    expect(demoTown({ seed: 53, foundedAt: new Date('2026-07-01T23:59:59+07:00'), units: shippedUnits() })).toEqual(
      town,
    )
    expect(town.foundedAt.toISOString()).toBe('2026-06-30T17:00:00.000Z')
    expect(town.beginsAt.toISOString()).toBe('2023-06-30T17:00:00.000Z')
  })

  it('has one tree of agencies under H53, each code once, every shape of it well formed', () => {
    const codes = town.agencies.map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
    expect(town.agencies.filter(({ parent }) => parent === null).map(({ code }) => code)).toEqual(['H53'])
    for (const { code, parent, oldCode } of town.agencies) {
      if (parent !== null) {
        expect(codes).toContain(parent)
        expect(code.startsWith(`${parent}.`)).toBe(true)
      }
      if (oldCode !== null) {
        const [, top = '00', part = '0'] = code.split('.')
        expect(oldCode).toBe(`000.${part.padStart(2, '0')}.${top}.H53`)
      }
    }
    expect(town.agencies.some(({ oldCode }) => oldCode === null)).toBe(true)
  })

  it('knows Hòa Thành, Long Hoa and Thanh Điền by their codes', () => {
    const of = (code: string) => town.agencies.find((agency) => agency.code === code)
    expect(of('H53.21')).toMatchObject({
      name: 'Ủy ban nhân dân phường Hòa Thành',
      unit: '25645',
      oldCode: '000.00.21.H53',
    })
    expect(of('H53.22')).toMatchObject({ name: 'Ủy ban nhân dân phường Long Hoa', unit: '25630', oldCode: null })
    expect(of('H53.23')).toMatchObject({ name: 'Ủy ban nhân dân phường Thanh Điền', unit: '25633' })
    expect(of('H53.21.3')).toMatchObject({
      name: 'Phòng Kinh tế, Hạ tầng và Đô thị phường Hòa Thành',
      oldCode: '000.03.21.H53',
    })
  })

  it('has committees that the hub finds the units of by their names', async () => {
    const { db, pool, drop } = await freshDatabase()
    try {
      await loadShippedReference(db)
      await db.transaction().execute((trx) =>
        agencySink.upsert(
          trx,
          town.agencies.map(({ code, name, parent }) => ({
            source: 'list',
            stream: 'agencies',
            key: code,
            record: { code, otherCodes: [], name, parentCode: parent, externalId: null },
            run: 1,
            firstSeenAt: foundedAt.toISOString(),
            changedAt: foundedAt.toISOString(),
          })),
        ),
      )
      const { rows } = await pool.query<{ code: string; unit: string | null }>(
        `select a.code, u.code as unit from agency a left join administrative_unit u on u.id = a.unit_id
         where a.name like 'Ủy ban nhân dân %' order by a.code`,
      )
      const committees = town.agencies.filter(({ name }) => name.startsWith('Ủy ban nhân dân '))
      expect(rows).toEqual(
        committees.map(({ code, unit }) => ({ code, unit })).toSorted((a, b) => (a.code < b.code ? -1 : 1)),
      )
      expect(rows.length).toBeGreaterThan(20)
    } finally {
      await drop()
    }
  })

  it('has procedures with national codes, each once, of agencies that take them in', () => {
    const agencies = new Map(town.agencies.map((agency) => [agency.code, agency]))
    const codes = town.procedures.map(({ code }) => code)
    expect(new Set(codes).size).toBe(codes.length)
    expect(codes.length).toBeGreaterThan(110)
    expect(codes).toEqual(expect.arrayContaining(['1.001193', '1.004194', '2.000815']))
    for (const { code, name, field, agency, audiences, days } of town.procedures) {
      expect(code).toMatch(/^\d\.\d{6}$/)
      for (const text of [name, field]) expect(text).toBe(text.normalize('NFC').replaceAll(/\s+/gu, ' ').trim())
      expect(agencies.get(agency)?.oneStop).toBe(true)
      expect(audiences.length).toBeGreaterThan(0)
      expect(Number.isInteger(days) && days > 0).toBe(true)
    }
  })

  it('is refused without the communes that it is made of', () => {
    const without = units.filter(({ name }) => name !== 'Phường Hòa Thành')
    expect(() => demoTown({ seed: 1, foundedAt, units: without })).toThrow('Phường Hòa Thành')
  })
})
