// The invented land registry of the demonstration.
import { seededRandom, type Town, type TownUnit } from '../../contract/index.ts'

export type LandPurpose = 'RURAL_RESIDENTIAL' | 'URBAN_RESIDENTIAL' | 'RICE' | 'PERENNIAL_CROPS' | 'COMMERCE'

export interface Parcel {
  readonly id: string
  readonly sheet: number
  readonly number: number
  readonly areaSquareMetres: number
  readonly purpose: LandPurpose
  readonly unit: { readonly code: string; readonly validFrom: string | null }
}
export interface Plan {
  readonly code: string
  readonly title: string
  readonly approvedAt: string
}
export interface LandUse {
  readonly purpose: LandPurpose
  readonly areaHectares: number
}

/** What the demonstration's land office knows: invented, and a pure function of the town. */
export interface LandRegistry {
  /** Parcels are numbered from 1 within a unit; null for a unit or a number that is not there. */
  parcel(id: string): Parcel | null
  parcelsOf(unitCode: string, validFrom: string | null, first: number): readonly Parcel[] | null
  /** Null for a unit that is no more. */
  useOf(unitCode: string, validFrom: string | null): readonly LandUse[] | null
  /** The parcel that a dossier is about. */
  parcelOfDossier(source: string, code: string): Parcel | null
  readonly plans: readonly Plan[]
}

const parcelsOfUnit = 400
const urban: ReadonlySet<string> = new Set<TownUnit['kind']>(['WARD', 'TOWN', 'CITY', 'TOWNSHIP'])
const farmed: readonly LandPurpose[] = ['RICE', 'PERENNIAL_CROPS', 'COMMERCE']

export function landRegistry({ seed, units }: Town): LandRegistry {
  // Communes and wards of today: the ones that something can lie in.
  const present = units.filter((unit) => unit.validTo === null && unit.kind !== 'PROVINCE')
  const byCode = new Map(present.map((unit) => [unit.code, unit]))
  const unitOf = (code: string, validFrom: string | null): TownUnit | null => {
    const unit = byCode.get(code)
    return unit !== undefined && unit.validFrom === validFrom ? unit : null
  }

  function parcelAt(unit: TownUnit, index: number): Parcel {
    const random = seededRandom(seed, 'parcel', unit.code, index)
    const home: LandPurpose = urban.has(unit.kind) ? 'URBAN_RESIDENTIAL' : 'RURAL_RESIDENTIAL'
    const purpose = random() < 0.6 ? home : farmed[Math.floor(random() * farmed.length)]!
    return {
      id: `${unit.code}-${index}`,
      sheet: 1 + Math.floor((index - 1) / 50),
      number: 1 + ((index - 1) % 50),
      areaSquareMetres: Math.round(600 + random() * 9000) / 10,
      purpose,
      unit: { code: unit.code, validFrom: unit.validFrom },
    }
  }

  return {
    parcel(id) {
      const [, code = '', number = ''] = /^(\d{5})-(\d{1,3})$/.exec(id) ?? []
      const unit = byCode.get(code)
      const index = Number(number)
      return unit === undefined || index < 1 || index > parcelsOfUnit ? null : parcelAt(unit, index)
    },
    parcelsOf(code, validFrom, first) {
      const unit = unitOf(code, validFrom)
      if (unit === null) return null
      return Array.from({ length: Math.min(first, parcelsOfUnit) }, (_, index) => parcelAt(unit, index + 1))
    },
    useOf(code, validFrom) {
      const unit = unitOf(code, validFrom)
      if (unit === null) return null
      const random = seededRandom(seed, 'use', code)
      const home: LandPurpose = urban.has(unit.kind) ? 'URBAN_RESIDENTIAL' : 'RURAL_RESIDENTIAL'
      return [home, ...farmed].map((purpose) => ({ purpose, areaHectares: Math.round(random() * 12_000) / 10 }))
    },
    parcelOfDossier(source, code) {
      const random = seededRandom(seed, 'dossier', source, code)
      const unit = present[Math.floor(random() * present.length)]
      return unit === undefined ? null : parcelAt(unit, 1 + Math.floor(random() * parcelsOfUnit))
    },
    plans: [
      { code: 'QH-2030', title: 'Quy hoạch sử dụng đất đến năm 2030', approvedAt: '2024-06-28' },
      { code: 'KH-2026', title: 'Kế hoạch sử dụng đất năm 2026', approvedAt: '2025-12-19' },
    ].toSorted((a, b) => (a.approvedAt < b.approvedAt ? 1 : -1)),
  }
}
