/** Policies of as few words as a case needs. */
import type {
  CachePolicy,
  CookiesConfig,
  OriginRequestPolicy,
  QueryStringsConfig,
} from '../../../../bundle/policies.ts'

export const list = (...items: string[]) => ({ Quantity: items.length, Items: items })

type Keyed = CachePolicy['ParametersInCacheKeyAndForwardedToOrigin']
export type KeyedSettings = {
  headers?: string[]
  cookies?: CookiesConfig
  query?: QueryStringsConfig
  gzip?: boolean
  brotli?: boolean
}

export const cachePolicy = ({
  headers,
  cookies,
  query,
  gzip = false,
  brotli = false,
}: KeyedSettings = {}): CachePolicy => {
  const keyed: Keyed = {
    EnableAcceptEncodingGzip: gzip,
    EnableAcceptEncodingBrotli: brotli,
    HeadersConfig: headers ? { HeaderBehavior: 'whitelist', Headers: list(...headers) } : { HeaderBehavior: 'none' },
    CookiesConfig: cookies ?? { CookieBehavior: 'none' },
    QueryStringsConfig: query ?? { QueryStringBehavior: 'none' },
  }
  return { Name: 'p', MinTTL: 0, DefaultTTL: 1, MaxTTL: 2, ParametersInCacheKeyAndForwardedToOrigin: keyed }
}

export const queryBy = (
  QueryStringBehavior: QueryStringsConfig['QueryStringBehavior'],
  ...names: string[]
): QueryStringsConfig =>
  names.length > 0 ? { QueryStringBehavior, QueryStrings: list(...names) } : { QueryStringBehavior }
export const cookiesBy = (CookieBehavior: CookiesConfig['CookieBehavior'], ...names: string[]): CookiesConfig =>
  names.length > 0 ? { CookieBehavior, Cookies: list(...names) } : { CookieBehavior }

/** An origin request policy that forwards nothing but what is said. */
export const originPolicy = (settings: Partial<Omit<OriginRequestPolicy, 'Name'>> = {}): OriginRequestPolicy => ({
  Name: 'o',
  HeadersConfig: { HeaderBehavior: 'none' },
  CookiesConfig: { CookieBehavior: 'none' },
  QueryStringsConfig: { QueryStringBehavior: 'none' },
  ...settings,
})
