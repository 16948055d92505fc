/** Resources of Terraform's provider hashicorp/aws in the shapes of CloudFront's API. */
import type {
  CachePolicyConfig,
  DistributionConfig,
  OriginRequestPolicyConfig,
  ResponseHeadersPolicyConfig,
} from '@aws-sdk/client-cloudfront'
import type { JsonObject } from '../../../base/json-values.ts'
import type { CloudFrontBehaviour } from '../../../deploy/attach/behaviours.ts'
import { all, block, blocks, hasBlock, isTrue, items, itemsIn, number, text, texts } from './terraform-values.ts'

export function distributionConfigOf(values: JsonObject): DistributionConfig {
  const config = {
    CallerReference: '',
    Comment: text(values, 'comment'),
    Enabled: isTrue(values, 'enabled'),
    Aliases: items(texts(values, 'aliases')),
    DefaultRootObject: text(values, 'default_root_object'),
    WebACLId: text(values, 'web_acl_id'),
    Staging: isTrue(values, 'staging'),
    Origins: items(blocks(values, 'origin').map(originOf)),
    OriginGroups: items(
      blocks(values, 'origin_group').map((group) => ({
        Id: text(group, 'origin_id'),
        FailoverCriteria: { StatusCodes: items(all(block(group, 'failover_criteria'), 'status_codes').map(Number)) },
        Members: items(blocks(group, 'member').map((member) => ({ OriginId: text(member, 'origin_id') }))),
      })),
    ),
    DefaultCacheBehavior: behaviourOf(block(values, 'default_cache_behavior')),
    CacheBehaviors: items(
      blocks(values, 'ordered_cache_behavior').map((one) => ({
        PathPattern: text(one, 'path_pattern'),
        ...behaviourOf(one),
      })),
    ),
    CustomErrorResponses: items(
      blocks(values, 'custom_error_response').map((one) => ({
        ErrorCode: number(one, 'error_code'),
        ErrorCachingMinTTL: number(one, 'error_caching_min_ttl'),
        ResponsePagePath: text(one, 'response_page_path'),
        ResponseCode: text(one, 'response_code'),
      })),
    ),
    Restrictions: {
      GeoRestriction: {
        RestrictionType: text(block(block(values, 'restrictions'), 'geo_restriction'), 'restriction_type') || 'none',
      },
    },
  }
  // What the SDK's types have as enumerations are texts here, as CloudFront took them.
  return config as unknown as DistributionConfig
}

function originOf(origin: JsonObject) {
  const custom = block(origin, 'custom_origin_config')
  const shield = block(origin, 'origin_shield')
  return {
    Id: text(origin, 'origin_id'),
    DomainName: text(origin, 'domain_name'),
    OriginPath: text(origin, 'origin_path'),
    OriginAccessControlId: text(origin, 'origin_access_control_id'),
    S3OriginConfig: { OriginAccessIdentity: text(block(origin, 's3_origin_config'), 'origin_access_identity') },
    CustomHeaders: items(blocks(origin, 'custom_header').map((one) => ({ HeaderName: text(one, 'name') }))),
    ...(hasBlock(origin, 'vpc_origin_config') ? { VpcOriginConfig: {} } : {}),
    ...(hasBlock(origin, 'custom_origin_config')
      ? {
          CustomOriginConfig: {
            HTTPSPort: number(custom, 'https_port'),
            OriginProtocolPolicy: text(custom, 'origin_protocol_policy'),
          },
        }
      : {}),
    ...(isTrue(shield, 'enabled')
      ? { OriginShield: { Enabled: true, OriginShieldRegion: text(shield, 'origin_shield_region') } }
      : {}),
  }
}

function behaviourOf(behaviour: JsonObject): CloudFrontBehaviour {
  const values = block(behaviour, 'forwarded_values')
  const cookies = block(values, 'cookies')
  const groups = texts(behaviour, 'trusted_key_groups')
  const signers = texts(behaviour, 'trusted_signers')
  const found = {
    TargetOriginId: text(behaviour, 'target_origin_id'),
    ViewerProtocolPolicy: text(behaviour, 'viewer_protocol_policy'),
    CachePolicyId: text(behaviour, 'cache_policy_id'),
    OriginRequestPolicyId: text(behaviour, 'origin_request_policy_id'),
    ResponseHeadersPolicyId: text(behaviour, 'response_headers_policy_id'),
    AllowedMethods: items(texts(behaviour, 'allowed_methods')),
    // Beside a policy the provider writes zeros, which mean nothing; without one, a zero is what was asked for.
    ...(text(behaviour, 'cache_policy_id') === ''
      ? {
          MinTTL: number(behaviour, 'min_ttl'),
          DefaultTTL: number(behaviour, 'default_ttl'),
          MaxTTL: number(behaviour, 'max_ttl'),
        }
      : {}),
    ...(hasBlock(behaviour, 'forwarded_values')
      ? {
          ForwardedValues: {
            QueryString: isTrue(values, 'query_string'),
            QueryStringCacheKeys: items(texts(values, 'query_string_cache_keys')),
            Headers: items(texts(values, 'headers')),
            Cookies: {
              Forward: text(cookies, 'forward'),
              WhitelistedNames: items(texts(cookies, 'whitelisted_names')),
            },
          },
        }
      : {}),
    TrustedKeyGroups: { Enabled: groups.length > 0, ...items(groups) },
    TrustedSigners: { Enabled: signers.length > 0, ...items(signers) },
    FunctionAssociations: items(
      blocks(behaviour, 'function_association').map((one) => ({
        EventType: text(one, 'event_type'),
        FunctionARN: text(one, 'function_arn'),
      })),
    ),
    LambdaFunctionAssociations: items(
      blocks(behaviour, 'lambda_function_association').map((one) => ({
        EventType: text(one, 'event_type'),
        LambdaFunctionARN: text(one, 'lambda_arn'),
      })),
    ),
    FieldLevelEncryptionId: text(behaviour, 'field_level_encryption_id'),
    RealtimeLogConfigArn: text(behaviour, 'realtime_log_config_arn'),
  }
  return found as unknown as CloudFrontBehaviour
}

