// Addresses of devices: the service meant by a setting, and references without credentials.

/**
 * The address of the device service that a setting means: `10.0.0.5`, `cam.local:8080` and `http://10.0.0.5/` get
 * `/onvif/device_service`, a full address stays. Null when it is none, is not http(s), or has a user name or password.
 */
export function deviceService(setting: string): string | null {
  const text = setting.trim()
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`
  if (text === '' || !URL.canParse(full)) return null
  const url = new URL(full)
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  if (url.username !== '' || url.password !== '' || url.hostname === '') return null
  if (url.pathname === '/' && url.search === '') url.pathname = '/onvif/device_service'
  url.hash = ''
  return url.href
}

/**
 * A service address that a device named, at the host and port where we reached the device: behind a router a device names
 * an address that only its own network knows. The device service itself where it named none that can be read.
 */
export function reachable(named: string | null, deviceUrl: string): string {
  if (named === null || !URL.canParse(named, deviceUrl)) return deviceUrl
  const { pathname, search } = new URL(named, deviceUrl)
  const url = new URL(deviceUrl)
  url.pathname = pathname
  url.search = search
  return url.href
}

// Names under which recorders and cameras of the usual makes take a user, a password or a session in an address.
const credential =
  /^(?:user|username|usr|userid|uid|u|account|acc|login|loginuse|loginpas|login_?name|password|passwd|passwrd|pass|pwd|psw|passphrase|p|auth|authorization|authtoken|auth_?key|basic|token|access_?token|id_?token|jwt|key|api_?key|secret|credentials?|session|session_?id|sid|sig|sign|signature|hash|digest|nonce)$/i
const credentialInPath =
  /(?:^|[/;&_,])(?:user(?:name)?|usr|pass(?:word|wd)?|pwd|psw|auth|token|session(?:id)?|secret)=/i

/**
 * A stream or snapshot address without user name, password or any query parameter that carries one. Null where what is
 * left could still carry one (a second `@`, credentials in the path, the device's own password): better no reference.
 */
export function withoutCredentials(address: string | null, password: string): string | null {
  const match = /^([a-z][a-z0-9+.-]*):\/\/([^\s]*)$/i.exec(address?.trim() ?? '')
  if (match === null || !URL.canParse(match[0])) return null
  const url = new URL(match[0])
  url.username = ''
  url.password = ''
  url.hash = ''
  // An unescaped `/`, `?` or `#` in a password ends the host early and leaves the rest of it, up to the `@`, behind.
  const behindHost = match[2]!.slice(match[2]!.search(/[/?#]|$/))
  if (behindHost.includes('@')) return null
  if (credentialInPath.test(safeDecode(url.pathname))) return null
  const parameters = url.search.slice(1).split('&')
  url.search = parameters.filter((parameter) => !parameter.split(';').some(namesCredential)).join('&')
  const bare = url.href
  if (password.length >= 6 && (bare.includes(password) || safeDecode(bare).includes(password))) return null
  return bare
}

const namesCredential = (parameter: string): boolean =>
  credential.test(safeDecode(parameter.split('=')[0] ?? '').trim())

function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return text
  }
}
