// Makes cameras and camera events of the records of camera.
import { cleanText, decimal, instant, isoInstant, normalising, reader, reject } from '#connector'
import type { CameraEventRecord, CameraRecord, Normalise, Reader, Settings } from '#connector'
import type { manifest } from './manifest.ts'

type CameraSettings = Settings<typeof manifest>
type Listing = NonNullable<CameraSettings['frigate']>['cameras'][string]

export const normalise: {
  readonly devices: Normalise<typeof manifest, 'Camera'>
  readonly 'frigate-cameras': Normalise<typeof manifest, 'Camera'>
  readonly 'frigate-events': Normalise<typeof manifest, 'CameraEvent'>
} = {
  devices: (record, settings) => normalising(() => deviceCamera(reader(record), settings)),
  'frigate-cameras': (record, settings) => normalising(() => frigateCamera(reader(record), settings)),
  'frigate-events': (record, settings) => normalising(() => frigateEvent(reader(record), settings)),
}

function deviceCamera(record: Reader, settings: CameraSettings): CameraRecord {
  const key = record.text('key')
  const listing = settings.devices?.find(({ code }) => cleanText(code, 'key') === key)
  if (listing === undefined) reject('UNLISTED', 'key', { expected: 'a code of the setting devices' })
  const setting = record.maybeText('setting')
  if (setting !== null) reject('MISSING', 'information', { found: 'refused', expected: `an accepted ${setting}` })
  const fault = record.maybeText('fault')
  if (fault !== null) reject('MALFORMED', record.maybeText('operation') ?? 'fault', { found: fault })
  const online = record.maybeBoolean('online') ?? reject('MISSING', 'online')
  const information = record.maybeObject('information')
  if (online && information === null) reject('MISSING', 'information')
  const serial = information?.maybeText('SerialNumber') ?? null
  return {
    ...placing(listing, 'key'),
    name: record.maybeText('name'),
    manufacturer: information?.maybeText('Manufacturer') ?? null,
    model: information?.maybeText('Model') ?? null,
    firmware: information?.maybeText('FirmwareVersion') ?? null,
    // Devices that were never given a serial number say zeros.
    serialNumber: serial !== null && /^0+$/.test(serial) ? null : serial,
    online,
    observedAt: observation(record) ?? reject('MISSING', 'observedAt'),
    profiles: record.objects('profiles').map((profile) => ({
      name: profile.maybeText('name') ?? profile.text('token'),
      encoding: profile.maybeText('encoding'),
      width: whole(profile, 'width'),
      height: whole(profile, 'height'),
      frameRate: rate(profile, 'frameRateLimit'),
      streamUri: profile.maybeText('streamUri'),
      snapshotUri: profile.maybeText('snapshotUri'),
    })),
  }
}

function frigateCamera(record: Reader, settings: CameraSettings): CameraRecord {
  const name = record.text('name')
  const detect = record.maybeObject('detect')
  const frames = rate(record, 'camera_fps')
  record.maybeBoolean('enabled')
  const width = detect && whole(detect, 'width')
  const height = detect && whole(detect, 'height')
  return {
    ...placing(listingOf(name, 'name', settings), 'name'),
    name,
    manufacturer: null,
    model: null,
    firmware: null,
    serialNumber: null,
    online: frames === null ? null : frames > 0,
    observedAt: observation(record),
    profiles:
      detect === null || width === null || height === null
        ? []
        : [
            {
              name: 'detect',
              encoding: null,
              width,
              height,
              frameRate: rate(detect, 'fps'),
              streamUri: null,
              snapshotUri: null,
            },
          ],
  }
}

function frigateEvent(record: Reader, settings: CameraSettings): CameraEventRecord {
  record.text('id')
  if (record.value['given'] !== undefined) reject('WRONG_TYPE', 'id', { expected: 'text' })
  const camera = record.text('camera')
  const from = unixTime(record, 'start_time') ?? reject('MISSING', 'start_time')
  const to = unixTime(record, 'end_time')
  if (to !== null && to < from) reject('BAD_DATE', 'end_time', { expected: 'a time after start_time' })
  return {
    cameraCode: listingOf(camera, 'camera', settings).code.normalize('NFC').trim(),
    kind: 'detection',
    label: record.maybeText('label'),
    from: instant(from) ?? reject('BAD_DATE', 'start_time'),
    to: to === null ? null : (instant(to) ?? reject('BAD_DATE', 'end_time')),
  }
}

function listingOf(name: string, at: string, settings: CameraSettings): Listing {
  const cameras = settings.frigate?.cameras ?? {}
  const listing = Object.hasOwn(cameras, name) ? cameras[name] : undefined
  return listing ?? reject('UNLISTED', at, { expected: 'a name of the setting frigate.cameras' })
}

/** What only the settings know of a camera: ONVIF and Frigate have neither agency nor location. */
function placing(listing: Listing, at: string) {
  const text = (value: string | undefined): string | null => cleanText(value ?? '', at) || null
  const agency = text(listing.agency)
  return {
    code: text(listing.code) ?? reject('MISSING', at),
    agency: agency === null ? null : { code: agency, name: null, externalId: null },
    unitCode: text(listing.unit),
    location: listing.location ? { latitude: listing.location.latitude, longitude: listing.location.longitude } : null,
  }
}

function observation(record: Reader): string | null {
  const text = record.maybeText('observedAt')
  return text === null ? null : (isoInstant(text) ?? reject('BAD_DATE', 'observedAt'))
}

function whole(from: Reader, name: string): number | null {
  const text = from.maybeScalar(name)
  if (text === null) return null
  return /^\d{1,6}$/.test(text)
    ? Number(text)
    : reject('BAD_NUMBER', `${from.at}.${name}`, { expected: 'a whole number' })
}

function rate(from: Reader, name: string): number | null {
  const text = from.maybeScalar(name)
  if (text === null) return null
  const canonical = decimal(text, 'plain')
  if (canonical === null || canonical.startsWith('-')) {
    reject('BAD_NUMBER', from.at === '' ? name : `${from.at}.${name}`, { expected: 'a number, not below 0' })
  }
  return Number(canonical)
}

/** Milliseconds of fractional Unix seconds, which come as a number, or as a text where they have too many digits for one. */
function unixTime(record: Reader, name: string): number | null {
  const text = record.maybeScalar(name)
  if (text === null) return null
  const canonical = decimal(text, 'plain')
  if (canonical === null || !/^\d{1,11}(\.|$)/.test(canonical)) reject('BAD_DATE', name, { expected: 'Unix seconds' })
  const [seconds = '', fraction = ''] = canonical.split('.')
  return Number(seconds + fraction.padEnd(3, '0').slice(0, 3))
}
