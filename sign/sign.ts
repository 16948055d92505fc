/**
 * For applications, in Node: whoever signs URLs, cookies, tokens and uploads. Packages of AWS are loaded by what needs them,
 * when it is first used.
 */
export { Failure, InputError } from '../base/errors.ts'
export { type Site, type SiteRoute, siteOf } from '../urls/urls.ts'
export { type SignedCookies, type SigningKey, type SignOptions, signCookies, signUrl } from './cloudfront.ts'
export { type Presigned, type Presigner, type PresignerOptions, type PresignRequest, presigner } from './presign.ts'
export type { Conditions, Lifetime } from './terms.ts'
export { signToken, type TokenOptions } from './token.ts'
