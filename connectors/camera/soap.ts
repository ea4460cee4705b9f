// SOAP requests to ONVIF services, and the replies in their answers.
import { createHash } from 'node:crypto'
import { childOf, textOf } from '#connector'
import type { XmlElement } from '#connector'
import { elementOf, escapeXml, xmlText } from './xml.ts'

/** The namespaces of the ONVIF services that we ask. */
export const services = {
  device: 'http://www.onvif.org/ver10/device/wsdl',
  media: 'http://www.onvif.org/ver10/media/wsdl',
} as const

const security = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-secext-1.0.xsd'
const utility = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd'
const profile = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordDigest'
const message = 'http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-soap-message-security-1.0#Base64Binary'

/** One operation of a service. `inside` is the XML inside the operation's element, in the service's namespace. */
export interface Operation {
  readonly service: keyof typeof services
  readonly name: string
  readonly inside?: string
}

export interface UsernameToken {
  readonly username: string
  readonly password: string
  /** 16 random bytes, never used twice. */
  readonly nonce: Uint8Array
  /** By the device's clock. */
  readonly created: Date
}

/** A SOAP 1.2 request. Without a token there is no header at all: some devices answer an empty Security header with a fault. */
export function envelope(operation: Operation, token: UsernameToken | null): string {
  const head = token === null ? '' : `<s:Header>${usernameToken(token)}</s:Header>`
  const namespace = services[operation.service]
  return (
    '<?xml version="1.0" encoding="UTF-8"?>' +
    `<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope">${head}<s:Body>` +
    `<${operation.name} xmlns="${namespace}">${operation.inside ?? ''}</${operation.name}></s:Body></s:Envelope>`
  )
}

/** WS-UsernameToken with PasswordDigest: Base64(SHA-1(nonce, created, password)). */
function usernameToken({ username, password, nonce, created }: UsernameToken): string {
  const time = created.toISOString()
  const digest = createHash('sha1').update(nonce).update(time).update(password, 'utf8').digest('base64')
  return (
    `<Security s:mustUnderstand="1" xmlns="${security}"><UsernameToken><Username>${escapeXml(username)}</Username>` +
    `<Password Type="${profile}">${digest}</Password>` +
    `<Nonce EncodingType="${message}">${Buffer.from(nonce).toString('base64')}</Nonce>` +
    `<Created xmlns="${utility}">${time}</Created></UsernameToken></Security>`
  )
}

export const contentType = (operation: Operation): string =>
  `application/soap+xml; charset=utf-8; action="${services[operation.service]}/${operation.name}"`

/** What a device answered: the operation's response element, or a fault with its innermost code without prefix. */
export type Reply = { readonly response: XmlElement } | { readonly fault: string }

/** The reply in an answer's bytes; null when they are no answer to this operation. */
export function replyIn(body: Uint8Array, operation: Operation): Reply | null {
  let root: XmlElement
  try {
    root = elementOf(xmlText(body))
  } catch {
    return null
  }
  const inside = root.name === 'Envelope' ? childOf(root, 'Body') : null
  const fault = childOf(inside, 'Fault')
  if (fault !== null) return { fault: innermostCode(fault) }
  const response = childOf(inside, `${operation.name}Response`)
  return response === null ? null : { response }
}

/** SOAP 1.2 nests codes from general to particular; the innermost one says why. */
function innermostCode(fault: XmlElement): string {
  let code = childOf(fault, 'Code')
  while (childOf(code, 'Subcode') !== null) code = childOf(code, 'Subcode')
  const text = textOf(code, 'Value') ?? textOf(fault, 'faultcode') ?? 'Fault'
  const name = text.slice(text.lastIndexOf(':') + 1)
  return /^[A-Za-z]\w{0,60}$/.test(name) ? name : 'Fault'
}
