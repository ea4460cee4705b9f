// Where the town's cameras are, and when one of them is silent.
import { seededRandom } from '#connector'
import type { CameraRecord, Town } from '#connector'

/** Where a camera is and whose it is: what the hub knows from its settings. */
export interface Post {
  readonly code: string
  readonly agency: string
  readonly unit: string | undefined
  readonly location: { readonly latitude: number; readonly longitude: number }
}

/** The post of each camera of the town, the same for ever; codes `CAM-0001`, `CAM-0002` … */
export function postsOf(town: Town): (index: number) => Post {
  const present = town.units.filter(
    ({ kind, validTo }) => validTo === null && (kind === 'WARD' || kind === 'COMMUNE' || kind === 'SPECIAL_ZONE'),
  )
  const agenciesByUnit = Map.groupBy(town.agencies, ({ unit }) => unit)
  return (index) => {
    const random = seededRandom(town.seed, 'camera post', index)
    const unit = present[Math.floor(random() * present.length)]
    const near = (unit && agenciesByUnit.get(unit.code)) ?? town.agencies
    const degrees = (from: number): number => Math.round((from + random() * 0.2) * 1_000_000) / 1_000_000
    return {
      code: `CAM-${String(index + 1).padStart(4, '0')}`,
      agency: near[Math.floor(random() * near.length)]!.code,
      unit: unit?.code,
      location: { latitude: degrees(11.2), longitude: degrees(106) },
    }
  }
}

const silentSlot = 600_000

/** Whether a camera has fallen silent at a moment: a fifth of them do so now and then, for ten minutes or a few times that. */
export function silent(town: Town, index: number, time: number): boolean {
  if (index === 0 || seededRandom(town.seed, 'camera prone', index)() >= 0.2) return false
  return seededRandom(town.seed, 'camera silent', index, Math.floor(time / silentSlot))() < 0.15
}

/** An instant as the hub writes it. */
export const written = (time: number): string =>
  `${new Date(time + 7 * 3_600_000).toISOString().replace('Z', '')}+07:00`

/** The part of the truth about a camera that the settings say. */
export const posted = ({
  code,
  agency,
  unit,
  location,
}: Post): Pick<CameraRecord, 'code' | 'agency' | 'unitCode' | 'location'> => ({
  code,
  agency: { code: agency, name: null, externalId: null },
  unitCode: unit ?? null,
  location,
})
