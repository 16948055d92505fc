/** The platform's own module, imported once: a second `import` is not documented for CloudFront Functions. */
import cf from 'cloudfront'

export { cf }