function keyOf(from: JsonObject) {
  const [query, headers, cookies] = ['query_strings', 'headers', 'cookies'].map((name) => block(from, `${name}_config`))
  return {
    QueryStringsConfig: {
      QueryStringBehavior: text(query, 'query_string_behavior'),
      QueryStrings: items(itemsIn(query, 'query_strings')),
    },
    HeadersConfig: { HeaderBehavior: text(headers, 'header_behavior'), Headers: items(itemsIn(headers, 'headers')) },
    CookiesConfig: { CookieBehavior: text(cookies, 'cookie_behavior'), Cookies: items(itemsIn(cookies, 'cookies')) },
  }
}

export const cacheConfigOf = (values: JsonObject) =>
  ({
    Name: text(values, 'name'),
    MinTTL: number(values, 'min_ttl'),
    DefaultTTL: number(values, 'default_ttl'),
    MaxTTL: number(values, 'max_ttl'),
    ParametersInCacheKeyAndForwardedToOrigin: keyOf(block(values, 'parameters_in_cache_key_and_forwarded_to_origin')),
  }) as unknown as CachePolicyConfig

export const originRequestConfigOf = (values: JsonObject) =>
  ({ Name: text(values, 'name'), ...keyOf(values) }) as unknown as OriginRequestPolicyConfig

export function responseHeadersConfigOf(values: JsonObject): ResponseHeadersPolicyConfig {
  const cors = block(values, 'cors_config')
  const listed = (name: string) => items(itemsIn(cors, `access_control_${name}`))
  const policy = {
    Name: text(values, 'name'),
    ...(hasBlock(values, 'cors_config')
      ? {
          CorsConfig: {
            AccessControlAllowOrigins: listed('allow_origins'),
            AccessControlAllowHeaders: listed('allow_headers'),
            AccessControlAllowMethods: listed('allow_methods'),
            AccessControlExposeHeaders: listed('expose_headers'),
            AccessControlAllowCredentials: isTrue(cors, 'access_control_allow_credentials'),
            AccessControlMaxAgeSec: number(cors, 'access_control_max_age_sec') || undefined,
            OriginOverride: isTrue(cors, 'origin_override'),
          },
        }
      : {}),
    SecurityHeadersConfig: securityOf(block(values, 'security_headers_config')),
    CustomHeadersConfig: items(
      blocks(block(values, 'custom_headers_config'), 'items').map((one) => ({
        Header: text(one, 'header'),
        Value: text(one, 'value'),
        Override: isTrue(one, 'override'),
      })),
    ),
    RemoveHeadersConfig: items(
      blocks(block(values, 'remove_headers_config'), 'items').map((one) => ({ Header: text(one, 'header') })),
    ),
  }
  return policy as unknown as ResponseHeadersPolicyConfig
}

function securityOf(from: JsonObject) {
  const [sts, xss] = ['strict_transport_security', 'xss_protection'].map((name) => block(from, name))
  const rows = {
    content_type_options: ['ContentTypeOptions', {}],
    frame_options: ['FrameOptions', { FrameOption: text(block(from, 'frame_options'), 'frame_option') }],
    referrer_policy: ['ReferrerPolicy', { ReferrerPolicy: text(block(from, 'referrer_policy'), 'referrer_policy') }],
    content_security_policy: [
      'ContentSecurityPolicy',
      { ContentSecurityPolicy: text(block(from, 'content_security_policy'), 'content_security_policy') },
    ],
    strict_transport_security: [
      'StrictTransportSecurity',
      {
        AccessControlMaxAgeSec: number(sts, 'access_control_max_age_sec'),
        IncludeSubdomains: isTrue(sts, 'include_subdomains'),
        Preload: isTrue(sts, 'preload'),
      },
    ],
    xss_protection: [
      'XSSProtection',
      {
        Protection: isTrue(xss, 'protection'),
        ModeBlock: isTrue(xss, 'mode_block'),
        ReportUri: text(xss, 'report_uri') || undefined,
      },
    ],
  } as const
  return Object.fromEntries(Object.entries(rows).flatMap(([name, row]) => (hasBlock(from, name) ? [row] : [])))
}
