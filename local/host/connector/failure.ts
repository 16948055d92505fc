/** Failures between CloudFront and an origin: what a viewer gets, and the reason in words. */
import { RESPONSE_HEADERS_BYTES } from '../../../edge/limits.ts'
import type { OriginErrorType, OriginFailure, OriginTimeouts } from '../../protocol/origin.ts'

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
  /** Default 1. */
  attempts?: number
  /** Of the system's error. */
  message: string
}

/** `says`: after the origin's name. */
type FailureRow = { status: 502 | 504; type: OriginErrorType; says: (circumstances: Circumstances) => string }

/** 504: "HTTP 504 status code": the origin can't be reached, or does not answer in time. 502: all else. */
const ROWS: Record<string, FailureRow> = {
  [CODE.connectTimeout]: {
    status: 504,
    type: 'OriginCommError',
    says: ({ timeouts }) => `let no connection be made within ${timeouts.connectionTimeout} s`,
  },
  [CODE.readTimeout]: {
    status: 504,
    type: 'OriginCommError',
    says: ({ timeouts }) => `did not answer within ${timeouts.readTimeout} s`,
  },
  [CODE.secondContinue]: {
    status: 502,
    type: 'OriginInvalidResponseError',
    says: () => 'answered with 100 Continue a second time',
  },
  [CODE.switched]: {
    status: 502,
    type: 'OriginInvalidResponseError',
    says: () => 'switched to another protocol, which nobody had asked for',
  },
  [CODE.requestBody]: {
    status: 502,
    type: 'ClientHungUpRequest',
    says: ({ message }) => `was not sent the whole body of the request: ${message}`,
  },
  [CODE.unsendable]: { status: 502, type: 'OriginWriteError', says: ({ message }) => `can't be asked: ${message}` },
  ABORT_ERR: { status: 502, type: 'Error', says: () => 'was not asked to the end: the request was given up' },
  ECONNREFUSED: { status: 502, type: 'OriginConnectError', says: () => 'refused the connection' },
  ECONNRESET: { status: 502, type: 'OriginReadError', says: () => 'ended the connection without an answer' },
  EPIPE: { status: 502, type: 'OriginWriteError', says: () => 'ended the connection before it had the request' },
  HPE_HEADER_OVERFLOW: {
    status: 502,
    type: 'OriginHeaderTooBigError',
    says: () => `answered with more than ${RESPONSE_HEADERS_BYTES.toLocaleString('en')} bytes of headers`,
  },
}

const UNREACHABLE: FailureRow = {
  status: 504,
  type: 'OriginConnectError',
  says: ({ message }) => `can't be reached: ${message}`,
}

const UNRESOLVED: FailureRow = {
  status: 502,
  type: 'OriginDnsError',
  says: ({ message }) => `has a name that does not resolve: ${message}`,
}

const NOT_HTTP: FailureRow = {
  status: 502,
  type: 'OriginInvalidResponseError',
  says: ({ message }) => `answered with what is not HTTP: ${message}`,
}

const TLS: FailureRow = {
  status: 502,
  type: 'OriginConnectError',
  // `…:SSL routines:function:reason:file:line:`
  says: ({ message }) =>
    `does not speak TLS as CloudFront does: ${/:SSL routines:[^:]*:([^:]+)/.exec(message)?.[1] ?? message}`,
}

const CERTIFICATE: FailureRow = {
  status: 502,
  type: 'OriginConnectError',
  says: ({ message }) =>
    `showed a certificate that CloudFront would not trust: ${message.split(';')[0]} (NODE_EXTRA_CA_CERTS names a file of certificates to trust)`,
}

const OTHER: FailureRow = {
  status: 502,
  type: 'OriginConnectError',
  says: ({ message }) => `can't be asked: ${message}`,
}

/** Codes of X.509 errors, as OpenSSL and Node name them: Node's documentation, "X509 certificate error codes". */
const CERTIFICATE_CODE = /CERT|_CRL_|ISSUER|LEAF_SIGNATURE|CHAIN|CA$|PATH_LENGTH|PURPOSE/

function rowOf(code: string): FailureRow {
  if (ROWS[code]) return ROWS[code]
  if (['EHOSTUNREACH', 'ENETUNREACH', 'EHOSTDOWN', 'ENETDOWN', 'ETIMEDOUT'].includes(code)) return UNREACHABLE
  if (code === 'ENOTFOUND' || code.startsWith('EAI_')) return UNRESOLVED
  if (code.startsWith('HPE_')) return NOT_HTTP
  if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return TLS
  return CERTIFICATE_CODE.test(code) ? CERTIFICATE : OTHER
}

export function originFailure(code: string, circumstances: Circumstances): OriginFailure {
  const { status, type, says } = rowOf(code)
  const { origin, attempts = 1 } = circumstances
  const tried = attempts > 1 ? `, ${attempts} times` : ''
  return { kind: 'failed', status, detailedResultType: type, reason: `${origin} ${says(circumstances)}${tried}` }
}

/** Failures that another attempt can't mend: a name that does not resolve, a certificate, a request that can't be sent. */
export const isFinal = (code: string): boolean =>
  code === CODE.unsendable || rowOf(code) === UNRESOLVED || rowOf(code) === CERTIFICATE

/** How a kept connection fails when the origin has closed it meanwhile, or sent more than one response. */
export const isBroken = (code: string): boolean => code === 'ECONNRESET' || code === 'EPIPE' || rowOf(code) === NOT_HTTP
