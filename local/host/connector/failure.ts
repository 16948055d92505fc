/** What can go wrong between CloudFront and an origin, what a viewer gets for it, and how it is said. */
import { RESPONSE_HEADERS_BYTES } from '../../../edge/limits.ts'
import type { OriginTimeouts } from '../../protocol/settings.ts'

export type OriginFailure = {
  kind: 'failed'
  status: 502 | 504
  /** `x-edge-detailed-result-type`: Developer Guide, "Standard logging reference". */
  reason: FailureReason
  says: string
}

export type FailureReason =
  | 'OriginConnectError'
  | 'OriginDnsError'
  | 'OriginCommError'
  | 'OriginReadError'
  | 'OriginWriteError'
  | 'OriginHeaderTooBigError'
  | 'OriginInvalidResponseError'
  | 'ClientHungUpRequest'
  | 'Error'

/** Codes of errors that are not Node's. */
export const CODE = {
  connectTimeout: 'RIMLIGHT_CONNECT_TIMEOUT',
  readTimeout: 'RIMLIGHT_READ_TIMEOUT',
  secondContinue: 'RIMLIGHT_SECOND_CONTINUE',
  switched: 'RIMLIGHT_SWITCHED',
  requestBody: 'RIMLIGHT_REQUEST_BODY',
  unsendable: 'RIMLIGHT_UNSENDABLE',
} as const

export class ConnectorError extends Error {
  override name = 'ConnectorError'
  code: string
  constructor(code: string, message = code) {
    super(message)
    this.code = code
  }
}

type Circumstances = {
  origin: string
  timeouts: OriginTimeouts
  /** That were made, where it could have been more than one. */
  attempts?: number
  /** What the system said. */
  says: string
}

type Row = { status: 502 | 504; reason: FailureReason; says: (found: Circumstances) => string }

/** 504: "HTTP 504 status code": the origin can't be reached, or does not answer in time. 502: all else. */
const ROWS: Record<string, Row> = {
  [CODE.connectTimeout]: {
    status: 504,
    reason: 'OriginCommError',
    says: ({ timeouts }) => `let no connection be made within ${timeouts.connectionTimeout} s`,
  },
  [CODE.readTimeout]: {
    status: 504,
    reason: 'OriginCommError',
    says: ({ timeouts }) => `did not answer within ${timeouts.readTimeout} s`,
  },
  [CODE.secondContinue]: {
    status: 502,
    reason: 'OriginInvalidResponseError',
    says: () => 'answered with 100 Continue a second time',
  },
  [CODE.switched]: {
    status: 502,
    reason: 'OriginInvalidResponseError',
    says: () => 'switched to another protocol, which nobody had asked for',
  },
  [CODE.requestBody]: {
    status: 502,
    reason: 'ClientHungUpRequest',
    says: ({ says }) => `was not sent the whole body of the request: ${says}`,
  },
  [CODE.unsendable]: { status: 502, reason: 'OriginWriteError', says: ({ says }) => `can't be asked: ${says}` },
  ABORT_ERR: { status: 502, reason: 'Error', says: () => 'was not asked to the end: the request was given up' },
  ECONNREFUSED: { status: 502, reason: 'OriginConnectError', says: () => 'refused the connection' },
  ECONNRESET: { status: 502, reason: 'OriginReadError', says: () => 'ended the connection without an answer' },
  EPIPE: { status: 502, reason: 'OriginWriteError', says: () => 'ended the connection before it had the request' },
  HPE_HEADER_OVERFLOW: {
    status: 502,
    reason: 'OriginHeaderTooBigError',
    says: () => `answered with more than ${RESPONSE_HEADERS_BYTES.toLocaleString('en')} bytes of headers`,
  },
}

const UNREACHABLE: Row = {
  status: 504,
  reason: 'OriginConnectError',
  says: ({ says }) => `can't be reached: ${says}`,
}

const UNRESOLVED: Row = {
  status: 502,
  reason: 'OriginDnsError',
  says: ({ says }) => `has a name that does not resolve: ${says}`,
}

const NOT_HTTP: Row = {
  status: 502,
  reason: 'OriginInvalidResponseError',
  says: ({ says }) => `answered with what is not HTTP: ${says}`,
}

const TLS: Row = {
  status: 502,
  reason: 'OriginConnectError',
  // `…:SSL routines:function:reason:file:line:`
  says: ({ says }) => `does not speak TLS as CloudFront does: ${/:SSL routines:[^:]*:([^:]+)/.exec(says)?.[1] ?? says}`,
}

const CERTIFICATE: Row = {
  status: 502,
  reason: 'OriginConnectError',
  says: ({ says }) =>
    `showed a certificate that CloudFront would not trust: ${says.split(';')[0]} (NODE_EXTRA_CA_CERTS names a file of certificates to trust)`,
}

const OTHER: Row = { status: 502, reason: 'OriginConnectError', says: ({ says }) => `can't be asked: ${says}` }

/** Codes of X.509 errors, as OpenSSL and Node name them: Node's documentation, "X509 certificate error codes". */
const CERTIFICATE_CODE = /CERT|_CRL_|ISSUER|LEAF_SIGNATURE|CHAIN|CA$|PATH_LENGTH|PURPOSE/

function rowOf(code: string): Row {
  if (ROWS[code]) return ROWS[code]
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT'].includes(code)) return UNREACHABLE
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return UNRESOLVED
  if (code.startsWith('HPE_')) return NOT_HTTP
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return TLS
  return CERTIFICATE_CODE.test(code) ? CERTIFICATE : OTHER
}

export function failureOf(code: string, found: Circumstances): OriginFailure {
  const { status, reason, says } = rowOf(code)
  const tried = (found.attempts ?? 1) > 1 ? `, ${found.attempts} times` : ''
  return { kind: 'failed', status, reason, says: `${found.origin} ${says(found)}${tried}` }
}

/** Failures to connect that another attempt can't mend: a name, a certificate, what can't be sent. */
export const isFinal = (code: string): boolean =>
  code === CODE.unsendable || rowOf(code) === UNRESOLVED || rowOf(code) === CERTIFICATE

/** What a kept connection shows when the origin closed it meanwhile, or sent more than was asked for. */
export const isBroken = (code: string): boolean => code === 'ECONNRESET' || code === 'EPIPE' || rowOf(code) === NOT_HTTP
